//! What fuzzing has found worth trying (`fuzz/README.md`), tried again in every run of the tests.

use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "../../../../fuzz/checks/call.rs"]
mod call;
#[path = "../../../../fuzz/checks/certificates.rs"]
mod certificates;
#[path = "../../../../fuzz/checks/envelope.rs"]
mod envelope;
#[path = "../../../../fuzz/checks/keys.rs"]
mod keys;
#[path = "../../../../fuzz/checks/multipart.rs"]
mod multipart;
#[path = "../../../../fuzz/checks/v3.rs"]
mod v3;

#[test]
fn nothing_that_was_found_breaks_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus.tar.gz");
    let unpacked = Command::new("tar").arg("-xzf").arg(corpus).arg("-C").arg(folder.path()).status();
    assert!(unpacked.expect("every machine has tar").success());
    for (target, check) in [
        ("call", call::check as fn(&[u8])),
        ("certificates", certificates::check),
        ("envelope", envelope::check),
        ("keys", keys::check),
        ("multipart", multipart::check),
        ("v3", v3::check),
    ] {
        let files =
            fs::read_dir(folder.path().join("corpus").join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
        let inputs: Vec<_> =
            files.map(|file| fs::read(file.expect("a file").path()).expect("it can be read")).collect();
        assert!(4 <= inputs.len(), "{target}: {}", inputs.len());
        for input in inputs {
            // So that an input that breaks something is told of.
            println!("{target} {}", input.escape_ascii());
            check(&input);
        }
    }
}
