//! An operation on its way to a thread that owns a connection, and its answer on the way back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::fault::Fault;
use super::tx::Tx;

/// What a queue holds: a closure, whatever its types.
pub(crate) trait Op: Send {
    /// Runs the closure once, panics caught; whether its work is to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Its answer is this fault, whatever it was before.
    fn fail(&mut self, fault: Fault);
    /// Sends the answer; nobody may be waiting for it any more.
    fn answer(self: Box<Self>);
}

/// A closure with room for its result.
pub(crate) struct Job<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<(Result<T, E>, F)>,
}

/// Where the caller waits. The closure comes back with the result, so that the caller frees what it had captured.
pub(crate) type Answer<T, E, F> = oneshot::Receiver<(Result<T, E>, F)>;

/// An operation that took longer than this is logged at debug level: nothing in it should block.
const SLOW: Duration = Duration::from_millis(5);

impl<T, E, F> Job<T, E, F>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    pub(crate) fn new(work: F) -> (Job<T, E, F>, Answer<T, E, F>) {
        let (answer, waiting) = oneshot::channel();
        (Job { work, result: None, answer }, waiting)
    }
}

impl<T, E, F> Op for Job<T, E, F>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let started = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
            .unwrap_or_else(|panic| Err(E::from(tx.fail(Fault::bug(format!("panicked: {}", message(&*panic)))))));
        let result = match tx.failed() {
            Some(fault) if result.is_ok() => Err(E::from(fault.clone())),
            _ => result,
        };
        let kept = result.is_ok();
        self.result = Some(result);
        if started.elapsed() > SLOW {
            let work = std::any::type_name::<F>();
            tracing::debug!(work, elapsed_us = started.elapsed().as_micros(), kept, "slow operation");
        }
        kept
    }

    fn fail(&mut self, fault: Fault) {
        self.result = Some(Err(E::from(fault)));
    }

    fn answer(self: Box<Self>) {
        let Job { work, result, answer } = *self;
        let result = result.unwrap_or_else(|| Err(E::from(Fault::bug("answered before it was run"))));
        // A caller that has hung up misses its answer; the work is done all the same.
        drop(answer.send((result, work)));
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
