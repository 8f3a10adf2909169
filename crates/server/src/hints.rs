//! What a caller most likely did wrong: in the answer of a stand-in, in the log, and for `punchcard doctor`.
//!
//! On a platform the answer says no more than the contract does, whoever asks. There the operator learns of it.

mod json;
mod nearest;
mod open_platform;
mod refusal;

pub use nearest::nearest;

use crate::app::App;
use crate::app::clock::system_now;
use crate::biz::{self, Unknown};
use crate::methods::{Entry, FieldPlace, THE_LIST};
use refusal::Subject;
use store::rejected_call::Ring;
use wire::diagnosis::Diagnosis;
use wire::{Charset, RawCall, Rejection, VerifiedCall, code};

/// What the line of a kept refusal begins with that has the text in `sign`.
pub const SIGN_LINE: &str = "sign: ";
/// What stands below a likely mistake in a call that was done all the same.
const ANSWERED: &str = "the call was answered with 10000 all the same";
/// The most unknown members that are named.
const UNKNOWN_MAX: usize = 5;
/// The most characters of a name that are repeated.
const NAME_CHARS_MAX: usize = 64;

/// A likely mistake, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A name for logs and scripts.
    pub cause: &'static str,
    /// What to change.
    pub advice_en: String,
    /// The same in Chinese.
    pub advice_zh: String,
}

impl Hint {
    fn new(cause: &'static str, advice_en: impl Into<String>, advice_zh: impl Into<String>) -> Hint {
        Hint { cause, advice_en: advice_en.into(), advice_zh: advice_zh.into() }
    }

    /// The refusal as a stand-in answers it. Elsewhere it stays as it is.
    pub fn added_to(&self, rejection: Rejection, app: &App, trace_id: &str) -> Rejection {
        if !app.gives_hints() {
            return rejection;
        }
        let msg = format!("{}，解决方案：{}（punchcard doctor {trace_id}）", rejection.sub_msg, self.advice_zh);
        rejection.with_msg(msg)
    }
}

/// An answer as it is given, and what its caller has most likely done wrong.
pub struct Advised<T> {
    /// The answer.
    pub answer: T,
    /// A name for logs and scripts; empty if nothing was found.
    pub cause: &'static str,
}

impl<T> Advised<T> {
    /// An answer with nothing to say of it.
    pub fn plain(answer: T) -> Advised<T> {
        Advised { answer, cause: "" }
    }
}

impl From<Diagnosis> for Hint {
    fn from(diagnosis: Diagnosis) -> Hint {
        let Diagnosis { cause, advice_en, advice_zh } = diagnosis;
        Hint { cause: cause.name(), advice_en, advice_zh }
    }
}

/// The names by which a call is known, as far as they are.
#[derive(Clone, Copy)]
pub struct CallNames<'a> {
    /// The call's trace id.
    pub trace_id: &'a str,
    /// The calling app.
    pub app_id: &'a str,
    /// What was called.
    pub method: &'a str,
}

impl CallNames<'_> {
    fn note(self, app: &App, ring: Ring, hint: &Hint, refusal: &str) {
        let CallNames { trace_id, app_id, method } = self;
        tracing::warn!(trace_id, app_id, method, cause = hint.cause, advice = hint.advice_en, "a likely mistake");
        let detail = format!("{}\n{}\n{refusal}", hint.advice_en, hint.advice_zh);
        app.remember_rejected_call(ring, trace_id, app_id, method, hint.cause, detail.trim_end());
    }
}

/// The answer to a call that was refused before its caller was known: more than the refusal only in a stand-in.
pub fn unproved(app: &App, call: &RawCall, rejection: Rejection, trace_id: &str) -> Advised<Rejection> {
    let text = |name: &str| String::from_utf8_lossy(call.get(name).unwrap_or_default()).into_owned();
    let (app_id, method) = (shown(&text("app_id")), text("method"));
    let hint = match () {
        () if call.has_json_body() => Some(json_body()),
        () if rejection == code::INVALID_METHOD => Some(unknown_method(&method)),
        () => {
            refusal::explain(&rejection, &Subject { parameter: &text, apps: app.directory.count(), now: system_now() })
        }
    };
    let Some(hint) = hint else { return Advised::plain(rejection) };
    let names = CallNames { trace_id, app_id: &app_id, method: &shown(&method) };
    names.note(app, Ring::Unsigned, &hint, &rejection.sub_msg);
    Advised { answer: hint.added_to(rejection, app, trace_id), cause: hint.cause }
}

