//! The bodies of calls that nobody has verified yet: how much memory and time they may take.
//!
//! Each body has a little memory for itself. What is more is drawn, as its bytes arrive, from a budget that all bodies
//! share: so many callers who send long bodies, or begin to, hold no more than the budget. An address may hold as much
//! as is left free: one alone gets half of the budget, each of ten an eleventh, and as much is there for the next. An
//! address that was refused too often draws from a small budget apart. Who gets nothing waits a while, unread, and is
//! then refused as under any overload; who holds some waits less, for others wait for that. While a body waits, others
//! of its address that hold some are given up: those that stall, and one by one those that have held most for longest.
//! What was drawn is held until the call is answered.

use axum::body::Body;
use http_body_util::BodyExt;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// The most bytes of a body (`docs/decisions.md`, "Limits").
pub const BODY_MAX: usize = wire::BODY_BYTES_MAX;
/// What each body may hold without asking; nearly every call is far shorter.
const FREE: usize = 64 << 10;
/// What all bodies may hold beyond that.
const BUDGET: usize = 256 << 20;
/// What those of addresses that were refused too often may hold beyond that. One whole body of one such address fits,
/// so that a good call among them is read.
const LIMITED_BUDGET: usize = 2 * BODY_MAX;
/// A long body's memory grows by as much at a time.
const STEP: usize = 1 << 20;

/// How long bodies may take.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// A body must have arrived whole within this time.
    whole: Duration,
    /// Of a body that has drawn from a budget this many bytes must arrive in every ...
    step: usize,
    /// ... of these. Its memory is others' too.
    of_step: Duration,
    /// ... or of these, while another body of its address waits for memory: whoever stalls keeps nobody else waiting.
    /// Who has waited so long takes the memory of another, and again after as long.
    of_wanted_step: Duration,
    /// How long it may wait for the first memory that it draws.
    for_memory: Duration,
    /// How long for more, each time.
    for_more: Duration,
}

const TIMES: Times = Times {
    whole: Duration::from_secs(60),
    step: 64 << 10,
    of_step: Duration::from_secs(5),
    of_wanted_step: Duration::from_secs(1),
    for_memory: Duration::from_secs(10),
    for_more: Duration::from_secs(5),
};

/// The reason for which a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It is longer than [`BODY_MAX`], or broke off.
    LongOrBroken,
    /// It did not arrive in time.
    Slow,
    /// Others' bodies hold what memory there is, or were in want of its own.
    NoMemory,
}

/// A call's body, and the memory that it holds of a budget.
pub struct CallBody<'a> {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Must be kept as long as the bytes, or what was made of them.
    pub share: MemoryShare<'a>,
}

/// The budgets.
pub struct Bodies {
    all: Budget,
    limited: Budget,
    times: Times,
}

impl Default for Bodies {
    fn default() -> Bodies {
        Bodies { all: Budget::new(BUDGET), limited: Budget::new(LIMITED_BUDGET), times: TIMES }
    }
}

