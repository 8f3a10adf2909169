//! Members: what a merchant knows about a user. Written in chunks by imports, read in pages by the index.

pub(crate) mod hold;
mod import;
mod read;
pub(crate) mod row;
mod tags;

pub use hold::{ensure, hold};
pub use import::{Chunk, Effect, MemberRow, Patch, put_chunk};
pub(crate) use read::scan_with;
pub use read::{Cursor, count, get, get_many, pids_with_members, place, scan};
pub use row::{Member, Position};
pub use tags::Tags;
