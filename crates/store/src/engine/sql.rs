//! Statements as constants, so that a test reads every text that can reach a database.

/// Declares the statements of a module. A word after a name says which rule of the test does not hold for the
/// statement: `all_buckets` for one that names no bucket, `proof` for a [proof](super::table::Proof)'s, `postgres` for
/// one that runs on PostgreSQL alone.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident $(: $exempt:ident)? = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*
    };
}

pub(crate) use statements;
