//! Consent: an app asks a merchant to act for it, or a member to be known to it (`docs/decisions.md`, "Consent").

use super::i18n::Lang;
use super::icons;
use super::outcome::Outcome;
use super::parts::{self, End, Heading, Tone};
use super::pin;
use super::shell::Shell;
use maud::{Markup, html};

/// The most methods that are listed one by one.
const LISTED_MAX: usize = 60;

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentPage {
    /// Whose app it is that asks.
    pub owner: String,
    /// The app's id.
    pub app_id: String,
    /// What it asks for.
    pub wish: Wish,
    /// How far it is.
    pub stage: Stage,
}

/// What an app asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To act for a merchant.
    ActForMerchant {
        /// By which methods; `*` is everything.
        methods: Vec<String>,
    },
    /// To know a member.
    KnowMember {
        /// Whether it may know more than the user id.
        profile: bool,
    },
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for somebody to agree, or not.
    Open {
        /// Where the form is sent, and what shows that this page made it.
        form: (String, String),
        /// What the form says was shown.
        shown: String,
        /// Where the browser goes afterwards: scheme, host and port.
        place: String,
        /// What came of the last try.
        outcome: Option<FormOutcome>,
    },
    /// There is nothing to agree to.
    Broken(Defect),
}

/// Why there is nothing to agree to: for the app's developer, who sees it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The app may not call, or not the method that is needed.
    AppDisabled,
    /// The app is no service provider's.
    NotProvider,
    /// The scope is not known.
    Scope,
    /// The address to go back to is not the app's.
    RedirectUri,
}

/// What an address says came of the last form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOutcome {
    /// Nobody has that login id with that PIN, or the account is locked.
    NotProved,
    /// What was sent as a PIN is not six digits, or there is no login id; it counts for nothing.
    Incomplete,
    /// The account is no merchant's.
    NoMerchant,
}

impl Outcome for FormOutcome {
    const NAMES: &'static [(FormOutcome, &'static str)] = &[
        (FormOutcome::NotProved, "not-proved"),
        (FormOutcome::Incomplete, "incomplete"),
        (FormOutcome::NoMerchant, "no-merchant"),
    ];
}

impl ConsentPage {
    /// The page.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let title = match (&self.stage, &self.wish) {
            (Stage::Broken(_), _) => lang.say("无法授权", "Nothing to agree to"),
            (Stage::Open { .. }, Wish::ActForMerchant { .. }) => lang.say("商家授权", "Let an app act for you"),
            (Stage::Open { .. }, Wish::KnowMember { .. }) => lang.say("用户授权", "Sign in to an app"),
        };
        let shell = Shell { title, ..*shell };
        let content = match &self.stage {
            Stage::Open { form, shown, place, outcome } => self.open(lang, form, shown, place, *outcome),
            Stage::Broken(defect) => self.broken(lang, title, *defect),
        };
        shell.around(&content)
    }

    /// What is asked for, in a sentence.
    fn about(&self, lang: Lang) -> &'static str {
        match self.wish {
            Wish::ActForMerchant { .. } => {
                lang.say("申请代您的商户调用接口", "This service provider asks to act for your business")
            }
            Wish::KnowMember { .. } => lang.say("申请获取您的用户信息", "This app asks to know who you are"),
        }
    }

    fn open(
        &self,
        lang: Lang,
        (action, csrf): &(String, String),
        shown: &str,
        place: &str,
        outcome: Option<FormOutcome>,
    ) -> Markup {
        let rows = [
            (lang.say("应用ID", "App"), self.app_id.clone()),
            (lang.say("返回地址", "Then back to"), place.to_owned()),
        ];
        html! {
            (parts::head(lang, &self.owner, self.about(lang)))
            (parts::card(&html! {
                div.listed {
                    h2 { (lang.say("同意后，该应用可以", "Once you agree, the app may")) }
                    ul { @for right in self.rights(lang) { li { (right) } } }
                }
                (parts::tear())
                (parts::rows(lang, &rows))
            }))
            @if let Some((tone, text)) = self.notice(lang, outcome) { (parts::notice(tone, text)) }
            form.form method="post" action=(action) autocomplete="off" {
                input type="hidden" name="csrf" value=(csrf);
                input type="hidden" name="shown" value=(shown);
                (parts::login_field(
                    lang.say("登录账号", "Login id"),
                    lang.say("手机号或邮箱", "Phone number or e-mail address"),
                    outcome.is_some(),
                ))
                (pin::field(lang, None))
                (parts::button(lang.say("同意授权", "Agree")))
                (parts::other_button("decision", REFUSED, lang.say("不同意", "Do not agree")))
            }
        }
    }

    /// What the app may do once somebody has agreed, a line each.
    fn rights(&self, lang: Lang) -> Vec<Markup> {
        match &self.wish {
            Wish::KnowMember { profile } => {
                let mut rights = vec![html! { (lang.say("获取您的用户号（user_id）", "Know your user id")) }];
                if *profile {
                    rights.push(html! { (lang.say("获取您的会员基本信息", "Ask for your profile")) });
                }
                rights
            }
            Wish::ActForMerchant { methods } if methods.iter().any(|method| method == "*") => {
                let all = lang.say(
                    "代您的商户调用本平台的所有接口，包括收款、退款和营销活动",
                    "Call every method of this platform for your business: payments, refunds and marketing included",
                );
                vec![html! { (all) }]
            }
            Wish::ActForMerchant { methods } => {
                let listed = methods.iter().take(LISTED_MAX).map(|method| html! { bdi { (method) } });
                let more = methods.len().saturating_sub(LISTED_MAX);
                let text = lang.say(format!("以及另外 {more} 个接口"), format!("and {more} more methods"));
                listed.chain((0 < more).then(|| html! { (text) })).collect()
            }
        }
    }

    fn notice(&self, lang: Lang, outcome: Option<FormOutcome>) -> Option<(Tone, &'static str)> {
        Some(match outcome? {
            FormOutcome::NotProved => (
                Tone::Alarm,
                lang.say(
                    "登录账号或支付密码不正确。连续输错5次，账户将锁定15分钟。",
                    "Wrong login id or PIN. Five wrong PINs in a row lock an account for 15 minutes.",
                ),
            ),
            FormOutcome::Incomplete => (
                Tone::Alarm,
                lang.say(
                    "请输入登录账号和六位数字的支付密码。",
                    "Please enter your login id and the six digits of your payment PIN.",
                ),
            ),
            FormOutcome::NoMerchant => (
                Tone::Alarm,
                lang.say(
                    "该账号不是商户，请使用商户的登录账号。",
                    "This account is no merchant's. Please use the merchant's login id.",
                ),
            ),
        })
    }

    fn broken(&self, lang: Lang, title: &str, defect: Defect) -> Markup {
        let text = match defect {
            Defect::AppDisabled => lang.say(
                "该应用已停用，或未开通换取令牌的接口。",
                "The app is switched off, or may not call the method by which codes are exchanged.",
            ),
            Defect::NotProvider => lang.say("该应用不是ISV应用。", "Only a service provider's app can act for others."),
            Defect::Scope => lang.say("scope只能是auth_base或auth_user。", "The scope must be auth_base or auth_user."),
            Defect::RedirectUri => lang.say(
                "redirect_uri不是该应用登记的授权回调地址。",
                "The redirect_uri is none of those that are registered for the app.",
            ),
        };
        let rows = [(lang.say("应用ID", "App"), self.app_id.clone()), (lang.say("所属", "Of"), self.owner.clone())];
        html! {
            (parts::card(&html! {
                (parts::result(lang, Heading::Page, End::Void, &icons::cross(), title, Some(text)))
                (parts::tear())
                (parts::rows(lang, &rows))
            }))
        }
    }
}