impl Bodies {
    /// Reads a body of this address; of one that is `limited`, from what those have.
    pub async fn read(&self, mut body: Body, address: IpAddr, limited: bool) -> Result<CallBody<'_>, BodyError> {
        let budget = if limited { &self.limited } else { &self.all };
        let mut whole = CallBody { bytes: Vec::new(), share: MemoryShare::new(budget, address) };
        let end = Instant::now() + self.times.whole;
        // The first is the end of the step while another body of the address waits for memory.
        let (mut wanted_end, mut step_end, mut step_bytes) = (end, end, 0);
        loop {
            let next = timeout_at(wanted_end.min(end), body.frame());
            let next = tokio::select! {
                biased;
                () = whole.share.given_up() => return Err(BodyError::NoMemory),
                next = next => next,
            };
            let frame = match next {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => {
                    whole.share.is_whole();
                    return Ok(whole);
                }
                Ok(Some(Err(_))) => return Err(BodyError::LongOrBroken),
                Err(_) if step_end.min(end) <= Instant::now() || budget.is_wanted(address) => {
                    return Err(BodyError::Slow);
                }
                Err(_) => {
                    wanted_end = step_end.min(Instant::now() + self.times.of_wanted_step);
                    continue;
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            let len = whole.bytes.len() + data.len();
            if BODY_MAX < len {
                return Err(BodyError::LongOrBroken);
            }
            step_bytes += data.len();
            if whole.make_room(len, &self.times, end).await? || self.times.step <= step_bytes {
                let now = Instant::now();
                (wanted_end, step_end, step_bytes) = (now + self.times.of_wanted_step, now + self.times.of_step, 0);
            }
            whole.bytes.extend_from_slice(&data);
        }
    }

    /// What is held of the budgets.
    pub fn held(&self) -> usize {
        self.all.held() + self.limited.held()
    }
}

impl CallBody<'_> {
    /// Lets the bytes grow to `len`; whether that was drawn from the budget.
    async fn make_room(&mut self, len: usize, times: &Times, end: Instant) -> Result<bool, BodyError> {
        if len <= self.bytes.capacity() {
            return Ok(false);
        }
        let next = (self.bytes.capacity() * 2).min(self.bytes.capacity() + STEP).clamp(len, BODY_MAX);
        // The last of what is free is taken whole before anything is drawn.
        let next = if len <= FREE { next.min(FREE) } else { next };
        let more = next.saturating_sub(FREE + self.share.bytes);
        if 0 < more {
            let wait = if self.share.bytes == 0 { times.for_memory } else { times.for_more };
            let draw = self.share.draw(more, times.of_wanted_step);
            timeout_at(end.min(Instant::now() + wait), draw).await.ok().flatten().ok_or(BodyError::NoMemory)?;
        }
        self.bytes.reserve_exact(next - self.bytes.len());
        Ok(0 < more)
    }
}

/// A number of bytes that is shared.
struct Budget {
    max: usize,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Default)]
struct State {
    held: usize,
    /// Only addresses that hold some.
    by_address: HashMap<IpAddr, usize>,
    /// How many bodies wait for some, of addresses with any.
    waiting: HashMap<IpAddr, usize>,
    /// The bodies that hold some and have not come to their end, of addresses with any.
    arriving: HashMap<IpAddr, Vec<Arc<Arriving>>>,
}

/// A body that holds some memory and has not come to its end.
struct Arriving {
    began: Instant,
    bytes: AtomicUsize,
    /// Told to let go of it.
    given_up: Notify,
}

impl Arriving {
    /// What it has kept from others: bytes and milliseconds. One that has just begun has kept nothing.
    fn cost(&self, now: Instant) -> u128 {
        self.bytes.load(Ordering::Relaxed) as u128 * now.saturating_duration_since(self.began).as_millis()
    }
}

impl Budget {
    fn new(max: usize) -> Budget {
        Budget { max, state: Mutex::default(), freed: Notify::new() }
    }

    fn held(&self) -> usize {
        self.state.lock().expect("no holder panics").held
    }

    /// Whether a body of this address waits for memory.
    fn is_wanted(&self, address: IpAddr) -> bool {
        self.state.lock().expect("no holder panics").waiting.contains_key(&address)
    }

    fn try_draw(&self, address: IpAddr, bytes: usize) -> bool {
        let mut state = self.state.lock().expect("no holder panics");
        let of_address = state.by_address.get(&address).copied().unwrap_or_default();
        let fits = of_address + bytes <= self.max - state.held;
        if fits {
            state.held += bytes;
            state.by_address.insert(address, of_address + bytes);
        }
        fits
    }

    /// Gives up the body of this address that has kept most from others, and more than `waiting` has, which is in want.
    /// None that began within `grace` is given up, or many that come at once would keep each other from their end.
    fn give_up_one(&self, address: IpAddr, waiting: Option<&Arc<Arriving>>, grace: Duration) {
        let now = Instant::now();
        let own = waiting.map_or(0, |waiting| waiting.cost(now));
        let mut state = self.state.lock().expect("no holder panics");
        let Some(arriving) = state.arriving.get_mut(&address) else { return };
        let old = arriving.iter().enumerate().filter(|(_, one)| grace <= now.saturating_duration_since(one.began));
        let costliest = old.map(|(nth, one)| (one.cost(now), nth)).filter(|(cost, _)| own < *cost).max();
        if let Some((_, nth)) = costliest {
            arriving.swap_remove(nth).given_up.notify_one();
        }
    }