/// The answer to a verified call whose text cannot be read.
pub fn unreadable(
    app: &App,
    rejection: Rejection,
    reads_as: Option<Charset>,
    names: CallNames<'_>,
) -> Advised<Rejection> {
    let by_protocol = || {
        refusal::explain(
            &rejection,
            &Subject { parameter: &|_| String::new(), apps: app.directory.count(), now: system_now() },
        )
    };
    let Some(hint) = reads_as.map(other_charset).or_else(by_protocol) else { return Advised::plain(rejection) };
    names.note(app, Ring::Verified, &hint, &rejection.sub_msg);
    Advised { answer: hint.added_to(rejection, app, names.trace_id), cause: hint.cause }
}

/// The answer to a verified call. `unknown` are the members of `biz_content` that its method does not know, where
/// somebody has looked for them.
pub fn verified(
    app: &App,
    call: &VerifiedCall,
    answer: Result<String, Rejection>,
    unknown: &[Unknown],
    trace_id: &str,
) -> Advised<Result<String, Rejection>> {
    let names = CallNames { trace_id, app_id: call.app_id(), method: call.method() };
    let doubt = || {
        if let Some(hint) = beside_biz_content(app, call) {
            return Some(hint);
        }
        let misspelt = (!unknown.is_empty()).then(|| unknown_members("biz_content", "biz_content", unknown));
        misspelt.or_else(|| call.reads_as_utf8().filter(|_| app.gives_hints()).map(|_| other_charset(Charset::Utf8)))
    };
    let rejection = match answer {
        Ok(business) => {
            let Some(hint) = doubt() else { return Advised::plain(Ok(business)) };
            names.note(app, Ring::Verified, &hint, ANSWERED);
            return Advised { answer: Ok(business), cause: hint.cause };
        }
        Err(rejection) => rejection,
    };
    if let Some(hint) = of_refusal(app, call, &rejection) {
        names.note(app, Ring::Verified, &hint, &rejection.sub_msg);
        return Advised { answer: Err(hint.added_to(rejection, app, trace_id)), cause: hint.cause };
    }
    let Some(hint) = doubt() else { return Advised::plain(Err(rejection)) };
    names.note(app, Ring::Verified, &hint, &rejection.sub_msg);
    // What is only doubtful has nothing to do with most refusals.
    let explains = hint.cause != "unknown-member" || unknown.iter().any(|member| member.nearest.is_some());
    let is_of_a_field = rejection.sub_code.ends_with(biz::INVALID);
    let told = if explains && is_of_a_field { hint.added_to(rejection, app, trace_id) } else { rejection };
    Advised { answer: Err(told), cause: hint.cause }
}

/// The answer to a call of `/v3` that was refused: more than the refusal only in a stand-in. `parameter` is what the
/// call says of itself under a name that the gateway has for it, `unknown` are members that its method does not know.
pub fn refused_v3(
    app: &App,
    ring: Ring,
    rejection: Rejection,
    parameter: &dyn Fn(&str) -> String,
    unknown: &[Unknown],
    names: CallNames<'_>,
) -> Advised<Rejection> {
    let is = |refusal: &Rejection| refusal.sub_code == rejection.sub_code;
    let is_about_the_header = [
        code::MISSING_TIMESTAMP,
        code::MISSING_APP_ID,
        code::MISSING_SIGNATURE,
        code::INVALID_SIGNATURE_TYPE,
        code::INVALID_TIMESTAMP,
    ];
    let hint = match () {
        () if is(&code::INVALID_METHOD) => Some(unknown_method(names.method)),
        () if is_about_the_header.iter().any(is) => Some(authorization_header()),
        () if !unknown.is_empty() && rejection.code == "40004" => Some(unknown_members("the request", "请求", unknown)),
        () => refusal::explain(&rejection, &Subject { parameter, apps: app.directory.count(), now: system_now() }),
    };
    let Some(hint) = hint else { return Advised::plain(rejection) };
    names.note(app, ring, &hint, &rejection.sub_msg);
    Advised { answer: hint.added_to(rejection, app, names.trace_id), cause: hint.cause }
}

fn authorization_header() -> Hint {
    Hint::new(
        "authorization-header",
        "send the header Authorization: ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=… with the time in UTC \
         milliseconds, at most ten minutes from the server's",
        "请发送请求头Authorization: ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=…，其中时间为UTC毫秒数，\
         与服务器时间相差不超过十分钟",
    )
}

