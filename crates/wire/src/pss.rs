//! The padding of RSA-PSS, which the protocol has not: known by its structure, so that its users can be advised.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};

/// As many zeros before the salt are no chance.
const ZEROS_MIN: usize = 8;

/// Whether `encoded`, which came out of a signature by a key of this size, is padded by EMSA-PSS (RFC 8017, 9.1.2),
/// with MGF1 over the same digest or, as Java does by default, SHA-1: of any message when the salt leaves zeros before
/// it, else of `message`.
pub(crate) fn is_padded(encoded: &[u8], modulus_bits: usize, message: &[u8]) -> bool {
    let algorithms = [&SHA256, &SHA1_FOR_LEGACY_USE_ONLY, &SHA384, &SHA512];
    let masks = |algorithm| [algorithm, &SHA1_FOR_LEGACY_USE_ONLY];
    let mut both = algorithms.into_iter().flat_map(|algorithm| masks(algorithm).map(|mask| [algorithm, mask]));
    both.any(|both| is_padded_by(both, encoded, modulus_bits, message).unwrap_or_default())
}

fn is_padded_by(
    [algorithm, mask]: [&'static Algorithm; 2],
    encoded: &[u8],
    modulus_bits: usize,
    message: &[u8],
) -> Option<bool> {
    let bits = modulus_bits - 1;
    let encoded = encoded.get(encoded.len().checked_sub(bits.div_ceil(8))?..)?;
    let rest = encoded.strip_suffix(b"\xbc")?;
    let (masked, hash) = rest.split_at_checked(rest.len().checked_sub(algorithm.output_len())?)?;
    let mut block: Vec<u8> = masked.iter().zip(mgf1(mask, hash)).map(|(byte, mask)| byte ^ mask).collect();
    *block.first_mut()? &= 0xff >> (encoded.len() * 8 - bits);
    let zeros = block.iter().take_while(|byte| **byte == 0).count();
    let salt = block[zeros..].strip_prefix(b"\x01")?;
    let of_message = || {
        let inside = [&[0; 8], digest(algorithm, message).as_ref(), salt].concat();
        digest(algorithm, &inside).as_ref() == hash
    };
    Some(ZEROS_MIN <= zeros || of_message())
}

/// The mask that MGF1 (RFC 8017, B.2.1) makes of `seed`, without an end.
fn mgf1(algorithm: &'static Algorithm, seed: &[u8]) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |count| digest(algorithm, &[seed, &count.to_be_bytes()].concat()).as_ref().to_vec())
}
