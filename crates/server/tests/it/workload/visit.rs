//! A member's visit to the coupon page, as a browser without script makes it: look, press the button, see what came of it.

use super::Play;
use super::coupons::{self, Step::Press, out_biz_no, page};
use super::model::{Got, Step};
use super::orders::Called;
use crate::raw::{Answer, Connection};
use serde_json::{Value, json};

const STAGES: [&str; 5] = [page::TO_TAKE, page::TAKEN, page::USED, page::REFUNDED, page::EXPIRED];
/// Numbers that nothing has.
const NO_ITEM: &str = "2016092400077000000012345678";
const NO_TOKEN: &str = "7d3f6c1e0a5b4c2d9e8f7a6b5c4d3e2f";
/// What speaks against a claim may be gone when the page is seen again: then the button is pressed again.
const PRESSES_MAX: usize = 20;

impl Play<'_> {
    /// All looks and presses, until there is nothing to press; the last without an answer if a kill came between.
    pub(super) fn visit(&self, look: &Step) -> Vec<Called> {
        let Step::Coupon(coupons::Step::Look { prize, token }) = look else { unreachable!("only this is a visit") };
        let press = Step::Coupon(Press { prize: prize.clone(), token: token.clone() });
        let item = prize.number.as_deref().unwrap_or(NO_ITEM);
        let (code, own) = (token.number.as_deref().unwrap_or(NO_TOKEN), out_biz_no(&prize.key, &token.key));
        let target = format!("/h5/coupon?itemId={item}&token={code}&outBizNo={own}&type=pointcard");
        let mut done = Vec::new();
        for _ in 0..PRESSES_MAX {
            let seen = self.send(&format!("GET {target} HTTP/1.1\r\nhost: shop\r\n\r\n"));
            let form = seen.as_ref().and_then(|seen| between(&body(seen), "name=\"csrf\" value=\"", "\""));
            done.push((look.clone(), seen.as_ref().map(said)));
            let Some(csrf) = form else { return done };
            let form = format!("csrf={csrf}");
            let (kind, length) = ("content-type: application/x-www-form-urlencoded", form.len());
            let pressed = self.send(&format!(
                "POST {target} HTTP/1.1\r\nhost: shop\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{form}"
            ));
            let is_sent_on = pressed.as_ref().is_some_and(|pressed| pressed.status == 303);
            let got =
                if is_sent_on { Some(Got { refusal: None, node: Value::Null }) } else { pressed.as_ref().map(said) };
            done.push((press.clone(), got));
            if !is_sent_on {
                return done;
            }
        }
        panic!("{target} gives nothing and does not say why: {done:#?}");
    }

    fn send(&self, request: &str) -> Option<Answer> {
        let mut connection = Connection::try_open(self.running.address).ok()?;
        connection.exchange(request.as_bytes()).ok()
    }
}

fn body(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// What a page says by its title: how the coupon stands and which number it has, or why there is none.
fn said(answer: &Answer) -> Got {
    let text = body(answer);
    let title = between(&text, "<title>", "</title>").unwrap_or(text.clone());
    if !STAGES.contains(&title.as_str()) {
        return Got { refusal: Some(title), node: Value::Null };
    }
    let number = between(&text, "<span class=\"number\">", "</span>");
    Got { refusal: None, node: json!({"stage": title, "number": number}) }
}

/// What stands between the first of these and the next of those.
fn between(text: &str, from: &str, to: &str) -> Option<String> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0.to_owned())
}