/// The mistake that a refusal comes from.
fn of_refusal(app: &App, call: &VerifiedCall, rejection: &Rejection) -> Option<Hint> {
    if *rejection == code::INVALID_METHOD {
        return Some(unknown_method(call.method()));
    }
    if let Some(hint) = misplaced(call) {
        return Some(hint);
    }
    let parameter = |name: &str| call.get(name).unwrap_or_default().to_owned();
    let by_protocol = || {
        refusal::explain(rejection, &Subject { parameter: &parameter, apps: app.directory.count(), now: system_now() })
    };
    let Some(biz_content) = call.biz_content() else {
        return if call.has_json_body() { Some(json_body()) } else { by_protocol() };
    };
    if *rejection == code::INVALID_PARAMETER {
        return json::explain("biz_content", biz_content, app.gives_hints()).or_else(by_protocol);
    }
    if let Some(hint) = by_protocol() {
        return Some(hint);
    }
    let member = biz::refused_field(rejection)?;
    let members = biz::object(Some(biz_content)).ok()?;
    let text = members.get(member)?.as_str()?;
    // Another kind of field may be wrong in many ways; that it is JSON inside of a text is one of them.
    let is_json = rejection.sub_msg.ends_with(biz::NOT_JSON) || text.trim_start().starts_with(['[', '{', '"']);
    if is_json { json::explain(member, text, app.gives_hints()) } else { None }
}

/// For whoever sends the members of `biz_content` as parameters of their own, or `biz_content` by another name.
fn beside_biz_content(app: &App, call: &VerifiedCall) -> Option<Hint> {
    let reads_it = |entry: &&Entry| entry.fields_in == FieldPlace::BizContent && call.biz_content().is_none();
    let entry = Entry::find(call.method()).filter(|_| app.gives_hints()).filter(reads_it)?;
    let is_it = |name: &&str| name.to_ascii_lowercase().replace('_', "") == "bizcontent" && *name != "biz_content";
    if let Some(name) = call.names().find(is_it) {
        let name = shown(name);
        return Some(Hint::new(
            "biz-content-misspelt",
            format!("the call has {name} and no biz_content: the parameter is called biz_content"),
            format!("请求中有{name}而没有biz_content：该参数名应为biz_content"),
        ));
    }
    let outside: Vec<&str> = call.names().filter(|name| entry.fields.iter().any(|field| field.name == *name)).collect();
    let names = outside.iter().take(UNKNOWN_MAX).copied().collect::<Vec<_>>().join(", ");
    (!outside.is_empty()).then(|| {
        Hint::new(
            "beside-biz-content",
            format!("{names}: sent as parameters of their own, and this method reads them from biz_content: put them into it, \
                     as one JSON text"),
            format!("{names}被作为独立参数提交，而本方法从biz_content中读取：请将其放入biz_content（JSON文本）"),
        )
    })
}

/// For whoever puts into `biz_content` what the method takes beside it.
fn misplaced(call: &VerifiedCall) -> Option<Hint> {
    let entry = Entry::find(call.method()).filter(|entry| entry.fields_in == FieldPlace::Parameters)?;
    let members = biz::object(call.biz_content()).ok()?;
    let names = entry.fields.iter().map(|field| field.name);
    let inside: Vec<_> = names.filter(|name| members.contains_key(*name) && call.get(name).is_none()).collect();
    (!inside.is_empty()).then(|| fields_inside(&inside))
}

fn fields_inside(fields: &[&str]) -> Hint {
    let (en, zh) = (fields.join(", "), fields.join("、"));
    Hint::new(
        "fields-inside-biz-content",
        format!("send {en} as parameters of the request, beside method and app_id, not within biz_content"),
        format!("请将{zh}作为请求参数与method、app_id并列提交，而非放在biz_content中"),
    )
}

/// For whoever sends JSON where the protocol has a form.
pub fn json_body() -> Hint {
    Hint::new(
        "json-body",
        "the body is JSON: send the parameters as a form (application/x-www-form-urlencoded), the business ones as JSON \
         text in biz_content",
        "请求体是JSON：参数须以表单（application/x-www-form-urlencoded）提交，业务参数作为JSON文本放入biz_content",
    )
}

fn other_charset(reads_as: Charset) -> Hint {
    let (sent, declared) = (reads_as.name(), reads_as.other().name());
    Hint::new(
        "declared-charset",
        format!("charset says {declared}, but the text reads as {sent}: send it in {declared}, or say charset={sent}"),
        format!("charset声明为{declared}，而文本像是{sent}编码：请按{declared}编码发送，或将charset改为{sent}"),
    )
}

