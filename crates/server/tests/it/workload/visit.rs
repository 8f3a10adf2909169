//! Visits to pages, as a browser without script makes them: look, press the button, see what came of it.

use super::Play;
use super::activities::Named;
use super::cashier::{self, Choice};
use super::coupons::{self, out_biz_no, page};
use super::model::{Got, Step};
use super::orders::Called;
use super::taking::Choices;
use super::templates;
use super::voucher_wire::ONWARD;
use super::wire::Thing;
use crate::raw::{Answer, Connection};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Instant;

const STAGES: [&str; 8] = [
    page::TO_TAKE,
    page::TAKEN,
    page::USED,
    page::REFUNDED,
    page::EXPIRED,
    cashier::page::TO_PAY,
    cashier::page::PAID,
    templates::page::TO_PAY,
];
/// Numbers that nothing has.
const NO_ITEM: &str = "2016092400077000000012345678";
const NO_TOKEN: &str = "7d3f6c1e0a5b4c2d9e8f7a6b5c4d3e2f";
/// What speaks against a claim may be gone when the page is seen again: then the button is pressed again.
const PRESSES_MAX: usize = 20;

/// Which process gets a visit's requests: each in turn.
pub(super) struct Way {
    pub(super) doors: Vec<SocketAddr>,
    pub(super) next: usize,
}

