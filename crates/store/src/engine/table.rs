//! What the text of a migration cannot say about a table: declared once, in the module that holds the table's
//! statements.
//!
//! Names, columns and keys come from the migrations' text (`ddl`). From both follow dumps, the form in which a database
//! keeps the table, the proof, the order of locks, and the tests of the rules for statements.

/// What a module declares: its tables, and what must hold of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Module {
    /// The tables whose rows its statements write.
    pub(crate) tables: &'static [Table],
    /// What the sums, counters and statuses in them must agree with.
    pub(crate) proofs: &'static [Proof],
}

/// A table, declared beside the functions that read and write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// As `CREATE TABLE` calls it.
    pub(crate) name: &'static str,
    /// What a row's bucket is made of; [`BucketOf::None`] for a table without that column.
    pub(crate) bucket: BucketOf,
    /// Where it would stand on a distributed PostgreSQL. Such a store cannot be opened yet.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests ask until a store may be distributed"))]
    pub(crate) placement: Placement,
    /// Whether SQLite keeps it in the order of its primary key, without a second B-tree beside it: one search and one
    /// page to write for a row instead of two. Rows of such a table are found by an index of its own only where the
    /// statement says so, `id IN (SELECT own.id …)`: SQLite's planner prefers the order of the key, by which one bucket
    /// is the whole table (held by `rules`).
    pub(crate) without_rowid: bool,
    /// What PostgreSQL runs after `CREATE TABLE`.
    pub(crate) postgres: &'static [&'static str],
    /// When in a transaction its rows may be locked.
    pub(crate) lock: Lock,
    /// Whether a backup has it.
    pub(crate) dumped: bool,
    /// Which of its rows a backup has, where not all.
    pub(crate) dumped_rows: Option<&'static str>,
}

impl Table {
    /// A table that grows with members: its rows are spread by bucket, on SQLite by primary key alone.
    pub(crate) const fn by_bucket(name: &'static str, bucket: BucketOf) -> Table {
        Table { bucket, placement: Placement::ByBucket, ..Table::on_coordinator(name) }
    }

    /// A table of few rows that is read with others and seldom written: a copy on every node.
    pub(crate) const fn on_every_node(name: &'static str) -> Table {
        Table { placement: Placement::EveryNode, ..Table::on_coordinator(name) }
    }

    /// A table of few rows that is written often, or alone: on the coordinator, as on a plain PostgreSQL.
    pub(crate) const fn on_coordinator(name: &'static str) -> Table {
        Table {
            name,
            bucket: BucketOf::None,
            placement: Placement::Coordinator,
            without_rowid: false,
            postgres: &[],
            lock: Lock::Alone,
            dumped: true,
            dumped_rows: None,
        }
    }
}

/// What a row's bucket is made of, so that a dump can leave buckets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BucketOf {
    /// No bucket.
    None,
    /// [`bucket_of`](super::bucket::bucket_of) two columns, both text; of the second alone where there is no first.
    Pair(Option<&'static str>, &'static str),
    /// The low bits of the id in this column.
    Id(&'static str),
}

/// Where a table stands on a distributed PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Its rows on the node of their bucket.
    ByBucket,
    /// All of it on every node.
    EveryNode,
    /// On the node that clients connect to, alone.
    Coordinator,
}

/// When in a transaction rows of a table may be locked: never after rows of a later rank. Rows of one table are locked
/// in the order of their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    /// Locked in transactions that lock nothing else, or by world files, which wait for one another: in no order.
    Alone,
    /// A key from outside that is used up, and what else makes equal calls wait for one another.
    Key,
    /// A member and the member's sums: before the choice of vouchers, which depends on both.
    Member,
    /// The job of a thing; and a notification, which is recorded together with its own job: several in one transaction,
    /// pair after pair in the order of their ids.
    Job,
    /// A thing: a trade, an activity, a crowd, a token.
    Thing,
    /// What hangs on a thing: vouchers, refunds, tools, points that are frozen.
    Part,
    /// The counter of ids.
    Numbers,
    /// Stock that many take from.
    Counter,
    /// Accounts of points.
    Points,
    /// Balances.
    Balance,
    /// What an account is found by.
    AccountKey,
    /// Operators, what they may do, and who has signed in.
    Operator,
    /// What operators did: after everything that was done.
    Audit,
}

/// A line of the proof: how many sums, counters or statuses there are, and those that do not agree with their parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proof {
    /// What is recomputed, as `punchcard prove` prints it.
    pub(crate) name: &'static str,
    /// A statement that counts what is checked.
    pub(crate) count: &'static str,
    /// A statement that gives (subject, stored, computed) of each that differs, each a text.
    pub(crate) differ: &'static str,
    /// The texts that `differ` is given: kinds of jobs and scopes of claims, as their users write them.
    pub(crate) values: &'static [&'static str],
}