fn unknown_members(of: &str, of_zh: &str, unknown: &[Unknown]) -> Hint {
    let list = |is_it: &dyn Fn(&str) -> String| {
        let one = |member: &Unknown| shown(&member.path) + &member.nearest.map_or_else(String::new, is_it);
        unknown.iter().take(UNKNOWN_MAX).map(one).collect::<Vec<_>>()
    };
    let en = list(&|nearest| format!(" (is it {nearest}?)")).join(", ");
    let zh = list(&|nearest| format!("（是否应为{nearest}？）")).join("、");
    Hint::new(
        "unknown-member",
        format!("the method does not know these members of {of}: {en}"),
        format!("本方法不认识{of_zh}中的{zh}"),
    )
}

fn unknown_method(method: &str) -> Hint {
    let answered = THE_LIST.iter().map(|entry| entry.name);
    let found = nearest(method, answered.chain(open_platform::names()));
    let (en, zh) = match found {
        Some(name) if name == method => (String::new(), String::new()),
        Some(name) => (format!("is it {name}? "), format!("是否应为{name}？")),
        None => {
            return Hint::new(
                "unknown-method",
                "`punchcard methods` lists what is answered",
                "请用 punchcard methods 查看支持的方法",
            );
        }
    };
    if found.is_some_and(|name| Entry::find(name).is_some()) {
        return Hint::new("unknown-method", en.trim_end(), zh);
    }
    Hint::new(
        "method-not-answered",
        format!("{en}the open platform has that method, but this build of Punchcard does not answer it"),
        format!("{zh}开放平台有此方法，但本版本的Punchcard尚不支持"),
    )
}

/// A caller's text as it may be repeated: bounded, and without what a terminal obeys.
fn shown(text: &str) -> String {
    let mut shown = on_one_line(text, NAME_CHARS_MAX);
    if text.chars().nth(NAME_CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// The first `max` characters of a caller's text, without what a terminal obeys.
pub fn on_one_line(text: &str, max: usize) -> String {
    text.chars().take(max).flat_map(plain).collect()
}

/// A character, or how it is written where it is a control character.
fn plain(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let itself = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(itself)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_method_is_compared_with_what_there_is() {
        let check = |method: &str, cause: &str, expect: &str| {
            let hint = unknown_method(method);
            assert_eq!((hint.cause, hint.advice_zh.contains(expect)), (cause, true), "{method}: {hint:?}");
            assert!(hint.advice_en.contains(expect) || !expect.is_ascii(), "{method}: {hint:?}");
        };
        let create = "koubei.marketing.campaign.crowd.create";
        for method in [
            "koubei.marketing.campaign.crowd.Create",
            "KOUBEI.MARKETING.CAMPAIGN.CROWD.CREATE",
            "koubei.marketing.campaign.crowd.creat",
            "koubei.marketing.campagin.crowd.create",
            "koubei.marketing.campaign.crowdcreate",
            "koubei_marketing_campaign_crowd_create",
            "koubei.marketing.campaign.crowd.create ",
            "/koubei/marketing/campaign/crowd/create",
        ] {
            check(method, "unknown-method", create);
        }
        check("koubei.marketing.campaign.crowd.batch.query", "unknown-method", "crowd.batchquery");
        check("alipay.trade.Pay", "unknown-method", "alipay.trade.pay");
        check("alipay.trade.refunds", "unknown-method", "alipay.trade.refund");
        check("alipay.marketing.exchangevoucher.use", "method-not-answered", "尚不支持");
        check("alipay.marketing.exchangevoucher.ues", "method-not-answered", "alipay.marketing.exchangevoucher.use");
        for method in [
            "alipay.user.info.share",
            "alipay.trade.precreate",
            "alipay.trade.wap.pay",
            "alipay.trade.app.pay",
            "alipay.trade.page.pay",
            "alipay.trade.fastpay.refund.query",
            "alipay.trade.order.settle",
            "alipay.fund.trans.uni.transfer",
            "alipay.user.info.share",
            "koubei.marketing.campaign.benefit.send",
        ] {
            check(method, "method-not-answered", "尚不支持");
            assert_eq!(unknown_method(method).advice_zh.find("是否应为"), None, "{method}");
        }
        check("alipay.trade.precreat", "method-not-answered", "alipay.trade.precreate");
        check("com.example.nothing.like.it", "unknown-method", "punchcard methods");
        check("", "unknown-method", "punchcard methods");
        check(&"a.".repeat(4_000), "unknown-method", "punchcard methods");
    }

    #[test]
    fn what_a_caller_wrote_is_shown_harmless_and_short() {
        assert_eq!(shown("名\u{1b}[2J\0\n\u{85}"), "名\\u{1b}[2J\\u{0}\\n\\u{85}");
        assert_eq!(shown(&"长".repeat(65)), format!("{}…", "长".repeat(64)));
    }
}
