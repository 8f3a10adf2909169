//! Statements as constants with a list of them, so that a test reads every text that can reach an engine.

/// Declares the statements of a module, and `STATEMENTS`, the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*

        /// Every statement of this module, for the test of the rules.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) use statements;

#[cfg(test)]
mod tests {
    //! The rules for texts that must mean the same on every engine, Citus included.

    use crate::{
        account_key, activity, changes, control, counter, crowd, heard, ids, job, lease, ledger, member, migrate,
        notice, once, participation, pin, points, poll, prize, prove, sales, trade, trouble, voucher, world,
    };

    const SCHEMA: [&str; 4] = [
        include_str!("../migrations/0001_people_and_crowds.sql"),
        include_str!("../migrations/0002_trades_and_notices.sql"),
        include_str!("../migrations/0003_activities_and_points.sql"),
        include_str!("../migrations/0004_fewer_trees.sql"),
    ];

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

    /// Texts for counting, cleaning up, and learning of changes and of what is due, which are about all buckets at once.
    const ALL_BUCKETS: &[(&str, &str)] = &[
        ("account_key", "WITH_KEYS"),
        ("world", "PLAIN_PINS"),
        ("job", "DUE"),
        ("job", "FIRST"),
        ("job", "WAITING"),
        ("member", "PIDS"),
        ("notice", "LIST"),
        ("points", "ON_CARD"),
        ("points", "OPEN"),
        ("poll", "PRUNE"),
        ("poll", "NEW"),
        ("poll", "OWN"),
    ];

    fn statements() -> Vec<(&'static str, &'static str, String)> {
        let modules = [
            ("account_key", account_key::STATEMENTS),
            ("activity", activity::STATEMENTS),
            ("changes", changes::STATEMENTS),
            ("control", control::STATEMENTS),
            ("counter", counter::STATEMENTS),
            ("crowd", crowd::STATEMENTS),
            ("ids", ids::STATEMENTS),
            ("job", job::STATEMENTS),
            ("ledger", ledger::STATEMENTS),
            ("lease", lease::STATEMENTS),
            ("member", member::STATEMENTS),
            ("migrate", migrate::STATEMENTS),
            ("notice", notice::STATEMENTS),
            ("once", once::STATEMENTS),
            ("participation", participation::STATEMENTS),
            ("pin", pin::STATEMENTS),
            ("points", points::STATEMENTS),
            ("poll", poll::STATEMENTS),
            ("prize", prize::STATEMENTS),
            ("poll", heard::STATEMENTS),
            ("prove", prove::STATEMENTS),
            ("sales", sales::STATEMENTS),
            ("trade", trade::STATEMENTS),
            ("trouble", trouble::STATEMENTS),
            ("voucher", voucher::STATEMENTS),
        ];
        let modules = modules.into_iter().chain(world::ALL_STATEMENTS.map(|list| ("world", list)));
        let modules = modules.chain(trade::PARTS.map(|list| ("trade", list)));
        let modules = modules.chain(activity::PARTS.map(|list| ("activity", list)));
        let modules = modules.chain(points::PARTS.map(|list| ("points", list)));
        let fixed =
            modules.flat_map(|(module, list)| list.iter().map(move |&(name, sql)| (module, name, sql.to_owned())));
        let made = member::several_rows().chain(sales::several_rows());
        let made = made.chain(ledger::several_rows()).chain(trade::several_rows()).chain(voucher::several_rows());
        let made = made.chain(activity::several_rows()).chain(job::several_rows());
        fixed.chain(made.map(|(name, sql)| ("rows", name, sql))).collect()
    }

    fn tables() -> impl Iterator<Item = (&'static str, &'static str)> {
        let statements = SCHEMA.into_iter().flat_map(migrate::split);
        statements.filter_map(|sql| match migrate::ddl_words(sql) {
            ["CREATE", "TABLE", name] => Some((name, sql)),
            _ => None,
        })
    }

