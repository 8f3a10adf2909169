//! Who is in the crowd: columns of one merchant's members in, counts out. No I/O, no clock.
//!
//! A rule ([`Expr`]) is made of conditions, each checked against its tag when it is made (contract: DECISIONS.md 4).
//! [`Members`] takes in rows, counts the members a rule takes, and tells for one member whether it does. What a
//! condition means is written once, for a value; a count asks it for each *distinct* value where it can.
//!
//! # How members are held, and why
//!
//! A count reads every member, so it is bound by the bytes it reads: one core reads 10 to 24 GB/s, and ten million
//! members are soon a hundred megabytes. Hence columns, each as narrow as its values allow:
//!
//! - **Codes and texts** are numbers into a dictionary: two to four planes of bits for up to 15 words, one byte for up to 255,
//!   a byte and planes for up to 1,023, then two bytes, then four. 0 is unknown. Any condition on them, LIKE included, is a
//!   set of numbers, worked out once a word and not once a member.
//! - **Numbers and days** count a unit that divides all of them (whole cents, whole ones) in 16, 24, 32 or 64 bits. The
//!   lowest cell is unknown. Any condition is a few closed ranges.
//! - **Places** are two floats, unknown is NaN. A box decides for nearly everybody; the circle's formula for the rest.
//! - **Portraits** repeat the enum tags' numbers side by side in a u64 a member, for breakdowns: from eight columns, a
//!   crowd of one in fifty pulls in most cache lines of each; from portraits it is one line a member.
//! - **Rows** are in the order of a few tags that rules name most, 32 K members at a time: each chunk is put in order when
//!   it is full, and anew when a quarter of it has changed. A crowd is then some runs of rows.
//!
//! A count goes through 32 K members at a time, so that their bits stay in the first-level cache: a condition fills a
//! bitset, all, any and not join bitsets word by word, and what is left is counted, listed and broken down. The condition
//! that reads least is asked first, and the others only where it leaves something open; since rows are in order, that is
//! few places: of three conditions, a gender's among them, about half the bytes are never read, and the portraits that a
//! breakdown reads are neighbours. Nothing relies on the order, so whoever comes or changes is seen by the next count, at worst in a place
//! that helps nobody. Unknown needs no bits of its own: it is a number in no set, a cell in no range, and NEQ and NOTIN are
//! the rest of EQ and IN.
//!
//! Compressed bitmaps (Roaring), the usual tool, were measured and left: attributes are dense and without runs, and a
//! breakdown over 717 values is 717 intersections, 23 ms and up to 300 ms at ten million members where scanning columns
//! took 4 to 7 on the same machine, in no order. What was faster still is to order everybody by the widest tags and to
//! slice all of it into bits (0.24 ms, 3 ms), at the price of a second form for what is new and a rebuild in the
//! background; ordering block by block, in place, is the part of it that needs neither.

mod circle;
mod column;
mod expr;
mod histogram;
mod kernel;
mod lines;
mod members;
mod operator;
mod order;
mod planes;
mod portrait;
mod reject;
mod scan;
mod shuffle;
mod split;
mod steps;
mod sums;
mod tag;
mod tall;
mod value;
mod words;

pub use expr::{Expr, Test};
pub use members::Members;
pub use operator::Op;
pub use reject::Reject;
pub use scan::Counts;
pub use tag::{Kind, Tag};
pub use value::Value;