impl Play<'_> {
    /// All that a visit consists of, until there is nothing to press; the last without an answer if a kill came
    /// between.
    pub(super) fn visit(&self, step: &Step, mut way: Way) -> Vec<Called> {
        match step {
            Step::Coupon(coupons::Step::Look { prize, token, presses }) => self.claim(prize, token, *presses, &mut way),
            Step::Coupon(coupons::Step::Press { prize, token }) => {
                let button = self.names.within(Thing::Button, &prize.key, &token.key);
                let pressed = press(prize, token, &button.number.expect("a button that was seen"), &mut way);
                let is_cut = pressed.answer.is_none();
                let seen = if is_cut { Vec::new() } else { self.claim(prize, token, false, &mut way) };
                std::iter::once(pressed).chain(seen).collect()
            }
            Step::Cashier(cashier::Step::Look { trade, choice, pays }) => {
                self.check_out(trade, choice.clone(), *pays, &mut way)
            }
            Step::Cashier(cashier::Step::Pay { trade, form }) => {
                let csrf = self.names.number(Thing::Form, trade).expect("a form that was seen");
                let (paid, _) = self.pay(trade, form, &self.page(trade), csrf, &mut way);
                vec![paid]
            }
            Step::Template(templates::Step::Look { template, pays }) => self.look_at_fund(template, *pays, &mut way),
            Step::Template(templates::Step::Pay { template }) => {
                let csrf = self.names.number(Thing::FundForm, template).expect("a form that was seen");
                vec![self.fund(template, csrf, &mut way).0]
            }
            _ => unreachable!("only these are visits"),
        }
    }

    fn claim(&self, prize: &Named, token: &Named, presses: bool, way: &mut Way) -> Vec<Called> {
        let look = Step::Coupon(coupons::Step::Look { prize: prize.clone(), token: token.clone(), presses });
        let target = coupon_page(prize, token);
        let mut done = Vec::new();
        for _ in 0..PRESSES_MAX {
            let began = Instant::now();
            let seen = way.get(&target);
            let csrf = seen.as_ref().and_then(|seen| hidden(&body(seen), "csrf"));
            done.push(Called::new(look.clone(), began, seen.as_ref().map(said)));
            let Some(csrf) = csrf.filter(|_| presses) else { return done };
            let pressed = press(prize, token, &csrf, way);
            let is_sent_on = pressed.answer.as_ref().is_some_and(|got| got.refusal.is_none());
            done.push(pressed);
            if !is_sent_on {
                return done;
            }
        }
        panic!("{target} gives nothing and does not say why: {done:#?}");
    }

    fn page(&self, trade: &str) -> String {
        self.names.number(Thing::Page, trade).expect("a page that was told of").clone()
    }

    fn check_out(&self, trade: &str, mut choice: Choices, pays: bool, way: &mut Way) -> Vec<Called> {
        let page = self.page(trade);
        let mut done = Vec::new();
        loop {
            let target = format!("{page}{}{}", chosen("coupon", &choice.coupon), chosen("cash", &choice.cash));
            let began = Instant::now();
            let seen = way.get(&target);
            let form = seen.as_ref().map(body).and_then(|page| {
                let [coupon, cash] = ["coupon", "cash"].map(|name| hidden(&page, name).map(in_form));
                Some((hidden(&page, "csrf")?, Choices { coupon: coupon?, cash: cash? }))
            });
            let look = cashier::Step::Look { trade: trade.to_owned(), choice: choice.clone(), pays };
            let is_first = done.is_empty();
            done.push(Called::new(Step::Cashier(look), began, seen.as_ref().map(to_pay)));
            // Whoever sees what came of a form lets it be.
            let Some((csrf, form)) = form.filter(|_| pays && is_first) else { return done };
            let (paid, leads_to) = self.pay(trade, &form, &target, &csrf, way);
            done.push(paid);
            let Some(leads_to) = leads_to else { return done };
            for (name, choice) in [("&coupon=", &mut choice.coupon), ("&cash=", &mut choice.cash)] {
                if !leads_to.contains(name) {
                    *choice = Choice::Best;
                }
            }
        }
    }

    /// Sends a form of the page; where it leads to, if anywhere.
    fn pay(&self, trade: &str, form: &Choices, target: &str, csrf: &str, way: &mut Way) -> (Called, Option<String>) {
        let step = Step::Cashier(cashier::Step::Pay { trade: trade.to_owned(), form: form.clone() });
        let said_of =
            |choice: &Choice| if let Choice::One(number) = choice { number.clone() } else { "none".to_owned() };
        let (coupon, cash) = (said_of(&form.coupon), said_of(&form.cash));
        let began = Instant::now();
        let answer = way.post(target, &format!("csrf={csrf}&coupon={coupon}&cash={cash}&pin=111111"));
        let leads_to = answer.as_ref().and_then(leads_to);
        let got = match &leads_to {
            Some(place) => {
                let said = place.split_once("&said=").map_or("", |(_, said)| said);
                Some(Got { refusal: None, node: json!({"said": said}) })
            }
            None => answer.as_ref().map(said),
        };
        (Called::new(step, began, got), leads_to)
    }

    /// Looks at the page on which a template is paid for, and perhaps pays and looks again.
    fn look_at_fund(&self, template: &str, pays: bool, way: &mut Way) -> Vec<Called> {
        let page = self.names.number(Thing::FundPage, template).expect("a page that was told of");
        let look = |pays: bool, way: &mut Way| {
            let began = Instant::now();
            let seen = way.get(page);
            let csrf = seen.as_ref().and_then(|seen| hidden(&body(seen), "csrf"));
            let step = Step::Template(templates::Step::Look { template: template.to_owned(), pays });
            (Called::new(step, began, seen.as_ref().map(to_pay)), csrf)
        };
        let (seen, csrf) = look(pays, way);
        let mut done = vec![seen];
        let Some(csrf) = csrf.filter(|_| pays) else { return done };
        let (paid, is_here) = self.fund(template, &csrf, way);
        done.push(paid);
        if is_here {
            done.push(look(false, way).0);
        }
        done
    }

    /// Sends the form of that page; whether the browser stays there.
    fn fund(&self, template: &str, csrf: &str, way: &mut Way) -> (Called, bool) {
        let page = self.names.number(Thing::FundPage, template).expect("a page that was told of");
        let step = Step::Template(templates::Step::Pay { template: template.to_owned() });
        let began = Instant::now();
        let answer = way.post(page, &format!("csrf={csrf}&pin=111111"));
        let leads_to = answer.as_ref().and_then(leads_to);
        let is_here = leads_to.as_ref().is_some_and(|place| place.starts_with('/'));
        let got = match leads_to {
            Some(place) if is_here => {
                let of = |name: &str| between(&format!("{place}&"), &format!("&{name}="), "&").unwrap_or_default();
                Some(Got { refusal: None, node: json!({"said": of("said"), "balance": of("balance")}) })
            }
            Some(place) => {
                // The header has been written small.
                let id = self.names.number(Thing::Template, template).expect("it has a page").to_lowercase();
                assert!(place.starts_with(&format!("{ONWARD}&template_id={id}&fund_order_no=")), "{place}");
                Some(Got { refusal: None, node: json!({"said": templates::page::ONWARD}) })
            }
            None => answer.as_ref().map(said),
        };
        (Called::new(step, began, got), is_here)
    }
}

