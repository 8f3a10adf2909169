//! Which members are in a crowd: the columns of one merchant's members go in, counts come out. No I/O, no clock.
//!
//! A rule ([`Expr`]) is made of tests ([`Test`]) of one tag each: words, ranges, circles, never texts to be read.
//! [`Members`] takes in rows, counts the members that a rule takes, and says of one member whether a rule takes it.
//! What a test means is written once, for one value; a count asks it once for each *distinct* value where it can.
//!
//! The code stands in layers, each of which needs those below: `members` (segments of members, and counts over all of
//! them), `windows` (what members do), `kernel` (bits out of cells, with vector instructions where there are some),
//! `columns` (how values are held), `rule` (what is asked of one value).
//!
//! # How members are held, and why
//!
//! A count is bound by the bytes it reads: one core reads 10 to 24 GB/s, and ten million members are soon a hundred
//! megabytes. So most members are in a **base segment**, which is read and never changed:
//!
//! - **Rows** are in the order of the two tags that have most words (city and hometown, say), and within these of tags
//!   that have few. Each tag finds its form by how many words it has, whatever it is called.
//! - **Those two tags** are runs of rows. A rule on the first is some ranges of rows, and all other rows are never
//!   looked at. A breakdown by either is the number of bits between the ends of runs.
//! - **Tags of up to 15 words** are bit slices: the nth slice holds the nth bit of everybody's word number, of which 0
//!   is unknown. A breakdown counts the bits that a crowd and each set of slices have in common.
//! - **Other tags of words** are numbers in one byte up to 255 words, in a byte and bit slices up to 1,023, then in two
//!   bytes, then in four. Any test of a word, *contains* included, is a set of numbers, which is computed once for each
//!   word and not once for each member.
//! - **Numbers and days** are a byte each, which says between which bounds a value lies. Bounds are round, as values in
//!   rules are, so that the byte alone answers most rules. Where there are few values, each is a bound; else the exact
//!   values stand beside, as whole units (cents, ones) in 16, 24, 32 or 64 bits.
//! - **Places** are two floats, and NaN is unknown. A bounding box decides for nearly everybody, the formula of the
//!   circle for the rest.
//! - **Where a user's row is** stands in the order of users, whose ids are differences in a byte or two.
//!
//! Members who are new or have changed are in a **delta**, row by row in the order of their coming, in columns that are
//! changed in place; packed codes repeat their word numbers side by side in one u64, for breakdowns. Their rows in the
//! base segment are marked as left. When a delta has more than one member in thirty-two, it is merged into a new base
//! segment, on a thread of its own: what changes meanwhile goes to another delta, and a count reads all three. So each
//! member is in one segment at any moment, the next count sees every change, and [`Members::version`] names what it
//! saw.
//!
//! A count goes through 32 K members at a time, so that their bits stay in the first-level cache. A condition fills a
//! bitset; *all*, *any* and *not* join bitsets word by word; and what is left is counted and broken down. The condition
//! that reads fewest bytes is asked first, runs before all others, and the others only where it leaves something open.
//! Unknown needs no bits of its own: it is a number in no set and a cell in no range, and a negated test is the
//! complement. Sums and facts of behaviour change by themselves or often: they are columns beside the segments, by row.
//!
//! Compressed bitmaps (Roaring), the usual tool, were measured and rejected for attributes: these are dense and without
//! runs, and a breakdown over 717 values is 717 intersections, 23 ms to 300 ms at ten million members.
//!
//! Members that are never merged are a scan of columns in the order of their coming. It is the twin of everything else
//! here: tests hold that it, the base segment and a naive recount agree.

mod columns;
mod kernel;
mod members;
mod rule;
mod tag;
mod value;
mod windows;

pub use members::{Counts, Members, Merge, MergeResult};
pub use rule::{Expr, Fact, Subject, Test};
pub use tag::{Kind, Tag};
pub use value::Value;
pub use windows::{Event, EventKind, Place, day};
