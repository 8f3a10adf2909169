//! SQLite's form of a statement that makes a table.

use crate::engine::ddl::words;

/// The statement as SQLite is to run it: lists of a CHECK spelled out, and where `without_rowid` says so the table kept
/// as its primary key. Other statements are left as they are.
pub(crate) fn wording(sql: &str, without_rowid: bool) -> String {
    match words(sql) {
        ["CREATE", "TABLE", _] if without_rowid => format!("{} WITHOUT ROWID", without_lists(sql)),
        ["CREATE", "TABLE", _] => without_lists(sql),
        _ => sql.to_owned(),
    }
}

/// `column IN ('a', 'b', 'c')` as `(column = 'a' OR …)`: to check a row against a list of more than two, SQLite makes a
/// table of the list, for each statement anew.
fn without_lists(sql: &str) -> String {
    let Some((before, (list, after))) =
        sql.split_once(" IN (").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    else {
        return sql.to_owned();
    };
    let column_at = before.rfind(['(', ' ']).map_or(0, |at| at + 1);
    let (before, column) = before.split_at(column_at);
    let each: Vec<_> = list.split(", ").map(|value| format!("{column} = {value}")).collect();
    format!("{before}({}){}", each.join(" OR "), without_lists(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_compares_with_each_value_of_its_list() {
        let check = |sql: &str, without_rowid: bool, expect: &str| assert_eq!(wording(sql, without_rowid), expect);
        check("CREATE TABLE voucher (id BIGINT)", false, "CREATE TABLE voucher (id BIGINT)");
        check(
            "CREATE TABLE tool (kind TEXT CHECK (kind IN ('A', 'B', 'C')), state TEXT CHECK (state IN ('D', 'E')))",
            true,
            "CREATE TABLE tool (kind TEXT CHECK ((kind = 'A' OR kind = 'B' OR kind = 'C')), \
                state TEXT CHECK ((state = 'D' OR state = 'E'))) WITHOUT ROWID",
        );
    }
}
