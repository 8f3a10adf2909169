//! The schema as its text says it: statements, tables, columns and keys.

/// A table as the migrations make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableText {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns, in their order.
    pub(crate) columns: Vec<&'static str>,
    /// The columns of its primary key, in their order.
    pub(crate) key: Vec<&'static str>,
}

/// The tables that these texts make, in the order in which they make them: so each comes after those that it refers to.
pub(crate) fn tables(texts: impl IntoIterator<Item = &'static str>) -> Vec<TableText> {
    let mut tables: Vec<TableText> = Vec::new();
    for statement in texts.into_iter().flat_map(split) {
        match words(statement) {
            ["CREATE", "TABLE", name] => tables.push(TableText::read(name, statement)),
            ["ALTER", "TABLE", name] => {
                let table = tables.iter_mut().find(|table| table.name == name).expect("a table that was made before");
                let column = statement.split_once(" ADD COLUMN ").and_then(|(_, rest)| rest.split(' ').next());
                table.columns.push(column.expect("a migration alters a table only by ADD COLUMN"));
            }
            _ => {}
        }
    }
    tables
}

impl TableText {
    /// Reads a CREATE TABLE with a line for each column and constraint.
    fn read(name: &'static str, statement: &'static str) -> TableText {
        let mut table = TableText { name, columns: Vec::new(), key: Vec::new() };
        for line in statement.lines().skip(1).map(str::trim) {
            if let Some(key) = line.strip_prefix("PRIMARY KEY (").and_then(|rest| rest.split(')').next()) {
                table.key = key.split(", ").collect();
            } else if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                let column = line.split(' ').next().unwrap_or_default();
                table.columns.push(column);
                if line.contains(" PRIMARY KEY") {
                    table.key = vec![column];
                }
            }
        }
        table
    }
}

/// The first three words of a statement, which say what it makes: `CREATE TABLE member`.
pub(crate) fn words(statement: &str) -> [&str; 3] {
    let mut words = statement.split_whitespace();
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// The statements of a schema text, without its comments.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(";\n")
        .map(|part| {
            let mut statement = part.trim();
            while statement.starts_with("--") {
                statement = statement.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
            }
            statement
        })
        .filter(|statement| !statement.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_with_their_columns_and_keys() {
        let texts = [
            "-- Comment; not a statement.\nCREATE TABLE few (\n    id BIGINT NOT NULL PRIMARY KEY,\n    -- Why.\n    name TEXT\n);\n",
            "CREATE TABLE many (\n    bucket INTEGER NOT NULL,\n    id BIGINT NOT NULL,\n    CHECK (id > 0),\n    \
                PRIMARY KEY (bucket, id)\n);\nCREATE INDEX of_id ON many (bucket, id);\n",
            "ALTER TABLE few ADD COLUMN more BIGINT;\nDROP INDEX of_id;\n",
        ];
        let table = |name, columns: &[&'static str], key: &[&'static str]| TableText {
            name,
            columns: columns.to_vec(),
            key: key.to_vec(),
        };
        let expect =
            [table("few", &["id", "name", "more"], &["id"]), table("many", &["bucket", "id"], &["bucket", "id"])];
        assert_eq!(tables(texts), expect);
    }
}