/// What the form's `decision` is for who does not agree.
pub const REFUSED: &str = "refuse";

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: Shell<'_> =
        Shell { lang: Lang::En, title: "", address: "", in_other_lang: "?lang=zh", stand_in: true };

    fn page(wish: Wish, stage: Stage) -> String {
        let (owner, app_id) = ("水帘洞科技".to_owned(), "2021000000000002".to_owned());
        ConsentPage { owner, app_id, wish, stage }.page(&SHELL)
    }

    fn open(outcome: Option<FormOutcome>) -> Stage {
        let form = ("/oauth2/x".to_owned(), "c".to_owned());
        Stage::Open { form, shown: "s".to_owned(), place: "https://isv.example.com".to_owned(), outcome }
    }

    #[test]
    fn who_asks_for_what_is_said() {
        let act = |methods: &[&str]| Wish::ActForMerchant { methods: methods.iter().map(|&one| one.into()).collect() };
        for (wish, stage, has_form, texts) in [
            (act(&["*"]), open(None), true, ["水帘洞科技", "every method", "https://isv.example.com"]),
            (act(&["alipay.trade.pay"]), open(None), true, ["2021000000000002", "alipay.trade.pay", "Do not agree"]),
            (Wish::KnowMember { profile: false }, open(None), true, ["Know your user id", "who you are", "Agree"]),
            (Wish::KnowMember { profile: true }, open(None), true, ["user id", "profile", "Six digits"]),
            (act(&[]), open(Some(FormOutcome::NotProved)), true, ["Wrong login id", "15 minutes", "aria-invalid"]),
            (act(&[]), open(Some(FormOutcome::Incomplete)), true, ["Please enter", "Login id", "PIN"]),
            (act(&[]), open(Some(FormOutcome::NoMerchant)), true, ["no merchant", "Login id", "PIN"]),
            (
                act(&[]),
                Stage::Broken(Defect::NotProvider),
                false,
                ["Nothing to agree", "service provider", "水帘洞科技"],
            ),
            (act(&[]), Stage::Broken(Defect::RedirectUri), false, ["Nothing to agree", "redirect_uri", "2021"]),
            (act(&[]), Stage::Broken(Defect::Scope), false, ["Nothing to agree", "auth_base", "2021"]),
            (act(&[]), Stage::Broken(Defect::AppDisabled), false, ["Nothing to agree", "switched off", "2021"]),
        ] {
            let html = page(wish, stage);
            assert_eq!(html.contains("<form"), has_form, "{html}");
            for text in texts {
                assert!(html.contains(text), "no {text} in {html}");
            }
        }
    }

    #[test]
    fn many_methods_are_counted_and_foreign_texts_are_escaped() {
        let methods = (0..LISTED_MAX + 7).map(|nth| format!("a.<script>{nth}")).collect();
        let html = page(Wish::ActForMerchant { methods }, open(None));
        assert!(html.contains("and 7 more methods") && !html.contains("<script"), "{html}");
    }
}
