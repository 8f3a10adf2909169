//! What pages are dressed in: one style sheet and one picture for the browser's tab, both in the binary. Their
//! addresses hold a hash of their content, so browsers may keep them for good.

use super::icons;
use std::sync::LazyLock;

/// A page's ground in light, as browsers colour what is around it. The same is in `style.css`.
pub const PAPER_LIGHT: &str = "#f5f4f0";
/// The same in the dark.
pub const PAPER_DARK: &str = "#101413";

/// A file that does not change while the program runs.
pub struct Asset {
    /// Where it is, without its hash.
    pub path: &'static str,
    /// As a header says it.
    pub media_type: &'static str,
    /// What it holds.
    pub text: &'static str,
    hash: LazyLock<String>,
}

/// The style sheet.
pub static SHEET: Asset = Asset {
    path: "/h5/style.css",
    media_type: "text/css; charset=utf-8",
    text: include_str!("style.css"),
    hash: LazyLock::new(|| hash(SHEET.text.as_bytes())),
};

/// The tab's picture.
pub static TAB: Asset = Asset {
    path: "/h5/tab.svg",
    media_type: "image/svg+xml",
    text: icons::TAB,
    hash: LazyLock::new(|| hash(TAB.text.as_bytes())),
};

impl Asset {
    /// Where it is, with its hash.
    pub fn address(&self) -> String {
        format!("{}?v={}", self.path, *self.hash)
    }

    /// Whether an address with this query is of this very content, which then may be kept for good.
    pub fn is_of(&self, query: Option<&str>) -> bool {
        query.and_then(|query| query.strip_prefix("v=")) == Some(self.hash.as_str())
    }
}

/// What is shown in place of a picture that nobody knows.
pub const NEUTRAL: &str = icons::NEUTRAL;

/// What tells contents apart.
pub fn hash(content: &[u8]) -> String {
    wire::sha256(content)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_the_grounds_and_fetches_nothing() {
        assert!(SHEET.text.contains(PAPER_LIGHT) && SHEET.text.contains(PAPER_DARK));
        for foreign in ["url(", "@import", "//"] {
            assert!(!SHEET.text.contains(foreign), "{foreign}");
        }
        let address = SHEET.address();
        let (path, query) = address.split_once('?').expect("a hash");
        assert!(path == SHEET.path && SHEET.is_of(Some(query)));
        assert!(!SHEET.is_of(None) && !SHEET.is_of(Some("v=0")));
    }
}
