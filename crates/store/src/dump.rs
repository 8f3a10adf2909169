//! A whole store as one text, the same for both engines: what was dumped from one restores on the other.
//!
//! One JSON value a line. First what it is; then each table, `{"table":…,"columns":…}` followed by its rows as lists; at
//! the end how many rows each table has and the sum of their hashes. The sum does not depend on the order, and buckets are
//! left out, for both differ between the engines; so the same sums are asked of the restored store before its COMMIT.
//! `changes` and `job_lease` are left out: nobody who could have missed those or held these outlives the restoring.
//!
//! A dump is one snapshot. Restoring is one transaction, into a place without a store: on SQLite in a folder beside, put
//! in its place when it is complete and sound. It gets the schema that it was dumped with; opening it migrates.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::bucket::{self, Bucket, bucket_of};
use crate::fault::Fault;
use crate::lite::{FILE, Lite};
use crate::migrate::RESTORING;
use crate::row::{Cell, FromRow, Row, Val};
use crate::shared::Shared;
use crate::store::{OpenError, Place};
use crate::tx::{Arm, Tx};
use crate::{migrate, postgres};

/// What the first line calls itself.
const FORMAT: i64 = 1;
/// Rows read from the store at a time.
const PAGE_ROWS: i64 = 2_000;
/// Where SQLite's file is made before it is put in its place.
const SCRATCH: &str = "restoring";

/// What a dump holds of a table, and how.
struct Table {
    name: &'static str,
    /// The primary key, without the bucket.
    key: &'static [&'static str],
    /// All columns but the bucket.
    columns: &'static [&'static str],
    bucket: Bucketed,
}

