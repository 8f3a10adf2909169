//! Which rows of a subject have changed, as a row of `changes` says it: a JSON list of texts, each a user id followed
//! by `#` and the version that the user's row has now.
//!
//! Builds before wrote no versions; they read a version as the id of a user who is not there. A row of theirs is read
//! as one that takes any version. Facts stand in the place of users, without versions: each is a text of its own.

use std::collections::BTreeMap;

use crate::engine::fault::Fault;

/// The users whose rows have changed, and the version that each row has at least; 0 where any will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts(BTreeMap<String, i64>);

impl Parts {
    /// Reads what [`Parts::to_text`] or an earlier build has written; an empty text is no users.
    pub(super) fn read(text: &str) -> Result<Parts, Fault> {
        let unreadable = || Fault::bug("changes: unreadable payload");
        let mut parts = Parts::default();
        if text.is_empty() {
            return Ok(parts);
        }
        let mut texts = serde_json::from_str::<Vec<String>>(text).map_err(|_| unreadable())?.into_iter().peekable();
        while let Some(user_id) = texts.next() {
            let version = texts.next_if(|text| text.starts_with('#'));
            let version = version.map_or(Ok(0), |text| text[1..].parse()).map_err(|_| unreadable())?;
            parts.add(user_id, version);
        }
        Ok(parts)
    }

    /// As the table holds it.
    pub(super) fn to_text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let version = |version: i64| (0 < version).then(|| format!("#{version}"));
        let texts: Vec<String> =
            self.0.iter().flat_map(|(user, row)| [Some(user.clone()), version(*row)]).flatten().collect();
        serde_json::to_string(&texts).expect("texts are JSON")
    }

    /// Takes in what another change says; of two versions the later one counts.
    pub(super) fn merge(&mut self, other: Parts) {
        other.0.into_iter().for_each(|(user_id, version)| self.add(user_id, version));
    }

    fn add(&mut self, user_id: String, version: i64) {
        let known = self.0.entry(user_id).or_default();
        *known = version.max(*known);
    }

    /// The user ids.
    pub(super) fn users(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Those whose rows, as they were found, are of an earlier version or missing.
    pub(super) fn not_yet<'a>(&self, found: impl Iterator<Item = (&'a str, i64)>) -> Parts {
        let found: BTreeMap<&str, i64> = found.collect();
        let is_behind = |user: &str, version: i64| found.get(user).copied().unwrap_or(0) < version;
        let behind = self.0.iter().filter(|&(user, &version)| is_behind(user, version));
        Parts(behind.map(|(user, version)| (user.clone(), *version)).collect())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<String> for Parts {
    fn from_iter<I: IntoIterator<Item = String>>(texts: I) -> Parts {
        Parts(texts.into_iter().map(|text| (text, 0)).collect())
    }
}

impl<'a> FromIterator<(&'a str, i64)> for Parts {
    fn from_iter<I: IntoIterator<Item = (&'a str, i64)>>(parts: I) -> Parts {
        let mut all = Parts::default();
        parts.into_iter().for_each(|(user_id, version)| all.add(user_id.to_owned(), version));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_and_read_and_so_are_those_of_earlier_builds() {
        let parts: Parts = [("a", 3), ("b", 1), ("a", 2)].into_iter().collect();
        assert_eq!(parts.to_text(), r##"["a","#3","b","#1"]"##);
        let check = |text: &str, expect: &[(&str, i64)]| {
            assert_eq!(Parts::read(text).unwrap(), expect.iter().copied().collect(), "{text}");
        };
        check(&parts.to_text(), &[("a", 3), ("b", 1)]);
        check("", &[]);
        check(r#"["a","b"]"#, &[("a", 0), ("b", 0)]);
        let facts: Parts = ["b".to_owned(), "a".to_owned()].into_iter().collect();
        assert_eq!(facts.to_text(), r#"["a","b"]"#);
        for wrong in ["[1]", r##"["a","#"]"##, "{}", "["] {
            assert!(Parts::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rows_of_an_earlier_version_are_not_yet_there() {
        let parts: Parts = [("a", 3), ("b", 1), ("c", 2), ("d", 0)].into_iter().collect();
        let found = [("a", 2), ("b", 2)];
        assert_eq!(parts.not_yet(found.into_iter()), [("a", 3), ("c", 2)].into_iter().collect());
    }
}
