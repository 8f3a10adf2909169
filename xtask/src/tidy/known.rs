//! What breaks a rule still and is about to go: each line goes when its cause does, and nothing is added.

/// Arrows between files that point upward or close a circle.
pub(super) const ARROWS: [(&str, &str); 27] = [
    ("crates/server/src/app.rs", "crates/server/src/doors/body.rs"),
    ("crates/server/src/app.rs", "crates/server/src/pages/parts.rs"),
    ("crates/server/src/app.rs", "crates/server/src/runner/bell.rs"),
    ("crates/server/src/control/remote.rs", "crates/server/src/control/door.rs"),
    ("crates/server/src/coupon.rs", "crates/server/src/methods/activity/stored.rs"),
    ("crates/server/src/directory.rs", "crates/server/src/methods.rs"),
    ("crates/server/src/import/charset.rs", "crates/server/src/import/rows.rs"),
    ("crates/server/src/import/lines.rs", "crates/server/src/import/rows.rs"),
    ("crates/server/src/index.rs", "crates/server/src/methods/segment/conditions.rs"),
    ("crates/server/src/methods/activity/audit.rs", "crates/server/src/jobs/activity_finish.rs"),
    ("crates/server/src/methods/activity/create.rs", "crates/server/src/jobs/activity_finish.rs"),
    ("crates/server/src/methods/activity/create.rs", "crates/server/src/jobs/card_end.rs"),
    ("crates/server/src/methods/activity/modify.rs", "crates/server/src/jobs/activity_finish.rs"),
    ("crates/server/src/methods/activity/modify.rs", "crates/server/src/jobs/card_end.rs"),
    ("crates/server/src/methods/activity/offline.rs", "crates/server/src/jobs/activity_finish.rs"),
    ("crates/server/src/methods/trade/create.rs", "crates/server/src/jobs/trade_expire.rs"),
    ("crates/server/src/methods/trade/settle.rs", "crates/server/src/jobs/trade_expire.rs"),
    ("crates/server/src/methods/trade/settle.rs", "crates/server/src/jobs/trade_finish.rs"),
    ("crates/server/src/metrics.rs", "crates/server/src/app.rs"),
    ("crates/server/src/metrics.rs", "crates/server/src/doors/connections.rs"),
    ("crates/server/src/metrics.rs", "crates/server/src/jobs.rs"),
    ("crates/server/src/metrics.rs", "crates/server/src/jobs/notice_deliver.rs"),
    ("crates/server/src/metrics.rs", "crates/server/src/methods.rs"),
    ("crates/server/src/notices.rs", "crates/server/src/jobs/notice_deliver.rs"),
    ("crates/server/src/recent.rs", "crates/server/src/app.rs"),
    ("crates/server/src/recent.rs", "crates/server/src/pages/parts.rs"),
    ("crates/server/src/world/merge.rs", "crates/server/src/world/check.rs"),
];

/// Folders whose comments are too wide, or cite what is not there.
pub(super) const COMMENTS: [&str; 1] = ["crates/server/"];
