//! Punchcard.
fn main() {}
