//! THE LIST: every method that Punchcard answers. Its second part, what operators do, is in `methods/console.rs`.
//!
//! A method is one file that says what its request and response hold and what it does with them. Around it, once for
//! all, in `methods/run.rs`: reading the request, the transaction, the check that the caller still may, idempotency,
//! rendering. A method cannot forget them and cannot do them differently. A door finds and runs it by
//! `methods/dispatch.rs`.

pub mod access;
pub mod activity;
mod call;
pub mod catering;
pub mod console;
pub mod dispatch;
mod entry;
mod form;
pub mod material;
pub mod method;
pub mod open;
pub mod operator;
pub mod points;
pub mod prize;
pub mod refusals;
mod run;
pub mod segment;
pub mod system;
pub mod trade;
pub mod voucher;

pub use crate::answer::{Answer, CallError};
pub use access::{Doors, Need};
pub use call::{Call, CallContext};
pub use entry::Entry;
pub use form::{AnswerForm, FieldPlace};
pub use method::{Key, Method, Once, Read, Recomputed, Upload, Write};
pub use refusals::SubCode;
pub use run::{Output, fingerprint, fingerprint_of};

use console::OPERATIONS;
use entry::{read, recomputed, upload, write};

/// Every method of merchants, by product.
pub static THE_LIST: &[Entry] = &[
    read::<segment::tags_query::TagsQuery>(),
    read::<segment::crowd_count::CrowdCount>(),
    write::<segment::crowd_create::CrowdCreate>(),
    write::<segment::crowd_modify::CrowdModify>(),
    write::<segment::crowd_delete::CrowdDelete>(),
    read::<segment::crowd_batchquery::CrowdBatchquery>(),
    read::<segment::crowd_detail_query::CrowdDetailQuery>(),
    recomputed::<activity::create::ActivityCreate>(),
    read::<activity::query::ActivityQuery>(),
    recomputed::<activity::modify::ActivityModify>(),
    recomputed::<activity::offline::ActivityOffline>(),
    read::<activity::batchquery::ActivityBatchquery>(),
    recomputed::<points::update::PointsUpdate>(),
    read::<points::query::PointsQuery>(),
    write::<prize::auth::PrizesendAuth>(),
    recomputed::<trade::create::TradeCreate>(),
    recomputed::<trade::pay::TradePay>(),
    read::<trade::query::TradeQuery>(),
    write::<trade::refund::TradeRefund>(),
    write::<trade::cancel::TradeCancel>(),
    write::<trade::close::TradeClose>(),
    recomputed::<voucher::send::VoucherSend>(),
    read::<voucher::list_query::VoucherListQuery>(),
    read::<voucher::query::VoucherQuery>(),
    read::<voucher::userule_pid_query::UserulePidQuery>(),
    read::<voucher::storelist_query::StorelistQuery>(),
    recomputed::<voucher::template_create::TemplateCreate>(),
    write::<voucher::template_modify::TemplateModify>(),
    read::<voucher::templatedetail_query::TemplatedetailQuery>(),
    read::<voucher::templatelist_query::TemplatelistQuery>(),
    write::<voucher::template_delete::TemplateDelete>(),
    write::<catering::condition_set::ConditionSet>(),
    read::<catering::condition_query::ConditionQuery>(),
    read::<open::alipaycert_download::AlipaycertDownload>(),
    write::<open::auth_token_app::AuthTokenApp>(),
    read::<open::auth_token_app_query::AuthTokenAppQuery>(),
    write::<system::oauth_token::OauthToken>(),
    upload::<material::image_upload::ImageUpload>(),
];

impl Entry {
    /// The method of that name, if apps may call it.
    pub fn find(name: &str) -> Option<&'static Entry> {
        Entry::at(Doors::GATEWAY, name)
    }

    /// The method of that name, if it may be called through this door.
    pub fn at(door: Doors, name: &str) -> Option<&'static Entry> {
        Entry::all(door).find(|entry| entry.name == name)
    }

    /// Every method that may be called through this door.
    pub fn all(door: Doors) -> impl Iterator<Item = &'static Entry> {
        THE_LIST.iter().chain(OPERATIONS).filter(move |entry| entry.doors.has(door))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_found_through_its_own_doors_alone() {
        for entry in THE_LIST {
            let found = Entry::find(entry.name).expect("an app may call it");
            assert!(std::ptr::eq(found, entry), "{} is listed twice", entry.name);
            let by_path = wire::v3::method_of(&wire::v3::path_of(entry.name));
            assert!(by_path.and_then(|name| Entry::at(Doors::V3, &name)).is_some(), "{}", entry.name);
            assert!(Entry::at(Doors::CONTROL, entry.name).is_none() && entry.is_merchants(), "{}", entry.name);
        }
        for entry in OPERATIONS {
            let door = if entry.doors.has(Doors::CONTROL) { Doors::CONTROL } else { Doors::CONSOLE };
            let found = Entry::at(door, entry.name).expect("a command or a page may call it");
            assert!(std::ptr::eq(found, entry), "{} is listed twice", entry.name);
            assert!(Entry::find(entry.name).is_none() && !entry.is_merchants(), "{}", entry.name);
            assert!(entry.name.starts_with("punchcard."), "{}", entry.name);
        }
        assert!(Entry::find("koubei.no.such.api").is_none());
    }
}