/// What a row's bucket is made of.
enum Bucketed {
    No,
    /// [`bucket_of`] two columns; the first may be none.
    Pair(Option<&'static str>, &'static str),
    /// The low bits of an id.
    Id(&'static str),
}

/// Every table but `migration`, `changes` and `job_lease`, each after those that it refers to. A test holds it to the schema.
const TABLES: [Table; 36] = [
    few("setting", &["name"], &["name", "value"]),
    few("id_lease", &["name"], &["name", "next"]),
    few("merchant", &["pid"], &["pid", "name", "mid", "options"]),
    few("shop", &["shop_id"], &["shop_id", "pid", "store_id", "name", "address", "shop_type", "lon_e7", "lat_e7"]),
    few("tag", &["pid", "code"], &["pid", "code", "place", "name", "kind", "codes"]),
    few(
        "app",
        &["app_id"],
        &["app_id", "pid", "public_key", "aes_key", "isv", "methods", "notify_charset", "enabled", "version"],
    ),
    few(
        "app_authorization",
        &["app_auth_token"],
        &["app_auth_token", "app_id", "pid", "auth_app_id", "methods", "expires_at", "enabled", "version"],
    ),
    few("image", &["id"], &["id", "media_type", "bytes"]),
    Table {
        name: "account",
        key: &["user_id"],
        columns: &[
            "user_id",
            "login_id",
            "taobao_nick",
            "opening_fen",
            "balance_fen",
            "pay_codes",
            "pay_pin",
            "student",
            "member_cards",
        ],
        bucket: Bucketed::Pair(None, "user_id"),
    },
    Table {
        name: "member",
        key: &["pid", "user_id"],
        columns: &["pid", "user_id", "tags", "home_lon_e7", "home_lat_e7", "work_lon_e7", "work_lat_e7", "version"],
        bucket: Bucketed::Pair(Some("pid"), "user_id"),
    },
    Table {
        name: "crowd",
        key: &["id"],
        columns: &["id", "pid", "name", "conditions", "status", "created_at"],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "once",
        key: &["scope", "key"],
        columns: &["scope", "key", "fingerprint", "answer", "subject", "created_at"],
        bucket: Bucketed::Pair(Some("scope"), "key"),
    },
    few("signature_trouble", &["slot"], &["slot", "trace_id", "at", "app_id", "method", "cause", "detail"]),
    Table {
        name: "account_key",
        key: &["kind", "key"],
        columns: &["kind", "key", "user_id", "used_at"],
        bucket: Bucketed::Pair(Some("kind"), "key"),
    },
    Table {
        name: "pin_try",
        key: &["user_id"],
        columns: &["user_id", "wrong", "locked_until"],
        bucket: Bucketed::Pair(None, "user_id"),
    },
    Table { name: "fund", key: &["name"], columns: &["name", "balance_fen"], bucket: Bucketed::Pair(None, "name") },
    Table {
        name: "transfer",
        key: &["id"],
        columns: &["id", "debit", "credit", "amount_fen", "kind", "trade", "at", "app_id", "trace_id"],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "trade",
        key: &["id"],
        columns: &[
            "id",
            "pid",
            "seller_id",
            "buyer_id",
            "out_trade_no",
            "imported_no",
            "status",
            "subject",
            "total_fen",
            "discountable_fen",
            "buyer_pay_fen",
            "receipt_fen",
            "refunded_fen",
            "shop_id",
            "detail",
            "app_id",
            "auth_app_id",
            "notify_url",
            "sign_type",
            "page_token",
            "created_at",
            "expires_at",
            "paid_at",
            "closed_at",
            "refunded_at",
            "version",
        ],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "refund",
        key: &["trade", "out_request_no"],
        columns: &["trade", "out_request_no", "amount_fen", "buyer_fen", "reason", "cancels", "at"],
        bucket: Bucketed::Id("trade"),
    },
    Table {
        name: "member_sales",
        key: &["pid", "user_id"],
        columns: &["pid", "user_id", "net_fen", "version"],
        bucket: Bucketed::Pair(Some("pid"), "user_id"),
    },
    Table {
        name: "job",
        key: &["kind", "subject"],
        columns: &["kind", "subject", "lane", "due_at"],
        bucket: Bucketed::Id("subject"),
    },
    Table {
        name: "notice",
        key: &["id"],
        columns: &[
            "id",
            "pid",
            "app_id",
            "auth_app_id",
            "kind",
            "subject",
            "url",
            "sign_type",
            "members",
            "state",
            "attempts",
            "rung",
            "created_at",
            "next_at",
        ],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "notice_attempt",
        key: &["notice", "attempt"],
        columns: &["notice", "attempt", "at", "took_us", "status", "answer", "error"],
        bucket: Bucketed::Id("notice"),
    },
    few(
        "activity",
        &["id"],
        &[
            "id",
            "pid",
            "name",
            "kind",
            "status",
            "audit_status",
            "starts_at",
            "ends_at",
            "length_ms",
            "auto_delay",
            "crowd",
            "content",
            "app_id",
            "auth_app_id",
            "notify_url",
            "sign_type",
            "created_at",
            "version",
        ],
    ),
    few("activity_shop", &["activity", "shop_id"], &["activity", "shop_id"]),
    few("tool", &["id"], &["id", "activity", "place", "kind", "content", "starts_at", "ends_at", "created_at"]),
    few(
        "activity_order",
        &["activity", "id"],
        &[
            "activity",
            "id",
            "kind",
            "status",
            "creator_id",
            "creator_type",
            "reason",
            "at",
            "audit_id",
            "audit_status",
            "auditor_id",
            "auditor_type",
            "audit_reason",
            "audited_at",
        ],
    ),
    Table {
        name: "counter",
        key: &["kind", "subject", "part"],
        columns: &["kind", "subject", "part", "taken", "total"],
        bucket: Bucketed::Id("subject"),
    },
    Table {
        name: "point_account",
        key: &["card", "user_id"],
        columns: &["pid", "card", "user_id", "available", "frozen", "spent", "total"],
        bucket: Bucketed::Pair(Some("pid"), "user_id"),
    },
    Table {
        name: "point_log",
        key: &["id"],
        columns: &[
            "id",
            "card",
            "user_id",
            "kind",
            "amount",
            "biz_no",
            "freeze_id",
            "shop_id",
            "memo",
            "ext_info",
            "at",
            "app_id",
            "trace_id",
        ],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "point_freeze",
        key: &["id"],
        columns: &["id", "card", "user_id", "amount", "at"],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "prize_token",
        key: &["token"],
        columns: &["token", "pid", "activity", "tool", "user_id", "created_at", "expires_at", "used_at", "out_biz_no"],
        bucket: Bucketed::Pair(None, "token"),
    },
    Table {
        name: "participation",
        key: &["activity", "user_id", "part"],
        columns: &["pid", "activity", "user_id", "part", "times"],
        bucket: Bucketed::Pair(Some("pid"), "user_id"),
    },
    Table {
        name: "voucher",
        key: &["id"],
        columns: &[
            "id",
            "pid",
            "user_id",
            "activity",
            "tool",
            "token",
            "status",
            "received_at",
            "starts_at",
            "ends_at",
            "trade",
            "held_until",
            "used_at",
            "version",
        ],
        bucket: Bucketed::Id("id"),
    },
    Table {
        name: "trade_voucher",
        key: &["trade", "voucher"],
        columns: &[
            "trade",
            "voucher",
            "name",
            "kind",
            "memo",
            "template",
            "deducted_fen",
            "merchant_fen",
            "refunded_fen",
        ],
        bucket: Bucketed::Id("trade"),
    },
    Table {
        name: "voucher_bill",
        key: &["id"],
        columns: &["id", "voucher", "trade", "kind", "amount_fen", "at"],
        bucket: Bucketed::Id("id"),
    },
];

/// A table of few rows, without buckets.
const fn few(name: &'static str, key: &'static [&'static str], columns: &'static [&'static str]) -> Table {
    Table { name, key, columns, bucket: Bucketed::No }
}

/// What a dump is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The build that made it.
    pub made_by: String,
    /// What there is of each table.
    pub tables: BTreeMap<String, Sum>,
    /// The table `setting`, which holds sealed secrets.
    pub settings: BTreeMap<String, String>,
}

impl Summary {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|sum| sum.rows).sum()
    }
}

