//! Who may call what at the console's door: every method, by every role, for one's own merchant, for another's, for one
//! that does not exist, and for the whole store. A method without a line here fails.

use crate::console::Page;
use crate::operators::{add, platform, signed_in};
use crate::running::{OTHER_PID, PID, each_engine};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a method is about.
#[derive(Clone, Copy, PartialEq)]
enum About {
    /// A merchant: never called for the whole store.
    Merchant,
    /// A merchant, or the whole store.
    Both,
    /// The whole store.
    Store,
}
use About::{Both, Merchant, Store};

/// Every method of the console, the right that it needs, and what it is about.
const METHODS: &[(&str, &str, About)] = &[
    ("koubei.marketing.campaign.tags.query", "read", Merchant),
    ("koubei.marketing.campaign.crowd.count", "read", Merchant),
    ("koubei.marketing.campaign.crowd.create", "market", Merchant),
    ("koubei.marketing.campaign.crowd.modify", "market", Merchant),
    ("koubei.marketing.campaign.crowd.delete", "market", Merchant),
    ("koubei.marketing.campaign.crowd.batchquery", "read", Merchant),
    ("koubei.marketing.campaign.crowd.detail.query", "read", Merchant),
    ("koubei.marketing.campaign.activity.create", "market", Merchant),
    ("koubei.marketing.campaign.activity.query", "read", Merchant),
    ("koubei.marketing.campaign.activity.modify", "market", Merchant),
    ("koubei.marketing.campaign.activity.offline", "market", Merchant),
    ("koubei.marketing.campaign.activity.batchquery", "read", Merchant),
    ("koubei.marketing.tool.points.query", "read", Merchant),
    ("koubei.marketing.tool.prizesend.auth", "market", Merchant),
    ("alipay.trade.query", "read", Merchant),
    ("alipay.trade.refund", "money", Merchant),
    ("alipay.trade.cancel", "money", Merchant),
    ("alipay.trade.close", "money", Merchant),
    ("alipay.marketing.voucher.list.query", "read", Merchant),
    ("alipay.marketing.voucher.query", "read", Merchant),
    ("alipay.marketing.userule.pid.query", "read", Merchant),
    ("ant.merchant.expand.merchant.storelist.query", "read", Merchant),
    ("alipay.marketing.cashvoucher.template.create", "market", Merchant),
    ("alipay.marketing.cashvoucher.template.modify", "market", Merchant),
    ("alipay.marketing.voucher.templatedetail.query", "read", Merchant),
    ("alipay.marketing.voucher.templatelist.query", "read", Merchant),
    ("alipay.marketing.voucher.template.delete", "market", Merchant),
    ("punchcard.session.show", "nothing", Store),
    ("punchcard.session.list", "own", Store),
    ("punchcard.session.end", "own", Both),
    ("punchcard.operator.list", "own", Both),
    ("punchcard.operator.invite", "own", Both),
    ("punchcard.operator.grant", "own", Both),
    ("punchcard.operator.enable", "own", Both),
    ("punchcard.audit.list", "own", Both),
    ("punchcard.world.apply", "own", Store),
    ("punchcard.prove.run", "read", Store),
    ("punchcard.trade.show", "read", Both),
    ("punchcard.trade.list", "read", Both),
    ("punchcard.trade.totals", "read", Both),
    ("punchcard.trade.bill", "money", Both),
    ("punchcard.voucher.show", "read", Store),
    ("punchcard.voucher.bar", "market", Store),
    ("punchcard.voucher.send.start", "money", Store),
    ("punchcard.voucher.send.stop", "money", Store),
    ("punchcard.voucher.send.show", "read", Store),
    ("punchcard.voucher.send.list", "read", Store),
    ("punchcard.voucher.send.page", "read", Store),
    ("punchcard.crowd.count", "read", Both),
    ("punchcard.crowd.why", "read", Both),
    ("punchcard.crowd.list", "read", Both),
    ("punchcard.tag.list", "read", Both),
    ("punchcard.crowd.sample", "read", Both),
    ("punchcard.crowd.usage", "read", Both),
    ("punchcard.crowd.compare", "read", Both),
    ("punchcard.crowd.members", "money", Both),
    ("punchcard.activity.list", "read", Both),
    ("punchcard.activity.show", "read", Store),
    ("punchcard.activity.totals", "read", Both),
    ("punchcard.activity.review", "market", Store),
    ("punchcard.points.frozen", "read", Both),
    ("punchcard.points.account", "read", Store),
    ("punchcard.points.outstanding", "read", Both),
    ("punchcard.fund.list", "money", Both),
    ("punchcard.fund.show", "money", Both),
    ("punchcard.token.list", "read", Both),
    ("punchcard.shop.list", "read", Both),
    ("punchcard.auth.list", "own", Store),
    ("punchcard.auth.revoke", "own", Store),
    ("punchcard.signature.list", "develop", Store),
    ("punchcard.signature.show", "develop", Store),
    ("punchcard.key.owner", "develop", Store),
    ("punchcard.log.list", "develop", Both),
    ("punchcard.log.show", "develop", Store),
    ("punchcard.log.record", "develop", Store),
    ("punchcard.clock.show", "read", Store),
    ("punchcard.clock.move", "develop", Store),
    ("punchcard.notice.list", "read", Both),
    ("punchcard.notice.show", "read", Store),
    ("punchcard.notice.resend", "develop", Store),
];

