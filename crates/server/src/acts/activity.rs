//! Activities: what a merchant describes, how that is read back, how it may be extended, and who lets it run.

pub mod audit;
pub mod card_end;
pub mod extension;
pub mod plan;
pub mod stored;
