//! Cash vouchers: a template is paid for by its sponsor, its vouchers are sent, and what is not used goes back.

pub mod content;
pub mod expiry;
pub mod flux;
pub mod recipient;
pub mod recycle;
pub mod send;