/// The rights that each role gives.
const ROLES: [(&str, &[&str]); 5] = [
    ("owner", &["read", "market", "money", "develop", "own"]),
    ("marketer", &["read", "market"]),
    ("finance", &["read", "money"]),
    ("developer", &["read", "develop"]),
    ("viewer", &["read"]),
];
/// A merchant's id that nobody has.
const NOBODY: &str = "2088999999999999";

/// Calls with an empty request: what the method says of that is its own, what the door says is looked at.
fn check(page: &Page<'_>, who: &str, place: &str, method: &str, expect: u16) {
    let (status, node) = page.call(place, method, &json!({}));
    assert_eq!(status, expect, "{who} calls {method} at {place}: {node}");
    if status != 200 {
        assert!(node.get("result").is_none() && node["code"] != "10000", "{who} {method} {place}: {node}");
    }
}

each_engine!(every_method_is_for_those_who_may_and_their_merchants_alone, |engine| {
    let running = platform(engine);
    add(&running, "all", &["--role", "owner"]);
    for (role, _) in ROLES {
        add(&running, role, &["--role", role, "--pid", PID]);
    }
    let all = signed_in(&running, "all");
    let others = ROLES.map(|(role, rights)| (role, rights, signed_in(&running, role)));
    let (_, session) = all.call("-", "punchcard.session.show", &json!({}));
    let there: BTreeSet<_> =
        session["result"]["methods"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let here: BTreeSet<_> = METHODS.iter().map(|(method, ..)| *method).collect();
    assert_eq!(there.difference(&here).collect::<Vec<_>>(), [&""; 0], "give these a line in METHODS");
    assert_eq!(here.difference(&there).collect::<Vec<_>>(), [&""; 0], "these are no methods of the console");

    for &(method, need, about) in METHODS {
        for (pid, expect) in [
            (PID, if about == Store { 404 } else { 200 }),
            (OTHER_PID, if about == Store { 404 } else { 200 }),
            (NOBODY, 404),
            ("-", if about == Merchant { 404 } else { 200 }),
        ] {
            check(&all, "the owner of everything", pid, method, expect);
        }
        for (role, rights, page) in &others {
            let may = need == "nothing" || rights.contains(&need);
            let own = match (about, may) {
                (Store, _) => 404,
                (_, true) => 200,
                (_, false) => 403,
            };
            for (pid, expect) in
                [(PID, own), (OTHER_PID, 404), (NOBODY, 404), ("-", if need == "nothing" { 200 } else { 404 })]
            {
                check(page, role, pid, method, expect);
            }
        }
    }
});
