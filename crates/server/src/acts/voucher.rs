//! Cash vouchers: a template is paid for by its sponsor, its vouchers are sent, and what is not used goes back.

pub mod batch;
pub mod content;
pub mod description;
pub mod expiry;
pub mod extension;
pub mod flux;
pub mod fund;
pub mod lookup;
pub mod recipient;
pub mod recycle;
pub mod rule_conf;
pub mod send;
pub mod use_link;
pub mod valid_period;
