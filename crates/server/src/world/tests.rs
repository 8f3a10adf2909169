//! Holds docs/world-file.md against the tables that are read, and against the example.

use super::*;
use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde::de::value::Error;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

/// A row of the page: a field with its type, its default and its example.
struct Row {
    field: &'static str,
    kind: &'static str,
    default: &'static str,
    example: &'static str,
}

const PAGE: &str = include_str!("../../../../docs/world-file.md");

/// The rows below each heading that names a table, as `merchant.shop`.
fn page() -> BTreeMap<&'static str, Vec<Row>> {
    let mut tables: BTreeMap<_, Vec<Row>> = BTreeMap::new();
    let mut table = None;
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("## `[") {
            table = heading.split(']').next().map(|name| name.trim_start_matches('['));
        }
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
        if let (Some(table), true, [field, kind, default, example, _]) = (table, line.starts_with("| `"), &cells[..]) {
            tables.entry(table).or_default().push(Row { field, kind, default, example });
        }
    }
    tables
}

/// The names of a table's fields, as its reader asks for them.
fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Probe<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Probe<'_> {
        type Error = Error;

        fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(serde::de::Error::custom("no table"))
        }

        fn deserialize_struct<V: serde::de::Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut fields: &'static [&'static str] = &[];
    assert!(T::deserialize(Probe(&mut fields)).is_err(), "the probe has no values");
    fields
}

/// Each table with the fields that are read of it.
fn tables() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("platform", fields::<PlatformTable>()),
        ("merchant", fields::<MerchantTable>()),
        ("merchant.options", fields::<Options>()),
        ("merchant.shop", fields::<ShopTable>()),
        ("merchant.tag", fields::<TagTable>()),
        ("merchant.tag.values", fields::<TagValueTable>()),
        ("app", fields::<AppTable>()),
        ("authorization", fields::<AuthorizationTable>()),
        ("user", fields::<UserTable>()),
        ("image", fields::<ImageTable>()),
    ])
}

#[test]
fn the_page_has_every_table_and_every_field() {
    let page: BTreeMap<_, Vec<_>> =
        page().into_iter().map(|(table, rows)| (table, rows.iter().map(|row| row.field).collect())).collect();
    let read: BTreeMap<_, _> = tables().into_iter().map(|(table, fields)| (table, fields.to_vec())).collect();
    assert_eq!(page, read, "docs/world-file.md, and world.rs");
    let tops = read.keys().filter(|table| !table.contains('.')).count();
    assert_eq!(tops, fields::<Tables>().len(), "a table that neither knows");
}

/// The lines of the example by table: `field = value`, also where they are commented out.
fn example() -> BTreeMap<String, Vec<(&'static str, &'static str)>> {
    let mut tables: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let mut table = String::new();
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            table = line.trim_matches(['[', ']']).to_owned();
        } else if let Some((field, value)) = line.trim_start_matches("# ").split_once(" = ") {
            tables.entry(table.clone()).or_default().push((field, value));
        }
    }
    tables
}

#[test]
fn the_example_is_right_and_has_every_field() {
    let world = check::world(EXAMPLE, Path::new("example.toml"), None).expect("it is right");
    assert_eq!(world.things(), 10);
    let example = example();
    for (table, rows) in page() {
        for Row { field, kind, example: value, .. } in rows {
            if ["Table", "Tables"].contains(&kind) {
                assert!(example.contains_key(&format!("{table}.{field}")), "{table}.{field}");
                continue;
            }
            let lines: Vec<_> =
                example[table].iter().filter(|(name, _)| *name == field).map(|(_, value)| *value).collect();
            assert!(!lines.is_empty(), "the example has no {table}.{field}");
            assert!(value == "–" || lines.contains(&value), "{table}.{field}: {value} is not in {lines:?}");
            let read: toml::Table = toml::from_str(&format!("value = {}", lines[0])).expect("a value");
            let is = match &read["value"] {
                toml::Value::String(_) => "String",
                toml::Value::Boolean(_) => "Boolean",
                toml::Value::Array(_) => "List of String",
                other => panic!("{table}.{field}: {other}"),
            };
            assert_eq!(is, kind, "{table}.{field}");
        }
    }
}

/// A table as TOML with what identifies it, and with every default stated or none.
fn stated(table: &str, with_defaults: bool) -> String {
    let rows = page().remove(table).expect("a table of the page");
    let line = |Row { field, default, example, .. }: &Row| match *default {
        "none" => None,
        "required" | "required when new" => Some(format!("{field} = {example}\n")),
        default => with_defaults.then(|| format!("{field} = {default}\n")),
    };
    rows.iter().filter_map(line).collect()
}

/// Holds what a new thing begins with against the page: the two texts come to the same.
fn same<T: DeserializeOwned, R: PartialEq + Debug>(table: &str, made: impl Fn(&T) -> Result<R, String>) {
    let made = |with_defaults| {
        let read = toml::from_str(&stated(table, with_defaults)).unwrap_or_else(|error| panic!("{table}: {error}"));
        made(&read).unwrap_or_else(|error| panic!("{table}: {error}"))
    };
    assert_eq!(made(true), made(false), "the defaults of {table}");
}

#[test]
fn the_defaults_are_those_of_the_page() {
    same("merchant", |table| merge::merchant(table, None, None));
    same("merchant.options", |options: &Options| Ok(format!("{options:?}")));
    same("merchant.shop", |table| merge::shop("2088201914979011", table, None));
    same("merchant.tag", |table| merge::tag(table, None));
    same("app", |table| merge::app(table, None));
    same("authorization", |table| merge::authorization(table, None, 0));
    same("user", |table| merge::account(table, None));
}