/// What an address says of a choice.
fn chosen(name: &str, choice: &Choice) -> String {
    match choice {
        Choice::Best => String::new(),
        Choice::None => format!("&{name}=none"),
        Choice::One(number) => format!("&{name}={number}"),
    }
}

/// What a page's form has chosen.
fn in_form(said: String) -> Choice {
    if said == "none" { Choice::None } else { Choice::One(said) }
}

/// Where an answer sends the browser, if anywhere.
fn leads_to(answer: &Answer) -> Option<String> {
    let place = || between(&answer.headers, "location: ", "\r\n");
    (answer.status == 303).then(|| place().unwrap_or_else(|| panic!("nowhere: {}", answer.headers)))
}

impl Way {
    fn get(&mut self, target: &str) -> Option<Answer> {
        self.send(&format!("GET {target} HTTP/1.1\r\nhost: shop\r\n\r\n"))
    }

    fn post(&mut self, target: &str, form: &str) -> Option<Answer> {
        let (kind, length) = ("content-type: application/x-www-form-urlencoded", form.len());
        self.send(&format!("POST {target} HTTP/1.1\r\nhost: shop\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{form}"))
    }

    fn send(&mut self, request: &str) -> Option<Answer> {
        let door = self.doors[self.next % self.doors.len()];
        self.next += 1;
        Connection::try_open(door).ok()?.exchange(request.as_bytes()).ok()
    }
}

fn press(prize: &Named, token: &Named, csrf: &str, way: &mut Way) -> Called {
    let press = Step::Coupon(coupons::Step::Press { prize: prize.clone(), token: token.clone() });
    let began = Instant::now();
    let pressed = way.post(&coupon_page(prize, token), &format!("csrf={csrf}"));
    let got = pressed.map(|pressed| match pressed.status {
        303 => Got { refusal: None, node: Value::Null },
        _ => said(&pressed),
    });
    Called::new(press, began, got)
}

fn coupon_page(prize: &Named, token: &Named) -> String {
    let item = prize.number.as_deref().unwrap_or(NO_ITEM);
    let (code, own) = (token.number.as_deref().unwrap_or(NO_TOKEN), out_biz_no(&prize.key, &token.key));
    format!("/h5/coupon?itemId={item}&token={code}&outBizNo={own}&type=pointcard")
}

fn body(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// What a page says by its title: how the coupon stands and which numbers it has, or why there is none.
fn said(answer: &Answer) -> Got {
    let text = body(answer);
    let title = between(&text, "<title>", "</title>").unwrap_or(text.clone());
    if !STAGES.contains(&title.as_str()) {
        return Got { refusal: Some(title), node: Value::Null };
    }
    let numbers = text.split("<span class=\"number\">").skip(1).filter_map(|rest| rest.split_once("</span>"));
    let numbers: Vec<_> = numbers.map(|(number, _)| number.to_owned()).collect();
    let count = numbers.len().to_string();
    Got {
        refusal: None,
        node: json!({"stage": title, "numbers": numbers, "count": count, "csrf": hidden(&text, "csrf")}),
    }
}

/// What a page says on which something is paid for: its stage, what is to be paid, and with which coupon and cash
/// voucher.
fn to_pay(answer: &Answer) -> Got {
    let mut got = said(answer);
    let text = body(answer);
    if got.refusal.is_some() {
        return got;
    }
    if let Some(button) = between(&text, "type=\"submit\">", "</button>") {
        // The amount as it is read, whatever keeps its parts together.
        let label: String = button.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
        let due = label.split_once('¥').expect("an amount").1.replace(',', "");
        got.node["due"] = json!(due);
        for name in ["coupon", "cash"] {
            got.node[name] = json!(hidden(&text, name).filter(|one| one != "none"));
        }
    }
    got
}

/// What a form has hidden under this name.
fn hidden(page: &str, name: &str) -> Option<String> {
    between(page, &format!("name=\"{name}\" value=\""), "\"")
}

/// What stands between the first of these and the next of those.
fn between(text: &str, from: &str, to: &str) -> Option<String> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0.to_owned())
}
