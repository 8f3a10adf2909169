//! The rules for declarations, and for texts that must mean the same on every database, Citus included. Statements are
//! read from the sources, so that none can be left out.

use std::path::Path;

use crate::engine::ddl::{split, words};
use crate::engine::rows;
use crate::engine::sqlite::ddl::wording;
use crate::engine::table::{BucketOf, Placement};
use crate::schema;

/// What one of the engines does not know, or knows otherwise.
const BANNED: [&str; 26] = [
    "FOR UPDATE",
    "SKIP LOCKED",
    "ANY(",
    "ANY (",
    "NOW()",
    "CURRENT_TIMESTAMP",
    "MERGE",
    "ROLLUP",
    "RANDOM(",
    "GREATEST",
    "LEAST(",
    "->",
    "LIKE",
    "AVG(",
    "\"",
    "NEXTVAL",
    "::",
    "INSERT OR",
    "REPLACE INTO",
    "IFNULL",
    "ILIKE",
    "BOOLEAN",
    "TIMESTAMP",
    "SERIAL",
    "AUTOINCREMENT",
    "JSONB",
];

/// The indexes by which operators' questions are answered over all buckets of a table that grows.
const OVER_ALL_BUCKETS: [&str; 5] =
    ["trade_of_merchant", "refund_of_time", "transfer_of_fund", "voucher_of_activity", "prize_token_unused"];

/// A statement as it stands in a source.
struct Statement {
    /// The file and the constant.
    place: String,
    /// Which rule does not hold for it; often none.
    exempt: String,
    sql: String,
}

/// Every source of this crate but this one: its path below `src`, and its text.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.retain(|(name, _)| name != "rules.rs");
    found.sort();
    found
}

/// What stands between quotes, and before each what stands outside of them.
fn quoted(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut pieces = text.split('"');
    std::iter::from_fn(move || Some((pieces.next()?, pieces.next()?)))
}

fn statements() -> Vec<Statement> {
    let mut all = Vec::new();
    for (file, text) in sources() {
        for block in text.split("\nstatements! {\n").skip(1) {
            for (before, sql) in quoted(block.split("\n}\n").next().unwrap()) {
                let name =
                    before.lines().last().unwrap().trim().strip_suffix(" =").unwrap_or_else(|| panic!("{file}: {sql}"));
                let (name, exempt) = name.split_once(": ").unwrap_or((name, ""));
                assert!(name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'), "{file}: {name}");
                assert!(["", "all_buckets", "postgres", "proof"].contains(&exempt), "{file}: {name}: {exempt}");
                let place = format!("{file}: {name}");
                all.push(Statement { place, exempt: exempt.to_owned(), sql: sql.to_owned() });
            }
        }
        let statement = |sql| Statement { place: format!("{file}: several rows"), exempt: String::new(), sql };
        for list in text.split("Rows::new(").skip(1) {
            let parts: Vec<&str> = quoted(list.split("\n)").next().unwrap()).map(|(_, part)| part).collect();
            let [head, types @ .., tail] = &parts[..] else { panic!("{file}: {list}") };
            all.extend([1, 2, 3].map(|rows| statement(rows::text(head, types, tail, rows))));
        }
        for alone in text.split(".or_alone(\n").skip(1) {
            let sql = quoted(alone).next().unwrap().1;
            all.push(statement(sql.to_owned()));
        }
    }
    assert!(200 < all.len(), "{} statements", all.len());
    all
}

fn schema_statements() -> impl Iterator<Item = &'static str> {
    schema::migrations().flat_map(|migration| split(migration.text))
}

/// The text that makes each table.
fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
    schema_statements().filter_map(|sql| match words(sql) {
        ["CREATE", "TABLE", name] => Some((name, sql)),
        _ => None,
    })
}

/// The tables that grow with members.
fn hot() -> Vec<&'static str> {
    tables().filter(|(_, sql)| sql.contains(" bucket ")).map(|(name, _)| name).collect()
}

#[test]
fn every_table_is_declared_once() {
    let mut made: Vec<&str> = tables().map(|(name, _)| name).chain(["migration"]).collect();
    let mut declared: Vec<&str> = schema::tables().map(|table| table.name).collect();
    made.sort_unstable();
    declared.sort_unstable();
    assert_eq!(declared, made, "a table is declared in the module that writes it");
    // Columns that a bucket is made of are the table's.
    for text in schema::texts(usize::MAX) {
        let of = match schema::table(text.name).unwrap().bucket {
            BucketOf::None => vec![],
            BucketOf::Pair(first, second) => first.into_iter().chain([second]).collect(),
            BucketOf::Id(id) => vec![id],
        };
        assert!(of.iter().all(|column| text.columns.contains(column)), "{}: {of:?}", text.name);
    }
}

#[test]
fn every_table_has_a_place_on_a_distributed_database() {
    let placement = |name: &str| schema::table(name).unwrap().placement;
    for (name, sql) in tables() {
        // What each row of the table carries is where the row goes; but for what one server's transactions number.
        let bucketed = hot().contains(&name) && name != "changes";
        assert_eq!(placement(name) == Placement::ByBucket, bucketed, "{name}");
        for referred in sql.split("REFERENCES ").skip(1).map(|rest| rest.split(' ').next().unwrap()) {
            let both = [placement(name), placement(referred)];
            assert_eq!(both, [Placement::EveryNode; 2], "{name} refers to {referred}, which must be beside it");
        }
    }
}

