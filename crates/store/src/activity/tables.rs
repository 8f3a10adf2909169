//! The tables of activities, and what must hold of them.

use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Proof, Table};
use crate::job;

/// What the scope of the keys that activities are made with begins with: the method that makes them.
pub(super) const SCOPE: &str = "koubei.marketing.campaign.activity.create";

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { without_rowid: true, lock: Lock::Thing, ..Table::on_every_node("activity") },
        Table { without_rowid: true, lock: Lock::Part, ..Table::on_every_node("activity_shop") },
        Table { without_rowid: true, lock: Lock::Part, ..Table::on_every_node("tool") },
        Table { without_rowid: true, lock: Lock::Part, ..Table::on_every_node("activity_order") },
    ],
    proofs: &[
        Proof { name: "statuses of activities", count: ACTIVITIES, differ: ACTIVITIES_OFF, values: &[] },
        Proof { name: "tools and shops of activities", count: ACTIVITIES, differ: TOOLS_OFF, values: &[] },
        Proof { name: "keys of activities", count: ACTIVITIES, differ: ACTIVITY_NUMBERS_OFF, values: &[SCOPE] },
        Proof {
            name: "ends of activities",
            count: ACTIVITIES,
            differ: ACTIVITY_ENDS_OFF,
            values: &[job::ACTIVITY_FINISH],
        },
    ],
};

statements! {
    ACTIVITIES: proof = "SELECT COUNT(*) FROM activity";
    // What was done to an activity tells how it stands, and so does what an auditor said of it.
    ACTIVITIES_OFF: proof = "SELECT activity.pid || '/' || activity.name, activity.status || ' ' || COALESCE(activity.audit_status, ''),
            CAST(COALESCE(done.made, 0) AS TEXT) || ' made, ' || CAST(COALESCE(done.enabled, 0) AS TEXT) || ' enabled, '
            || CAST(COALESCE(done.closed, 0) AS TEXT) || ' closed, ' || CAST(COALESCE(done.over, 0) AS TEXT) || ' over, '
            || CAST(COALESCE(done.asked, 0) AS TEXT) || ' asked, ' || CAST(COALESCE(done.refused, 0) AS TEXT) || ' refused'
        FROM activity LEFT JOIN (SELECT activity,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_CREATE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS made,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_ENABLE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS enabled,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_CLOSE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS closed,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_FINISH_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS over,
            CAST(SUM(CASE WHEN audit_status = 'AUDITING' THEN 1 ELSE 0 END) AS BIGINT) AS asked,
            CAST(SUM(CASE WHEN audit_status = 'REJECT' THEN 1 ELSE 0 END) AS BIGINT) AS refused
            FROM activity_order GROUP BY activity) AS done ON done.activity = activity.id
        WHERE COALESCE(done.made, 0) <> 1
            OR NOT ((activity.status = 'CREATED' AND COALESCE(activity.audit_status, '') = 'AUDITING'
                AND done.enabled = 0 AND done.closed = 0 AND done.over = 0 AND done.asked = 1 AND done.refused = 0)
            OR (activity.status = 'STARTED' AND activity.audit_status IS NULL
                AND done.enabled = 1 AND done.closed = 0 AND done.over = 0 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'FINISHED' AND activity.audit_status IS NULL
                AND done.enabled = 1 AND done.closed = 0 AND done.over = 1 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'CLOSED' AND activity.audit_status IS NULL
                AND done.enabled <= 1 AND done.closed = 1 AND done.over = 0 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'DISABLED' AND COALESCE(activity.audit_status, '') = 'REJECT'
                AND done.enabled = 0 AND done.closed = 0 AND done.over = 0 AND done.asked = 0 AND done.refused = 1))
        ORDER BY 1";
    // A card is one activity's only tool, coupons are of the other kind; and nothing is given nowhere.
    TOOLS_OFF: proof = "SELECT activity.pid || '/' || activity.name, activity.kind,
            CAST(COALESCE(tools.cards, 0) AS TEXT) || ' cards, ' || CAST(COALESCE(tools.coupons, 0) AS TEXT) || ' coupons, '
            || CAST(COALESCE(places.shops, 0) AS TEXT) || ' shops' FROM activity
        LEFT JOIN (SELECT activity, CAST(SUM(CASE WHEN kind = 'POINT_CARD' THEN 1 ELSE 0 END) AS BIGINT) AS cards,
            CAST(SUM(CASE WHEN kind = 'POINT_CARD' THEN 0 ELSE 1 END) AS BIGINT) AS coupons
            FROM tool GROUP BY activity) AS tools ON tools.activity = activity.id
        LEFT JOIN (SELECT activity_shop.activity, COUNT(*) AS shops FROM activity_shop
            JOIN shop ON shop.shop_id = activity_shop.shop_id GROUP BY activity_shop.activity) AS places
            ON places.activity = activity.id
        WHERE COALESCE(places.shops, 0) = 0
            OR NOT ((activity.kind = 'POINT_SEND' AND COALESCE(tools.cards, 0) = 1 AND COALESCE(tools.coupons, 0) = 0)
            OR (activity.kind = 'DIRECT_SEND' AND COALESCE(tools.cards, 0) = 0 AND COALESCE(tools.coupons, 0) > 0))
        ORDER BY 1";
    ACTIVITY_NUMBERS_OFF: proof = "SELECT activity.pid || '/' || activity.name, 'no claim', 'the claim of its key' FROM activity
        LEFT JOIN once ON once.scope = $1 || '/' || activity.pid
            AND once.subject = activity.id
        WHERE once.key IS NULL ORDER BY 1";
    // The last second of an activity is whole; earlier builds planned its end within that second.
    ACTIVITY_ENDS_OFF: proof = "SELECT activity.pid || '/' || activity.name, activity.status, COALESCE(CAST(job.due_at AS TEXT), 'no job')
        FROM activity LEFT JOIN job ON job.subject = activity.id AND job.kind = $1
        WHERE (activity.status = 'STARTED' AND (job.kind IS NULL
                OR job.due_at NOT IN (activity.ends_at + 1, activity.ends_at + 1000)))
            OR (activity.status <> 'STARTED' AND job.kind IS NOT NULL) ORDER BY 1";
}
