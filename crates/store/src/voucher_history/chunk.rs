//! The rows of an import, made ready beside the writer: what takes no store is done here.

use domain::voucher_history::ImportedVoucher;

/// What makes two rows of one number the same row.
pub type Fingerprint = fn(&ImportedVoucher) -> [u8; 32];

/// Rows of one merchant's file, with all of the work done that takes no store.
#[derive(Debug)]
pub struct VoucherChunk {
    pub(super) pid: String,
    pub(super) rows: Vec<ImportedVoucher>,
    /// The rows' own, in their order.
    pub(super) fingerprints: Vec<[u8; 32]>,
    /// The places of the rows in the order of their numbers, and those of one number in their own.
    pub(super) by_number: Vec<usize>,
}

impl VoucherChunk {
    /// Prepares rows that a merchant imports. Checked by the caller: times are past, and none was redeemed before it
    /// was received. `print` must be the same for ever.
    pub fn new(pid: &str, rows: Vec<ImportedVoucher>, print: Fingerprint) -> VoucherChunk {
        let fingerprints = rows.iter().map(print).collect();
        let mut by_number: Vec<usize> = (0..rows.len()).collect();
        by_number.sort_by_key(|&row| &rows[row].voucher_no);
        VoucherChunk { pid: pid.to_owned(), rows, fingerprints, by_number }
    }
}
