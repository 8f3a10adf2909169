//! Which members are in a crowd: the columns of one merchant's members go in, counts come out. No I/O, no clock.
//!
//! A rule ([`Expr`]) is made of tests ([`Test`]) of one tag each: words, ranges, circles, never texts to be read.
//! [`Members`] takes in rows, counts the members that a rule takes, and says of one member whether a rule takes it.
//! What a test means is written once, for one value; a count asks it once for each *distinct* value where it can.
//!
//! The code stands in layers, each of which needs those below: `members` (rows, and counts over all of them), `kernel`
//! (bits out of cells, with vector instructions where there are some), `columns` (how values are held), `rule` (what is
//! asked of one value).
//!
//! # How members are held, and why
//!
//! A count reads every member, so it is bound by the bytes it reads: one core reads 10 to 24 GB/s, and ten million
//! members are soon a hundred megabytes. So members are held in columns, each as narrow as its values allow:
//!
//! - **Codes and texts** are dictionary-encoded: a cell is the number of a word. Two to four bit planes hold up to 15
//!   words, one byte up to 255, a byte and bit planes up to 1,023, then two bytes, then four. 0 is unknown. Any
//!   test of them, *contains* included, is a set of numbers, which is computed once for each word and not once for each
//!   member.
//! - **Numbers and days** are fixed-point: a cell counts a unit that divides all values of the column (whole cents,
//!   whole ones) in 16, 24, 32 or 64 bits. The lowest cell is unknown. Any condition on them is a few closed ranges.
//! - **Places** are two floats, and NaN is unknown. A bounding box decides for nearly everybody, the formula of the
//!   circle for the rest.
//! - **Packed codes** repeat the enum tags' numbers side by side in one u64 a member, for breakdowns. From eight
//!   columns, a crowd of one member in fifty loads most cache lines of each column; from packed codes it loads one line
//!   a member.
//! - **Rows** are sorted by a few tags that rules name most, 32 K members at a time. Each chunk is sorted when it is
//!   full, and again when a quarter of it has changed. A crowd is then a few runs of rows.
//!
//! A count goes through 32 K members at a time, so that their bits stay in the first-level cache. A condition fills a
//! bitset; *all*, *any* and *not* join bitsets word by word; and what is left is counted, listed and broken down. The
//! condition that reads fewest bytes is asked first, and the others only where it leaves something open. Rows are
//! sorted, so that is in few places: of three conditions, one on gender among them, about half the bytes are never
//! read, and the packed codes that a breakdown reads are neighbours. Nothing relies on the sorting: a member who
//! arrives or changes is in the next count, at worst in a row that helps nobody. Unknown needs no bits of its own: it
//! is a number in no set and a cell in no range, and a negated test is the complement.
//!
//! Compressed bitmaps (Roaring), the usual tool, were measured and rejected: attributes are dense and without runs, and
//! a breakdown over 717 values is 717 intersections. That took 23 ms and up to 300 ms at ten million members, where
//! scanning columns took 4 to 7 ms on the same machine, in no order. Sorting everybody by the widest tags and slicing
//! all of it into bits was faster still (0.24 ms, 3 ms), at the price of a second form for new members and a rebuild in
//! the background. Sorting chunk by chunk, in place, is the part of it that needs neither.

mod columns;
mod kernel;
mod members;
mod rule;
mod tag;
mod value;
mod windows;

pub use members::{Counts, Members};
pub use rule::{Expr, Fact, Subject, Test};
pub use tag::{Kind, Tag};
pub use value::Value;
pub use windows::{Event, EventKind, Place, day};