#[test]
fn keys_of_tables_that_grow_begin_with_the_bucket() {
    for (name, sql) in tables().filter(|(name, _)| hot().contains(name)) {
        assert!(sql.contains("(\n    bucket INTEGER NOT NULL,"), "{name}: the bucket is the first column");
        assert!(sql.contains("PRIMARY KEY (bucket, "), "{name}");
        assert!(!sql.contains("UNIQUE") && !sql.contains("REFERENCES"), "{name}");
    }
    for index in schema_statements().filter(|sql| sql.starts_with("CREATE INDEX")) {
        let table = index.split(" ON ").nth(1).unwrap().split(' ').next().unwrap();
        // What is due, what is frozen on a card, and what of a template expires are asked for over all buckets.
        let over_all = ["job", "point_freeze", "cash_voucher"].contains(&table);
        // So are the questions of operators about all that a merchant, an activity or a fund has.
        let asked = OVER_ALL_BUCKETS.contains(&words(index)[2]);
        assert!(over_all || asked || !hot().contains(&table) || index.contains("(bucket, "), "{index}");
        assert!(!index.contains("UNIQUE"), "{index}");
    }
}

#[test]
fn columns_have_types_that_every_engine_has() {
    for (name, sql) in tables() {
        for line in sql.lines().skip(1).map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            let kind = line.split([' ', ',']).nth(1).unwrap();
            assert!(["BIGINT", "INTEGER", "SMALLINT", "TEXT", "BYTEA"].contains(&kind), "{name}: {line}");
            assert!(!line.contains("_fen ") || line.contains("CHECK"), "{name}: money without bounds: {line}");
        }
    }
}

#[test]
fn statements_about_tables_that_grow_name_their_bucket() {
    let hot = hot();
    for Statement { place, exempt, sql } in statements() {
        let words: Vec<&str> = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let before = ["FROM", "JOIN", "INTO", "UPDATE"];
        let named = words.windows(2).filter(|pair| before.contains(&pair[0]) && hot.contains(&pair[1])).count();
        let inserts = sql.split("INSERT INTO ").skip(1);
        let first_columns = inserts.filter_map(|insert| insert.split('(').nth(1));
        let bound = sql.matches("bucket = ").count()
            + first_columns.filter(|columns| columns.trim_start().starts_with("bucket,")).count();
        assert!(!exempt.is_empty() || named <= bound, "{place} names {named} tables but {bound} buckets: {sql}");
    }
}

#[test]
fn statements_say_nothing_that_an_engine_does_not_know() {
    let migrations = schema_statements().map(|sql| Statement {
        place: "migrations".to_owned(),
        exempt: String::new(),
        sql: sql.to_owned(),
    });
    for Statement { place, exempt, sql } in statements().into_iter().chain(migrations) {
        let upper = sql.to_uppercase();
        for banned in BANNED {
            assert!(!upper.contains(banned), "{place} says {banned}: {sql}");
        }
        assert!(exempt == "postgres" || !sql.contains("pg_"), "{place} is PostgreSQL's: {sql}");
        for inner in ["AS (INSERT", "AS (UPDATE", "AS (DELETE"] {
            assert!(!upper.contains(inner), "{place} writes in a WITH: {sql}");
        }
    }
}

#[test]
fn parameters_are_numbered_by_their_first_appearance() {
    for Statement { place, sql, .. } in statements() {
        let mut seen = Vec::new();
        for number in sql.split('$').skip(1) {
            let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits.parse().unwrap();
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
        assert!(seen.iter().copied().eq(1..=seen.len()), "{place} numbers {seen:?}: {sql}");
    }
}

#[test]
fn no_statement_is_written_where_it_is_run() {
    let databases = ["engine/sqlite", "engine/postgres", "testing.rs"];
    for (file, text) in sources().into_iter().filter(|(file, _)| !databases.iter().any(|start| file.starts_with(start)))
    {
        for call in [".execute(\"", ".query(\"", ".query_one(\"", ".query_opt(\""] {
            assert!(!text.contains(call), "{file}: make the statement a constant in statements!");
        }
    }
}

/// SQLite has one bucket: who finds rows by their bucket alone reads all of the table. Its planner, which has no
/// statistics, prefers a table that is kept as its primary key to an index of more columns that leads there.
#[test]
fn no_statement_reads_all_rows_of_sqlites_one_bucket() {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    for sql in schema_statements() {
        let kept_as_key = |name| schema::table(name).unwrap().without_rowid;
        let without_rowid = matches!(words(sql), ["CREATE", "TABLE", name] if kept_as_key(name));
        database.execute_batch(&wording(sql, without_rowid)).unwrap();
    }
    let hot = hot();
    let is_about_one_bucket = |statement: &Statement| {
        let mut words = statement.sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        statement.exempt.is_empty() && words.any(|word| hot.contains(&word))
    };
    let mut found = Vec::new();
    for Statement { place, sql, .. } in statements().into_iter().filter(is_about_one_bucket) {
        let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get("detail").unwrap();
            let reads_table = hot.iter().any(|table| step.strip_prefix("SCAN ") == Some(table));
            if reads_table || step.ends_with("(bucket=?)") {
                found.push(format!("{place}: {step}"));
            }
        }
    }
    // A merchant's crowds are few. What happened on a card is looked at by operators alone, the newest first.
    let known = ["crowd.rs: TOTAL: ", "points/list.rs: LOG: "];
    found.retain(|found| !known.iter().any(|known| found.starts_with(known)));
    assert!(found.is_empty(), "{found:#?}");
}
