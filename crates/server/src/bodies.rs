//! The bodies of calls that nobody has verified yet: how much memory and time they may take.
//!
//! Each body has a little memory for itself. What is more is drawn, as its bytes arrive, from a budget that all bodies
//! share: so many callers who send long bodies, or begin to, hold no more than the budget. An address may hold as much
//! as is left free: one alone gets half of the budget, each of ten an eleventh, and as much is there for the next. An
//! address that was refused too often draws from a small budget apart. Who gets nothing waits a while, unread, and is
//! then refused as under any overload; who holds some waits less, for others wait for that. While a body waits, others
//! of its address that hold some and stall are given up. What was drawn is held until the call is answered.

use axum::body::Body;
use http_body_util::BodyExt;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
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
    /// Others' bodies hold what memory there is.
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
        let mut whole = CallBody { bytes: Vec::new(), share: MemoryShare { budget, address, bytes: 0 } };
        let end = Instant::now() + self.times.whole;
        // The first is the end of the step while another body of the address waits for memory.
        let (mut wanted_end, mut step_end, mut step_bytes) = (end, end, 0);
        loop {
            let frame = match timeout_at(wanted_end.min(end), body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => return Ok(whole),
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
            timeout_at(end.min(Instant::now() + wait), self.share.draw(more)).await.map_err(|_| BodyError::NoMemory)?;
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
}

impl MemoryShare<'_> {
    /// Draws some more, once it is there.
    async fn draw(&mut self, bytes: usize) {
        let _waiting = Waiting::new(self.budget, self.address);
        loop {
            // Listening begins before looking, so that nothing that is given back in between is missed.
            let mut freed = std::pin::pin!(self.budget.freed.notified());
            freed.as_mut().enable();
            if self.budget.try_draw(self.address, bytes) {
                self.bytes += bytes;
                return;
            }
            freed.await;
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
        if 0 < self.bytes {
            self.budget.give_back(self.address, self.bytes);
        }
    }
}

#[cfg(test)]
mod tests;
