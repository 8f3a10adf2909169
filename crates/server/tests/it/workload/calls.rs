//! Calls as they are sent, to one of the processes or another.

use super::crowds;
use super::model::{Got, MINUTE, Model, Step};
use super::orders::Called;
use super::visit::Way;
use super::voucher_wire::{in_place, list, refusal};
use super::vouchers;
use super::wire::{Request, Thing, request};
use super::{HEARD_WITHIN, Play, app_id, pid};
use crate::running::{NOW, Running};
use client::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::member::{self, MemberRow};
use store::testing::block_on;
use store::{Fault, Tx};

impl Play<'_> {
    /// A client of each process.
    pub(super) fn clients(&self) -> Vec<Client> {
        self.doors().map(|running| running.client_of(&app_id(self.nth), None)).collect()
    }

    pub(super) fn doors(&self) -> impl Iterator<Item = &Running> {
        std::iter::once(&*self.running).chain(self.beside.as_deref())
    }

    /// How to reach them, beginning with the `nth`.
    fn way(&self, nth: usize) -> Way {
        Way { doors: self.doors().map(|running| running.address).collect(), next: nth }
    }

    /// One call, or all that a visit consists of, through the `nth` process first. The last has no answer where a kill
    /// came between.
    pub(super) fn call(&self, nth: usize, step: &Step) -> Vec<Called> {
        if let Step::Crowd(crowds::Step::Import { rows }) = step {
            let began = Instant::now();
            return vec![Called::new(step.clone(), began, self.import(nth, rows))];
        }
        if let Some(arguments) = command(step) {
            let began = Instant::now();
            let got = self.operate(&arguments);
            return parts(step).into_iter().map(|part| Called::new(part, began, got.clone())).collect();
        }
        let Some(Request { method, members, notifies }) = request(step, &self.names) else {
            return self.visit(step, self.way(nth));
        };
        let mut clients = self.clients();
        let client = clients.swap_remove(nth % clients.len());
        let notify_url = if notifies { self.receiver.url.as_str() } else { "" };
        let members = in_place(members, self.nth, &self.receiver.url);
        let began = Instant::now();
        let answer = client.call_with(method, &members.to_string(), NOW, &[("notify_url", notify_url)]).ok();
        let got = answer.map(|mut answer| {
            let told = answer.sub_code.as_deref().map(|sub_code| refusal(sub_code, answer.sub_msg.as_deref()));
            let is_done = answer.is_success() && answer.code == "10000";
            let refusal = (!is_done).then(|| told.unwrap_or_else(|| answer.raw.clone()));
            list(step, &mut answer.node);
            Got { refusal, node: answer.node }
        });
        vec![Called::new(step.clone(), began, got)]
    }

    /// An operator's command; no answer where nobody knows whether it was done.
    fn operate(&self, arguments: &[String]) -> Option<Got> {
        let output = self.running.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        if output.status.success() {
            return Some(Got { refusal: None, node: Value::Null });
        }
        let is_refused = String::from_utf8_lossy(&output.stderr).contains("the voucher was used, its time is over");
        is_refused.then(|| Got { refusal: Some(vouchers::NOT_TO_BAR.to_owned()), node: Value::Null })
    }

    /// Imports members; no answer where nobody knows whether they were taken. Commands reach whoever owns a folder; to
    /// a database they write beside the servers, as this process does: that is the same without starting another each
    /// time.
    fn import(&self, nth: usize, rows: &[(String, Option<u8>)]) -> Option<Got> {
        let (pid, done) = (pid(self.nth), Got { refusal: None, node: Value::Null });
        let level = |level: Option<u8>| level.map(|level| level.to_string());
        if let Some(store) = &self.store {
            let row = |(user, of): &(String, Option<u8>)| {
                MemberRow::new(user, [("pam_consume_level", level(*of).as_deref())])
            };
            let rows: Vec<_> = rows.iter().map(row).collect();
            let write = move |tx: &mut Tx| member::put_chunk(tx, &pid, &rows).map(drop);
            block_on(store.write::<_, Fault, _>(write)).expect("it is kept");
            return Some(done);
        }
        let line = |(user, of): &(String, Option<u8>)| format!("{user},{}\n", level(*of).unwrap_or_default());
        let csv = format!("user_id,pam_consume_level\n{}", rows.iter().map(line).collect::<String>());
        let path = self.running.folder.path().join(format!("members{nth}.csv"));
        std::fs::write(&path, csv).expect("the folder is ours");
        let output = self.running.command(&["import", "members", "--pid", &pid, &path.display().to_string()]);
        output.status.success().then_some(done)
    }

    /// Every process counts the crowds as the books do, once it has heard of all imports.
    pub(super) fn count_crowds(&mut self) {
        for client in self.clients() {
            let began = Instant::now();
            loop {
                let counted = |key: &String| {
                    let id = self.names.number(Thing::Crowd, key)?;
                    let request = json!({"crowd_group_id": id}).to_string();
                    let answer =
                        client.call("koubei.marketing.campaign.crowd.count", &request, NOW).expect("an answer");
                    let summary: Value = serde_json::from_str(answer.node["summary_values"].as_str()?).ok()?;
                    summary["total"].as_u64()
                };
                let counted: BTreeMap<_, _> =
                    self.book().crowds.keys().map(|key| (key.clone(), counted(key))).collect();
                let of = |model: &Model, key: &String| model.count(key).and_then(|count| u64::try_from(count).ok());
                let fits = |model: &Model| counted.iter().all(|(key, count)| *count == of(model, key));
                let right: Vec<_> = self.books.iter().filter(|model| fits(model)).cloned().collect();
                if !right.is_empty() {
                    self.books = right;
                    break;
                }
                let late = HEARD_WITHIN < began.elapsed();
                assert!(!late, "counted {counted:?}\n{:#?}\n{:#?}", self.books, self.history);
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

/// What an operator types.
fn command(step: &Step) -> Option<Vec<String>> {
    let words: Vec<String> = match step {
        Step::Voucher(vouchers::Step::Bar { voucher, barred, .. }) => {
            let number = voucher.number.clone().expect("a voucher that was told of");
            vec!["voucher".to_owned(), if *barred { "disable" } else { "enable" }.to_owned(), number]
        }
        Step::Clock { ms } => vec!["clock".to_owned(), "advance".to_owned(), format!("{}m", ms / MINUTE)],
        _ => return None,
    };
    Some(words)
}

/// All that a command consists of: a clock stops where something is due, which is on the minute or a second later.
fn parts(step: &Step) -> Vec<Step> {
    let Step::Clock { ms } = step else { return vec![step.clone()] };
    (0..ms / MINUTE).flat_map(|_| [1_000, MINUTE - 1_000]).map(|ms| Step::Clock { ms }).collect()
}
