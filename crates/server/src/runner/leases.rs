//! Which slices of the buckets this process does the jobs of.
//!
//! Processes on one PostgreSQL share them evenly; a slice whose holder's beat has stood still for [`LAPSE`], by this
//! process's own watch, is taken over. No two clocks are ever compared. A lease keeps work from being done twice in
//! vain; that an effect happens once is for the transaction to see to. On SQLite there is one process, and it holds
//! all.

use super::host_queues::HostQueues;
use crate::app::App;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};
use store::lease::{self, Lease, NOBODY};
use store::{BUCKETS, Bucket, Fault, Store, Tx};

/// How many slices there are; fixed, for processes of several builds share them.
const SLICES: usize = 16;
/// How often a holder shows that it lives.
const BEAT: Duration = Duration::from_millis(1_500);
/// How long a beat must stand still before its slice is taken over.
const LAPSE: Duration = Duration::from_secs(5);
/// How long a process that cannot reach the store believes in its leases: it must stop before others begin.
const BELIEVED: Duration = Duration::from_secs(4);

/// Whether a process is there to do jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// As long as it runs: it takes its part from the others, and shows that it lives.
    Even,
    /// For a moment: it takes what nobody has.
    Rest,
}

/// What this process holds.
pub struct Leases {
    /// Nothing to share: it holds all.
    alone: bool,
    me: i64,
    share: Share,
    held: BTreeSet<i64>,
    /// To be given back when nothing of them is on its way any more.
    leaving: BTreeSet<i64>,
    watched: HashMap<i64, (Lease, Instant)>,
    /// When the last beat that reached the store began.
    beaten_at: Option<Instant>,
}

/// The slice that a thing's job is in.
fn slice_of(id: i64) -> i64 {
    let slice = usize::from(Bucket::of_id(id).number()) * SLICES / usize::from(BUCKETS);
    i64::try_from(slice).expect("few slices")
}

impl Leases {
    /// Of this process, which holds nothing yet.
    pub fn new(store: &Store, share: Share) -> Leases {
        Leases {
            alone: !store.has_other_processes(),
            me: store.origin(),
            share,
            held: BTreeSet::new(),
            leaving: BTreeSet::new(),
            watched: HashMap::new(),
            beaten_at: None,
        }
    }

    /// Whether jobs about this thing are to be begun here.
    pub fn holds(&self, id: i64) -> bool {
        let believed = self.beaten_at.is_some_and(|at| at.elapsed() < BELIEVED);
        self.alone || (believed && self.held.contains(&slice_of(id)) && !self.leaving.contains(&slice_of(id)))
    }

    /// Shows that it lives, takes over what others have left, and gives back what is more than its part, if it is time
    /// to.
    pub async fn keep(&mut self, app: &App, queues: &HostQueues) -> Result<(), Fault> {
        if self.alone || self.beaten_at.is_some_and(|at| at.elapsed() < BEAT) {
            return Ok(());
        }
        let (started, me, share) = (Instant::now(), self.me, self.share);
        let beat = move |tx: &mut Tx| {
            if share == Share::Even {
                lease::mark(tx, me)?;
            }
            lease::beat(tx, me)?;
            lease::all(tx)
        };
        let seen: Vec<Lease> = app.store.write::<_, Fault, _>(beat).await?;
        self.watch(&seen, started);
        self.held = seen.iter().filter(|it| it.holder == me && 0 <= it.slice).map(|it| it.slice).collect();
        self.beaten_at = Some(started);

        let lapsed = |it: &Lease| self.watched[&it.slice].1.elapsed() >= LAPSE;
        let dead: Vec<Lease> = seen.iter().filter(|it| it.slice < 0 && lapsed(it)).copied().collect();
        let living = seen.iter().filter(|it| it.slice < 0 && !lapsed(it)).count();
        let part = match share {
            Share::Even => SLICES.div_ceil(living.max(1)),
            Share::Rest => SLICES,
        };
        let free = |slice: &i64| {
            let row = seen.iter().find(|it| it.slice == *slice);
            row.is_none_or(|it| it.holder != me && (it.holder == NOBODY || lapsed(it)))
        };
        let wanted: Vec<(i64, Option<Lease>)> = (0..)
            .take(SLICES)
            .filter(free)
            .map(|slice| (slice, seen.iter().find(|it| it.slice == slice).copied()))
            .take(part.saturating_sub(self.held.len()))
            .collect();
        let surplus = self.held.len().saturating_sub(part);
        self.leaving = self.held.iter().rev().take(surplus).copied().collect();
        let left: BTreeSet<i64> =
            self.leaving.iter().filter(|slice| queues.give_up(|notice| slice_of(notice) == **slice)).copied().collect();
        if wanted.is_empty() && left.is_empty() && dead.is_empty() {
            return Ok(());
        }
        let given: Vec<Lease> = seen.into_iter().filter(|it| left.contains(&it.slice)).collect();
        let settle = move |tx: &mut Tx| {
            let mut taken = Vec::new();
            for &(slice, row) in &wanted {
                let got = match row {
                    Some(row) => lease::pass(tx, row, me)?,
                    None => lease::take_new(tx, slice, me)?,
                };
                taken.extend(got.then_some(slice));
            }
            for &row in &given {
                lease::pass(tx, row, NOBODY)?;
            }
            for &row in &dead {
                lease::remove(tx, row)?;
            }
            Ok::<_, Fault>(taken)
        };
        self.held.extend(app.store.write(settle).await?);
        self.held.retain(|slice| !left.contains(slice));
        self.leaving.retain(|slice| !left.contains(slice));
        Ok(())
    }

    /// Gives everything back, so that others need not wait.
    pub async fn give_back(self, app: &App) -> Result<(), Fault> {
        if self.alone {
            return Ok(());
        }
        let me = self.me;
        let give = move |tx: &mut Tx| {
            for row in lease::all(tx)?.into_iter().filter(|it| it.holder == me) {
                if row.slice < 0 { lease::remove(tx, row)? } else { lease::pass(tx, row, NOBODY).map(drop)? }
            }
            Ok(())
        };
        app.store.write(give).await
    }

    /// Notes since when each beat has stood still.
    fn watch(&mut self, seen: &[Lease], now: Instant) {
        let before = std::mem::take(&mut self.watched);
        for lease in seen {
            let since = match before.get(&lease.slice) {
                Some((known, since)) if known == lease => *since,
                _ => now,
            };
            self.watched.insert(lease.slice, (*lease, since));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_ranges_of_buckets() {
        for (bucket, expect) in [(0, 0), (63, 0), (64, 1), (1023, 15)] {
            assert_eq!(slice_of(7 << 10 | bucket), expect, "{bucket}");
        }
    }
}