    /// This body can be given up no longer.
    fn forget(&self, address: IpAddr, body: &Arc<Arriving>) {
        let mut state = self.state.lock().expect("no holder panics");
        if let Some(arriving) = state.arriving.get_mut(&address) {
            arriving.retain(|one| !Arc::ptr_eq(one, body));
            if arriving.is_empty() {
                state.arriving.remove(&address);
            }
        }
    }

    fn give_back(&self, address: IpAddr, bytes: usize) {
        let mut state = self.state.lock().expect("no holder panics");
        state.held -= bytes;
        if let Some(of_address) = state.by_address.get_mut(&address) {
            *of_address -= bytes;
            if *of_address == 0 {
                state.by_address.remove(&address);
            }
        }
        drop(state);
        self.freed.notify_waiters();
    }
}

/// The memory that a body holds of a budget; dropping it gives the memory back.
pub struct MemoryShare<'a> {
    budget: &'a Budget,
    address: IpAddr,
    bytes: usize,
    /// From its first bytes to the body's end.
    arriving: Option<Arc<Arriving>>,
}

impl<'a> MemoryShare<'a> {
    fn new(budget: &'a Budget, address: IpAddr) -> MemoryShare<'a> {
        MemoryShare { budget, address, bytes: 0, arriving: None }
    }

    /// Draws some more, once it is there: others of its address that keep it away are given up one by one, the first
    /// after `patience`. `None` when it is given up itself.
    async fn draw(&mut self, bytes: usize, patience: Duration) -> Option<()> {
        let waiting = Waiting::new(self.budget, self.address);
        let mut patient_until = Instant::now() + patience;
        loop {
            // Listening begins before looking, so that nothing that is given back in between is missed.
            let mut freed = std::pin::pin!(self.budget.freed.notified());
            freed.as_mut().enable();
            if self.budget.try_draw(self.address, bytes) {
                drop(waiting);
                self.drawn(bytes);
                return Some(());
            }
            let freed = tokio::select! {
                biased;
                () = self.given_up() => return None,
                freed = timeout_at(patient_until, freed) => freed,
            };
            if freed.is_err() {
                self.budget.give_up_one(self.address, self.arriving.as_ref(), patience);
                patient_until = Instant::now() + patience;
            }
        }
    }

    fn drawn(&mut self, bytes: usize) {
        self.bytes += bytes;
        if let Some(arriving) = &self.arriving {
            arriving.bytes.store(self.bytes, Ordering::Relaxed);
            return;
        }
        let began = Instant::now();
        let arriving = Arc::new(Arriving { began, bytes: AtomicUsize::new(self.bytes), given_up: Notify::new() });
        let mut state = self.budget.state.lock().expect("no holder panics");
        state.arriving.entry(self.address).or_default().push(arriving.clone());
        drop(state);
        self.arriving = Some(arriving);
    }

    /// Ends when another body of the address needs its memory; never, as long as it has none.
    async fn given_up(&self) {
        match &self.arriving {
            Some(arriving) => arriving.given_up.notified().await,
            None => std::future::pending().await,
        }
    }

    /// The body has come to its end; what it holds is the call's.
    fn is_whole(&mut self) {
        if let Some(arriving) = self.arriving.take() {
            self.budget.forget(self.address, &arriving);
        }
    }
}

/// A body that waits for memory, until it is dropped.
struct Waiting<'a> {
    budget: &'a Budget,
    address: IpAddr,
}

impl Waiting<'_> {
    fn new(budget: &Budget, address: IpAddr) -> Waiting<'_> {
        *budget.state.lock().expect("no holder panics").waiting.entry(address).or_default() += 1;
        Waiting { budget, address }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.state.lock().expect("no holder panics");
        if let Some(waiting) = state.waiting.get_mut(&self.address) {
            *waiting -= 1;
            if *waiting == 0 {
                state.waiting.remove(&self.address);
            }
        }
    }
}

impl Drop for MemoryShare<'_> {
    fn drop(&mut self) {
        self.is_whole();
        if 0 < self.bytes {
            self.budget.give_back(self.address, self.bytes);
        }
    }
}

#[cfg(test)]
mod tests;
