//! `checks/v3.rs`, of whatever comes.

#![no_main]

#[path = "../checks/v3.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