/// How many rows, and the sum of their hashes modulo 2⁶⁴.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Rows.
    pub rows: u64,
    /// The sum.
    pub hashes: u64,
}

impl Sum {
    fn add(&mut self, table: &str, line: &str) {
        self.rows += 1;
        self.hashes = self.hashes.wrapping_add(bucket::hash(table, line));
    }
}

/// Why there is no dump, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The text cannot be written or read.
    #[error("the backup cannot be read or written")]
    Io(#[from] io::Error),
    /// It is not what it should be.
    #[error("the backup is damaged or is none: line {line}: {reason}")]
    Damaged {
        /// Counted from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// What came out is not what went in.
    #[error("the check failed: {0}")]
    Differs(String),
    /// A row that only SQLite can keep.
    #[error("a row of {0} has U+0000 in a text, which PostgreSQL cannot keep: restore into a folder")]
    Nul(&'static str),
    /// There is a store already.
    #[error("{0}: restoring needs a place without a store")]
    Occupied(String),
    /// The schema is not one that this build knows.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store said no.
    #[error("the store failed")]
    Fault(#[from] Fault),
}

/// Writes everything that `tx` sees.
pub fn write(tx: &mut Tx, made_by: &str, out: &mut dyn Write) -> Result<(), DumpError> {
    let migrations = migrate::applied(tx)?;
    writeln!(
        out,
        "{}",
        json!({"punchcard": "backup", "format": FORMAT, "made_by": made_by, "migrations": migrations})
    )?;
    let mut sums = Map::new();
    for table in &TABLES {
        writeln!(out, "{}", json!({"table": table.name, "columns": table.columns}))?;
        let sum = scan(tx, table, |line| writeln!(out, "{line}"))?;
        let (rows,) = tx.query_one::<(i64,)>(&format!("SELECT COUNT(*) FROM {}", table.name), &[])?;
        if i64::try_from(sum.rows) != Ok(rows) {
            return Err(DumpError::Differs(format!("{} has {rows} rows, but {} were read", table.name, sum.rows)));
        }
        sums.insert(table.name.to_owned(), serde_json::to_value(sum).expect("numbers are JSON"));
    }
    writeln!(out, "{}", json!({"end": sums}))?;
    Ok(())
}

/// Reads a whole dump and compares it with what it says of itself.
pub fn check(input: impl BufRead) -> Result<Summary, DumpError> {
    Dump::open(input)?.rows(|_, _, _| Ok(()))
}

/// Makes a store of a dump where none is; blocks. Nothing is there afterwards unless all of it is.
pub fn restore(place: &Place, input: impl BufRead + Send) -> Result<Summary, DumpError> {
    // On a thread of its own, because PostgreSQL's client must not be used inside of an async runtime.
    thread::scope(|scope| scope.spawn(|| restore_here(place, input)).join()).expect("restoring does not panic")
}

fn restore_here(place: &Place, input: impl BufRead) -> Result<Summary, DumpError> {
    match place {
        Place::Postgres(url) => {
            let config = postgres::config(url).map_err(OpenError::Unusable)?;
            let connection = postgres::Connection::open(&config)?;
            let mut tx = Tx::new(Arm::Postgres(connection), Arc::new(Shared::new(0)));
            // Kept whatever becomes of the transaction: who dies in it has left nothing else.
            tx.batch(&format!("CREATE TABLE IF NOT EXISTS {RESTORING} (at_work INTEGER)"))?;
            let done = in_one_transaction(&mut tx, "BEGIN", input);
            tx.batch(&format!("DROP TABLE IF EXISTS {RESTORING}"))?;
            done
        }
        Place::Folder(folder) => {
            // A log that belongs to another file would be played into the new one.
            for ending in ["", "-wal", "-shm", "-journal"] {
                let path = folder.join(format!("{FILE}{ending}"));
                if path.exists() {
                    return Err(DumpError::Occupied(path.display().to_string()));
                }
            }
            let scratch = Scratch::new(folder)?;
            let connection = Lite::connect(&scratch.0, true)?.expect("it is made");
            let mut tx = Tx::new(Arm::Lite(connection), Arc::new(Shared::new(0)));
            let summary = in_one_transaction(&mut tx, "BEGIN IMMEDIATE", input)?;
            let Arm::Lite(connection) = tx.arm else { unreachable!("the arm that went in") };
            connection.into_one_file()?;
            File::open(scratch.0.join(FILE))?.sync_all()?;
            fs::rename(scratch.0.join(FILE), folder.join(FILE))?;
            File::open(folder)?.sync_all()?;
            Ok(summary)
        }
    }
}

/// The folder that a restore which was cut off has left behind where no store is.
pub(crate) fn unfinished(folder: &Path) -> Option<PathBuf> {
    let scratch = folder.join(SCRATCH);
    (scratch.is_dir() && !folder.join(FILE).exists()).then_some(scratch)
}

/// Removes what a restore has left that died after its store was whole.
pub(crate) fn clear(folder: &Path) {
    if folder.join(FILE).exists() {
        // What cannot be removed is in nobody's way.
        drop(fs::remove_dir_all(folder.join(SCRATCH)));
    }
}

/// A folder that is gone when this is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(folder: &Path) -> io::Result<Scratch> {
        let scratch = Scratch(folder.join(SCRATCH));
        match fs::remove_dir_all(&scratch.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::DirBuilder::new().mode(0o700).create(&scratch.0)?;
        // Who dies from here on has left the folder: an empty store must not be made without a word.
        File::open(folder)?.sync_all()?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next attempt.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn in_one_transaction(tx: &mut Tx, begin: &str, input: impl BufRead) -> Result<Summary, DumpError> {
    tx.batch(begin)?;
    let done = fill(tx, input);
    tx.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}

fn fill(tx: &mut Tx, input: impl BufRead) -> Result<Summary, DumpError> {
    let dump = Dump::open(input)?;
    if !migrate::make(tx, &dump.migrations)? {
        return Err(DumpError::Occupied("the database has a store already".to_owned()));
    }
    let mut inserting: Option<Inserting<'_>> = None;
    let per_statement = tx.rows_per_statement();
    let is_postgres = matches!(tx.arm, Arm::Postgres(_));
    let summary = dump.rows(|table, columns, row| {
        if is_postgres && row.iter().any(|field| field.text().is_some_and(|text| text.contains('\0'))) {
            return Err(DumpError::Nul(table.name));
        }
        if inserting.as_ref().is_some_and(|some| some.table.name != table.name || some.rows.len() == per_statement) {
            inserting.take().expect("just seen").run(tx)?;
        }
        let some = inserting.get_or_insert_with(|| Inserting { table, columns: columns.to_vec(), rows: Vec::new() });
        some.rows.push(row);
        Ok(())
    });
    let summary = summary?;
    if let Some(rest) = inserting {
        rest.run(tx)?;
    }
    for table in TABLES.iter().filter(|table| summary.tables.contains_key(table.name)) {
        let (wanted, found) = (summary.tables[table.name], scan(tx, table, |_| Ok(()))?);
        if wanted != found {
            let differ = format!("{}: {wanted:?} in the backup, {found:?} in the restored store", table.name);
            return Err(DumpError::Differs(differ));
        }
    }
    Ok(summary)
}

/// Rows of one table that go into one statement.
struct Inserting<'a> {
    table: &'a Table,
    columns: Vec<String>,
    rows: Vec<Vec<Field>>,
}

impl Inserting<'_> {
    fn run(&self, tx: &mut Tx) -> Result<(), Fault> {
        let bucketed = !matches!(self.table.bucket, Bucketed::No);
        let mut values = Vec::new();
        for row in &self.rows {
            if bucketed {
                values.push(Val::Bucket(self.bucket(row)));
            }
            values.extend(row.iter().map(Field::val));
        }
        let width = self.columns.len() + usize::from(bucketed);
        let row = |row: usize| {
            let numbers = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", numbers.collect::<Vec<_>>().join(", "))
        };
        let rows = (0..self.rows.len()).map(row).collect::<Vec<_>>().join(", ");
        let columns = bucketed.then_some("bucket").into_iter().chain(self.columns.iter().map(String::as_str));
        let columns = columns.collect::<Vec<_>>().join(", ");
        tx.execute(&format!("INSERT INTO {} ({columns}) VALUES {rows}", self.table.name), &values).map(drop)
    }

    /// The bucket that the row's own texts give, whatever engine it comes from.
    fn bucket(&self, row: &[Field]) -> Bucket {
        let field = |name: &str| self.columns.iter().position(|column| column == name).map(|index| &row[index]);
        let text = |name: &str| field(name).and_then(Field::text).unwrap_or_default();
        match self.table.bucket {
            Bucketed::No => bucket_of("", ""),
            Bucketed::Pair(first, second) => bucket_of(first.map(text).unwrap_or_default(), text(second)),
            Bucketed::Id(name) => match field(name) {
                Some(Field::Int(id)) => Bucket::of_id(*id),
                _ => Bucket::of_id(0),
            },
        }
    }
}

/// Gives every row of a table to `take`, as its line, in pages along the primary key.
fn scan(tx: &mut Tx, table: &Table, mut take: impl FnMut(&str) -> io::Result<()>) -> Result<Sum, DumpError> {
    let bucketed = !matches!(table.bucket, Bucketed::No);
    let key = bucketed.then_some("bucket").into_iter().chain(table.key.iter().copied()).collect::<Vec<_>>();
    let key_width = key.len();
    let (key, columns) = (key.join(", "), table.columns.join(", "));
    let numbers = (1..=key_width).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let page = |condition: &str, limit: usize| {
        format!("SELECT {key}, {columns} FROM {} {condition} ORDER BY {key} LIMIT ${limit}", table.name)
    };
    let first = page("", 1);
    let next = page(&format!("WHERE ({key}) > ({numbers})"), key_width + 1);
    let mut sum = Sum::default();
    let mut rows: Vec<Fields> = tx.query(&first, &[Val::Int(PAGE_ROWS)])?;
    while let Some(Fields(last)) = rows.last() {
        for Fields(row) in &rows {
            let line = Value::from(row[key_width..].iter().map(Field::json).collect::<Vec<_>>()).to_string();
            sum.add(table.name, &line);
            take(&line)?;
        }
        let values: Vec<_> = last[..key_width].iter().map(Field::val).chain([Val::Int(PAGE_ROWS)]).collect();
        rows = tx.query(&next, &values)?;
    }
    Ok(sum)
}

/// A dump whose first line has been read.
struct Dump<R> {
    input: R,
    line: u64,
    made_by: String,
    migrations: Vec<(i64, String)>,
}

impl<R: BufRead> Dump<R> {
    fn open(input: R) -> Result<Dump<R>, DumpError> {
        let mut dump = Dump { input, line: 0, made_by: String::new(), migrations: Vec::new() };
        let head = match dump.next()? {
            Some(Value::Object(head)) if head.get("punchcard") == Some(&json!("backup")) => head,
            _ => return Err(dump.damaged("it does not begin as a backup of Punchcard")),
        };
        if head.get("format").and_then(Value::as_i64) != Some(FORMAT) {
            return Err(dump.damaged("it was written in a newer form: use the build that wrote it or a newer one"));
        }
        dump.made_by = head.get("made_by").and_then(Value::as_str).unwrap_or_default().to_owned();
        let migrations = head.get("migrations").cloned().unwrap_or_default();
        dump.migrations = serde_json::from_value(migrations).map_err(|_| dump.damaged("unreadable migrations"))?;
        Ok(dump)
    }

    /// Gives every row to `take`, in order, with its table and the names of its columns.
    fn rows(
        mut self,
        mut take: impl FnMut(&'static Table, &[String], Vec<Field>) -> Result<(), DumpError>,
    ) -> Result<Summary, DumpError> {
        let mut tables: BTreeMap<String, Sum> = BTreeMap::new();
        let mut settings = BTreeMap::new();
        let mut current: Option<(&'static Table, Vec<String>)> = None;
        let end = loop {
            let value = self.next()?.ok_or_else(|| self.damaged("it ends in the middle"))?;
            match value {
                Value::Array(fields) => {
                    let (table, columns) = current.as_ref().ok_or_else(|| self.damaged("a row without a table"))?;
                    let sum = tables.get_mut(table.name).expect("entered with the table");
                    sum.add(table.name, &Value::from(fields.clone()).to_string());
                    let row: Option<Vec<_>> = fields.iter().map(Field::from_json).collect();
                    let row = row.filter(|row| row.len() == columns.len());
                    let row = row.ok_or_else(|| self.damaged(format!("no row of {}", table.name)))?;
                    if let ("setting", [Field::Text(name), Field::Text(value)]) = (table.name, &row[..]) {
                        settings.insert(name.clone(), value.clone());
                    }
                    take(table, columns, row)?;
                }
                Value::Object(mut section) => match section.remove("end") {
                    Some(end) => break end,
                    None => {
                        let (table, columns) = self.table(&section)?;
                        tables.insert(table.name.to_owned(), Sum::default());
                        current = Some((table, columns));
                    }
                },
                _ => return Err(self.damaged("neither a table nor a row")),
            }
        };
        let wanted: BTreeMap<String, Sum> = serde_json::from_value(end).map_err(|_| self.damaged("unreadable sums"))?;
        if wanted != tables {
            return Err(self.damaged("rows are missing or changed: they do not add up to the sums at the end"));
        }
        if self.next()?.is_some() {
            return Err(self.damaged("something follows the end"));
        }
        Ok(Summary { made_by: self.made_by, tables, settings })
    }

    /// The table that a section is about. Names go into statements, so they are checked.
    fn table(&self, section: &Map<String, Value>) -> Result<(&'static Table, Vec<String>), DumpError> {
        let name = section.get("table").and_then(Value::as_str).unwrap_or_default();
        let table = TABLES.iter().find(|table| table.name == name);
        let table = table.ok_or_else(|| self.damaged(format!("no table is called {name:?}")))?;
        let columns = section.get("columns").cloned().unwrap_or_default();
        let columns: Vec<String> = serde_json::from_value(columns).map_err(|_| self.damaged("unreadable columns"))?;
        let is_name = |name: &String| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if columns.iter().all(is_name) { Ok((table, columns)) } else { Err(self.damaged("unreadable columns")) }
    }

    fn next(&mut self) -> Result<Option<Value>, DumpError> {
        let mut text = String::new();
        let read = self.input.read_line(&mut text);
        self.line += 1;
        match read {
            Ok(0) => Ok(None),
            Ok(_) => serde_json::from_str(&text).map(Some).map_err(|error| self.damaged(error.to_string())),
            // A broken archive is a damaged backup and not a broken disk.
            Err(error) => Err(self.damaged(error.to_string())),
        }
    }

    fn damaged(&self, reason: impl Into<String>) -> DumpError {
        DumpError::Damaged { line: self.line, reason: reason.into() }
    }
}

/// A value of a row, of whatever type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Field {
    fn val(&self) -> Val<'_> {
        match self {
            Field::Null => Val::Null,
            Field::Int(value) => Val::Int(*value),
            Field::Text(value) => Val::Text(value),
            Field::Bytes(value) => Val::Bytes(value),
        }
    }

    fn text(&self) -> Option<&str> {
        if let Field::Text(text) = self { Some(text) } else { None }
    }

    /// Bytes are `{"hex":"00ff"}`.
    fn json(&self) -> Value {
        match self {
            Field::Null => Value::Null,
            Field::Int(value) => (*value).into(),
            Field::Text(value) => value.as_str().into(),
            Field::Bytes(bytes) => {
                json!({"hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()})
            }
        }
    }

    fn from_json(value: &Value) -> Option<Field> {
        Some(match value {
            Value::Null => Field::Null,
            Value::Number(number) => Field::Int(number.as_i64()?),
            Value::String(text) => Field::Text(text.clone()),
            Value::Object(bytes) => {
                let hex = bytes.get("hex")?.as_str()?.as_bytes();
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
                let pairs = hex.chunks_exact(2);
                if !pairs.remainder().is_empty() {
                    return None;
                }
                Field::Bytes(pairs.map(byte).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}

/// A row of any table.
struct Fields(Vec<Field>);

impl FromRow for Fields {
    fn from_row(row: &dyn Row) -> Result<Self, Fault> {
        let field = |index| {
            Ok(match row.cell(index)? {
                Cell::Null => Field::Null,
                Cell::Int(value) => Field::Int(value),
                Cell::Text(value) => Field::Text(value.to_owned()),
                Cell::Bytes(value) => Field::Bytes(value.to_vec()),
            })
        };
        (0..row.cells()).map(field).collect::<Result<_, _>>().map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Open, Store};

    /// SQLite's own list of what there is.
    const SCHEMA: &str =
        "SELECT one.name, part.name, part.pk FROM sqlite_master AS one, pragma_table_info(one.name) AS part
        WHERE one.type = 'table' AND one.name NOT IN ('migration', 'changes', 'job_lease') ORDER BY one.name, part.cid";

    #[test]
    fn every_table_is_dumped_with_every_column() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Place::Folder(folder.path().to_owned()), Open { create: true, ..Open::default() });
        let store = store.unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let schema = runtime.block_on(store.read(|tx| tx.query::<(String, String, i64)>(SCHEMA, &[]))).unwrap();
        let mut dumped = Vec::new();
        for table in &TABLES {
            let bucket = !matches!(table.bucket, Bucketed::No);
            let key: Vec<_> = bucket.then_some("bucket").into_iter().chain(table.key.iter().copied()).collect();
            for column in bucket.then_some("bucket").into_iter().chain(table.columns.iter().copied()) {
                let place = key.iter().position(|name| *name == column).map_or(0, |place| place + 1);
                dumped.push((table.name.to_owned(), column.to_owned(), i64::try_from(place).unwrap()));
            }
        }
        let mut schema = schema;
        for list in [&mut schema, &mut dumped] {
            list.sort();
        }
        assert_eq!(dumped, schema, "a new table or column belongs into TABLES");
    }

    #[test]
    fn fields_are_what_they_were() {
        for field in [Field::Null, Field::Int(i64::MIN), Field::Text("a\n\"中".to_owned()), Field::Bytes(vec![0, 255])]
        {
            let text = field.json().to_string();
            assert_eq!(Field::from_json(&serde_json::from_str(&text).unwrap()), Some(field));
        }
        for wrong in ["1.5", "true", "{\"hex\":\"0\"}", "{\"hex\":\"0g\"}", "[]", "99999999999999999999"] {
            assert_eq!(Field::from_json(&serde_json::from_str(wrong).unwrap()), None, "{wrong}");
        }
    }
}