    /// The tables that grow with members.
    fn hot() -> Vec<&'static str> {
        tables().filter(|(_, sql)| sql.contains(" bucket ")).map(|(name, _)| name).collect()
    }

    #[test]
    fn keys_of_tables_that_grow_begin_with_the_bucket() {
        let hot_since_1 = ["account", "member", "crowd", "once", "changes"];
        let hot_since_2 = ["account_key", "pin_try", "fund", "transfer", "trade", "refund", "member_sales", "job"];
        let notices = ["notice", "notice_attempt"];
        let hot_since_3 = ["counter", "point_account", "point_log", "point_freeze", "prize_token", "participation"];
        let vouchers = ["voucher", "trade_voucher", "voucher_bill"];
        assert_eq!(hot(), [&hot_since_1[..], &hot_since_2, &notices, &hot_since_3, &vouchers].concat());
        for (name, sql) in tables().filter(|(name, _)| hot().contains(name)) {
            assert!(sql.contains("(\n    bucket INTEGER NOT NULL,"), "{name}: the bucket is the first column");
            assert!(sql.contains("PRIMARY KEY (bucket, "), "{name}");
            assert!(!sql.contains("UNIQUE") && !sql.contains("REFERENCES"), "{name}");
        }
        for index in SCHEMA.into_iter().flat_map(migrate::split).filter(|sql| sql.starts_with("CREATE INDEX")) {
            let table = index.split(" ON ").nth(1).unwrap().split(' ').next().unwrap();
            // What is due, and what is frozen on a card, are asked for over all buckets.
            let over_all = ["job", "point_freeze"].contains(&table);
            assert!(over_all || !hot().contains(&table) || index.contains("(bucket, "), "{index}");
            assert!(!index.contains("UNIQUE"), "{index}");
        }
    }

    #[test]
    fn columns_have_types_that_every_engine_has() {
        for (name, sql) in tables() {
            for line in
                sql.lines().skip(1).map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                let kind = line.split([' ', ',']).nth(1).unwrap();
                assert!(["BIGINT", "INTEGER", "SMALLINT", "TEXT", "BYTEA"].contains(&kind), "{name}: {line}");
                assert!(!line.contains("_fen ") || line.contains("CHECK"), "{name}: money without bounds: {line}");
            }
        }
    }

    #[test]
    fn statements_about_tables_that_grow_name_their_bucket() {
        for (module, name, sql) in statements() {
            let words: Vec<&str> = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
            let before = ["FROM", "JOIN", "INTO", "UPDATE"];
            let hot = hot();
            let named = words.windows(2).filter(|pair| before.contains(&pair[0]) && hot.contains(&pair[1])).count();
            let inserts = sql.split("INSERT INTO ").skip(1);
            let first_columns = inserts.filter_map(|insert| insert.split('(').nth(1));
            let bound = sql.matches("bucket = ").count()
                + first_columns.filter(|columns| columns.starts_with("bucket,")).count();
            let exempt = module == "prove" || ALL_BUCKETS.contains(&(module, name));
            assert!(exempt || named <= bound, "{module}::{name} names {named} tables but {bound} buckets: {sql}");
        }
    }

    #[test]
    fn statements_say_nothing_that_an_engine_does_not_know() {
        let schema = SCHEMA.into_iter().flat_map(migrate::split).map(|sql| ("migrations", "", sql.to_owned()));
        for (module, name, sql) in statements().into_iter().chain(schema) {
            let upper = sql.to_uppercase();
            for banned in BANNED {
                assert!(!upper.contains(banned), "{module}::{name} says {banned}: {sql}");
            }
            assert!(module == "poll" || !sql.contains("pg_"), "{module}::{name} is PostgreSQL's: {sql}");
            for inner in ["AS (INSERT", "AS (UPDATE", "AS (DELETE"] {
                assert!(!upper.contains(inner), "{module}::{name} writes in a WITH: {sql}");
            }
        }
    }

    #[test]
    fn parameters_are_numbered_by_their_first_appearance() {
        for (module, name, sql) in statements() {
            let mut seen = Vec::new();
            for number in sql.split('$').skip(1) {
                let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
                let number: usize = digits.parse().unwrap();
                if !seen.contains(&number) {
                    seen.push(number);
                }
            }
            assert!(seen.iter().copied().eq(1..=seen.len()), "{module}::{name} numbers {seen:?}: {sql}");
        }
    }

    #[test]
    fn no_statement_is_written_where_it_is_run() {
        let engines = ["lite.rs", "postgres.rs", "testing.rs", "sql.rs"];
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        for folder in [folder.to_owned(), format!("{folder}/world")] {
            for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let own = file.file_name().unwrap().to_str().unwrap().to_owned();
                if file.is_file() && !engines.contains(&own.as_str()) {
                    let text = std::fs::read_to_string(&file).unwrap();
                    for call in [".execute(\"", ".query(\"", ".query_one(\"", ".query_opt(\""] {
                        assert!(!text.contains(call), "{own}: make the statement a constant in statements!");
                    }
                }
            }
        }
    }
}
