//! Trades that happened elsewhere, taken in by the chunk. What comes again with a higher refund is changed.

mod again;
mod chunk;
mod plan;
pub(crate) mod proof;
mod write;

pub use chunk::{Fingerprint, TradeChunk, TradeContent, TradeRow};
pub use plan::Effect;
pub use write::{import, numbers};
