//! The page at `/` of a stand-in, for its developer: how it stands, where calls go, and the last of them.

use super::i18n::Lang;
use super::parts;
use super::shell::Shell;
use maud::html;
use store::call_log::NewCall;

/// Everything the page shows. There is no key but the platform's public one, and nothing that calls said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where calls go.
    pub gateway_url: String,
    /// What answers are verified with.
    pub public_key: String,
    /// What the clock shows, UTC milliseconds.
    pub now: i64,
    /// Whether it stands still until it is moved.
    pub stands_still: bool,
    /// The last calls, the newest first.
    pub calls: Vec<NewCall>,
}

impl Page {
    /// The page.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let shell = Shell { title: "Punchcard", ..*shell };
        shell.around(&html! {
            (parts::head(lang, "Punchcard", lang.say("开发用替身（stand-in）", "A stand-in, for developing")))
            (parts::card(&html! {
                (parts::rows(lang, &self.rows(lang)))
                (parts::tear())
                div.rows { p.about { (lang.say("平台公钥", "Platform's public key")) } p.about { bdi { (self.public_key) } } }
            }))
            h2.lead { (lang.say("最近的调用", "The last calls")) }
            (parts::card(&html! {
                div.rows {
                    @if self.calls.is_empty() { p.about { (lang.say("还没有调用", "No calls yet")) } }
                    @for call in &self.calls {
                        p { bdi { (call.method) } }
                        p.about { bdi { (line(lang, call)) } }
                    }
                }
            }))
        })
    }

    fn rows(&self, lang: Lang) -> [(&'static str, String); 3] {
        let clock = match self.stands_still {
            true => lang.say("（手动，静止）", " (manual, stands still)"),
            false => lang.say("（系统时钟）", " (the system's)"),
        };
        [
            (lang.say("模式", "Mode"), "stand-in".to_owned()),
            (lang.say("时钟", "Clock"), format!("{}{clock}", lang.second(self.now))),
            (lang.say("网关", "Gateway"), self.gateway_url.clone()),
        ]
    }
}

/// When it was called, how it was answered, for whom, and its name in the log.
fn line(lang: Lang, call: &NewCall) -> String {
    let NewCall { at, app_id, code, sub_code, trace_id, .. } = call;
    let parts = [&lang.second(*at), code, sub_code, app_id.as_deref().unwrap_or_default(), trace_id];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::call_log::Share;

    #[test]
    fn what_strangers_call_is_text() {
        let call = NewCall {
            share: Share::Unverified,
            at: 1_767_240_000_000,
            took_us: 700,
            method: "<script>alert(1)</script>\u{202e}".to_owned(),
            app_id: None,
            pid: None,
            door: "gateway".to_owned(),
            code: "40002".to_owned(),
            sub_code: "isv.invalid-method".to_owned(),
            cause: String::new(),
            trace_id: "t".to_owned(),
            address: "127.0.0.1".to_owned(),
            bytes_in: 1,
            bytes_out: 1,
            made: Vec::new(),
            full: None,
        };
        let page = Page {
            gateway_url: "http://127.0.0.1:8088/gateway.do".to_owned(),
            public_key: "MIIB".to_owned(),
            now: 1_767_240_000_000,
            stands_still: true,
            calls: vec![call],
        };
        for (lang, words) in [(Lang::Zh, ["静止", "最近的调用"]), (Lang::En, ["stands still", "The last calls"])]
        {
            let shell = Shell { lang, title: "", address: "/", in_other_lang: "/?lang=en", stand_in: true };
            let text = page.page(&shell);
            assert!(!text.contains("<script"), "{text}");
            for word in [words[0], words[1], "&lt;script&gt;", "40002 · isv.invalid-method", "<h1", "/gateway.do"] {
                assert!(text.contains(word), "{word} is not in {text}");
            }
        }
    }
}
