//! `checks/call.rs`, of whatever comes.

#![no_main]

#[path = "../checks/call.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));
