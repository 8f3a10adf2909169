//! What members do, beside their tags: held for a merchant from the first question about it on.
//!
//! Nothing is held for a merchant whom nobody asks about behaviour. The first question reads the past of every member
//! from the store, a page at a time, while events that are committed meanwhile are taken in beside it: an event may
//! come twice and in any order. The past of a member who is new is read before the next question is answered.

use super::Index;
use super::merchant::Merchant;
use super::stored::{event, place};
use segment::{Counts, Event, Expr, Fact};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::history;
use store::member::Member;
use store::{Fault, Store, Tx};

/// Members whose past is read at a time.
const PASTS_TOGETHER: usize = 4_096;

impl Index {
    /// Counts a merchant's members by what they did, by where they live and work, and by their tags: as of `now`, UTC
    /// milliseconds, or of a later moment that another question has asked for. `facts` are those that the expression
    /// asks for.
    pub async fn count_behavior(
        &self,
        store: &Store,
        pid: &str,
        now: i64,
        facts: &[Fact],
        ask: impl Fn(&[segment::Tag]) -> (Expr, Vec<usize>),
    ) -> Result<Counts, Fault> {
        let merchant = self.merchant(pid);
        loop {
            let (own, store, pid, needed) = (merchant.clone(), store.clone(), pid.to_owned(), facts.to_vec());
            // In a task of its own: whoever asks may leave, and what was taken to be read must be read.
            let settled = tokio::spawn(async move { own.settle(&store, &pid, &needed, now).await }).await;
            settled.unwrap_or_else(|panic| Err(Fault::bug(panic.to_string())))?;
            if let Some(counts) = merchant.count_if_settled(facts, now, &ask) {
                return Ok(counts);
            }
        }
    }

    /// Takes what members did.
    pub fn put_events(&self, pid: &str, rows: &[history::Event]) {
        let Some(merchant) = self.held(pid).filter(|merchant| merchant.read().tracks()) else { return };
        let mut members = merchant.write();
        for row in rows {
            if let Ok(user) = row.user_id.parse() {
                members.take(user, event(row));
            }
        }
    }

    /// Takes that a merchant's shop is new or has changed.
    pub fn shop_changed(&self, pid: &str) {
        if let Some(merchant) = self.held(pid) {
            merchant.shops_changed.store(true, Ordering::Release);
        }
    }
}

impl Merchant {
    /// Sees to it that the past of every member is read, and that these facts are as of `now`.
    async fn settle(self: Arc<Self>, store: &Store, pid: &str, facts: &[Fact], now: i64) -> Result<(), Fault> {
        let _alone = self.settling.lock().await;
        self.write().track(now);
        self.read_shops(store, pid).await?;
        loop {
            let users = self.write().take_unread(PASTS_TOGETHER);
            if users.is_empty() {
                break;
            }
            match read_pasts(store, pid, &users).await {
                Ok(pasts) => self.put_pasts(&pasts),
                Err(fault) => {
                    self.write().put_unread(users);
                    return Err(fault);
                }
            }
        }
        tokio::task::block_in_place(|| {
            // Whoever commits meanwhile must tell of it: a step at a time.
            while !self.read().is_current(facts, now) && !self.write().require_step(facts, now) {
                self.let_others_in();
            }
        });
        Ok(())
    }

    async fn read_shops(&self, store: &Store, pid: &str) -> Result<(), Fault> {
        if !self.shops_changed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let pid = pid.to_owned();
        let shops = store.read(move |tx: &mut Tx| store::world::shops(tx, &pid)).await;
        let shops = shops.inspect_err(|_: &Fault| self.shops_changed.store(true, Ordering::Release))?;
        let places: Vec<_> = shops.iter().filter_map(|shop| shop.position.map(place)).collect();
        self.write().set_shops(&places);
        Ok(())
    }

    fn put_pasts(&self, (rows, events): &Pasts) {
        let mut members = self.write();
        for Member { user_id, home, work, version, .. } in rows {
            if let Ok(user) = user_id.parse() {
                members.put_places(user, super::version(*version), home.map(place), work.map(place));
            }
        }
        for (user, event) in events {
            members.take(*user, *event);
        }
    }

    /// The count, unless a member has come whose past is unread.
    fn count_if_settled(
        &self,
        facts: &[Fact],
        now: i64,
        ask: impl Fn(&[segment::Tag]) -> (Expr, Vec<usize>),
    ) -> Option<Counts> {
        let members = self.read();
        if members.has_unread() || !members.is_current(facts, now) {
            return None;
        }
        let (expr, dimensions) = ask(members.tags());
        Some(super::counted(&members, &expr, &dimensions, now))
    }
}

/// Members as the store has them, and what they did.
type Pasts = (Vec<Member>, Vec<(u64, Event)>);

async fn read_pasts(store: &Store, pid: &str, users: &[u64]) -> Result<Pasts, Fault> {
    let (pid, ids) = (pid.to_owned(), users.iter().map(u64::to_string).collect::<Vec<_>>());
    let read = move |tx: &mut Tx| {
        let users: Vec<&str> = ids.iter().map(String::as_str).collect();
        let rows = store::member::get_many(tx, &pid, &users)?;
        let events = history::of_users(tx, &pid, &users)?;
        let events = events.iter().filter_map(|row| Some((row.user_id.parse().ok()?, event(row))));
        Ok((rows, events.collect()))
    };
    store.read(read).await
}

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;
