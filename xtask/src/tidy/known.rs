//! What breaks a rule still and is about to go: each line goes when its cause does, and nothing is added.

/// Arrows between files that point upward or close a circle.
pub(super) const ARROWS: [(&str, &str); 0] = [];

/// Folders whose comments are too wide, or cite what is not there.
pub(super) const COMMENTS: [&str; 1] = ["crates/server/"];
