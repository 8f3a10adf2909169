//! What a dump holds of a table: made of the schema's text and the table's declaration.

use crate::engine::table::BucketOf;
use crate::schema;

/// A table as a dump has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// The table's name.
    pub(super) name: &'static str,
    /// The primary key, without the bucket.
    pub(super) key: Vec<&'static str>,
    /// All columns but the bucket.
    pub(super) columns: Vec<&'static str>,
    /// What a row's bucket is made of.
    pub(super) bucket: BucketOf,
    /// Which rows it holds, as a condition.
    pub(super) rows: &'static str,
}

/// The condition that every row meets.
pub(super) const ALL_ROWS: &str = "1 = 1";

impl Shape {
    /// The bucket column, if there is one, before these.
    pub(super) fn with_bucket<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        (self.bucket != BucketOf::None).then_some("bucket").into_iter().chain(columns).collect()
    }
}

/// The tables of a store that has had so many migrations, each after those that it refers to.
pub(super) fn shapes(migrations: usize) -> Vec<Shape> {
    let dumped = schema::texts(migrations).into_iter().filter_map(|text| {
        let table = schema::table(text.name).filter(|table| table.dumped)?;
        let without_bucket =
            |columns: Vec<&'static str>| columns.into_iter().filter(|name| *name != "bucket").collect();
        Some(Shape {
            name: text.name,
            key: without_bucket(text.key),
            columns: without_bucket(text.columns),
            bucket: table.bucket,
            rows: table.dumped_rows.unwrap_or(ALL_ROWS),
        })
    });
    dumped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::open::{Open, Place};
    use crate::store::Store;

    /// SQLite's own list of what there is.
    const SCHEMA: &str =
        "SELECT one.name, part.name, part.pk FROM sqlite_master AS one, pragma_table_info(one.name) AS part
        WHERE one.type = 'table' AND one.name NOT IN ('migration', 'changes', 'job_lease', 'call_log', 'call_log_full', 'operator_session') ORDER BY one.name, part.cid";

    #[test]
    fn every_table_is_dumped_with_every_column() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Place::Folder(folder.path().to_owned()), Open { create: true, ..Open::default() });
        let store = store.unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let schema = runtime.block_on(store.read(|tx| tx.query::<(String, String, i64)>(SCHEMA, &[]))).unwrap();
        let mut dumped = Vec::new();
        for shape in shapes(usize::MAX) {
            let key = shape.with_bucket(shape.key.iter().copied());
            for column in shape.with_bucket(shape.columns.iter().copied()) {
                let place = key.iter().position(|name| *name == column).map_or(0, |place| place + 1);
                dumped.push((shape.name.to_owned(), column.to_owned(), i64::try_from(place).unwrap()));
            }
        }
        let mut schema = schema;
        for list in [&mut schema, &mut dumped] {
            list.sort();
        }
        assert_eq!(dumped, schema, "a new table is declared in its module");
    }
}
