//! Does what is due, for as long as it runs: jobs in their transactions, deliveries by workers beside it.
//!
//! It looks at the store when a job was planned here, when the clock was moved, and, on PostgreSQL, five times a
//! second, since others plan jobs too. A job that fails leaves a line in the log and is tried again later; it holds up
//! nothing else.

mod host_queues;
mod leases;

pub use leases::Share;

use crate::app::App;
use crate::jobs::JOBS;
use crate::jobs::notice_deliver::{self, DeliveryReport, Outcome};
use host_queues::{HostQueues, Turn};
use leases::Leases;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::job::{self, Due};
use store::{Fault, Tx};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

/// How many jobs are read at once.
const PAGE: usize = 256;
/// How many are done at once.
const TOGETHER: usize = 32;
/// How many deliveries are recorded in one transaction, at most.
const RECORDED_TOGETHER: usize = 256;
/// How often others' plans are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Where nobody else plans, a look now and then does no harm.
const LOOK_ALONE_EVERY: Duration = Duration::from_secs(60);
/// After a failure to read what is due.
const READ_AGAIN_PAUSE: Duration = Duration::from_secs(1);
/// Looking at a long queue over and over may take a tenth of the time.
const REST_FACTOR: u32 = 9;
/// How long deliveries on their way are waited for at the end: longer than one can take.
const ENDING_MAX: Duration = Duration::from_secs(12);

/// The running work of one process.
pub struct Runner {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Runner {
    /// Begins to do what is due.
    pub fn start(app: Arc<App>, share: Share) -> Runner {
        let (stop, stopped) = watch::channel(false);
        let (sent, made) = mpsc::channel(2 * RECORDED_TOGETHER);
        let queues = Arc::new(HostQueues::default());
        let recording = tokio::spawn(record(app.clone(), queues.clone(), made));
        let leases = Leases::new(&app.store, share);
        let work = Work { app, queues, leases, sent };
        Runner { stop, task: tokio::spawn(work.run(stopped, recording)) }
    }

    /// Ends when what has begun is done, and gives the leases back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the runner of jobs panicked");
        }
    }
}

struct Work {
    app: Arc<App>,
    queues: Arc<HostQueues>,
    leases: Leases,
    sent: mpsc::Sender<DeliveryReport>,
}

impl Work {
    async fn run(mut self, mut stop: watch::Receiver<bool>, recording: JoinHandle<()>) {
        let app = self.app.clone();
        while !*stop.borrow() {
            let started = Instant::now();
            let (rest, wait) = match self.look().await {
                Ok(LookResult { did_something: true, .. }) => continue,
                Ok(LookResult { next_in, is_long: false, .. }) => (Duration::ZERO, next_in),
                Ok(LookResult { next_in, is_long: true, .. }) => (started.elapsed() * REST_FACTOR, next_in),
                Err(fault) => {
                    tracing::warn!(error = &fault as &dyn Error, "what is due cannot be read; trying again");
                    (READ_AGAIN_PAUSE, Duration::ZERO)
                }
            };
            let rested = async {
                tokio::time::sleep(rest).await;
                app.wakeup.sleep(app.clock.now(), wait).await;
            };
            tokio::select! {
                () = rested => {}
                _ = stop.changed() => {}
            }
        }
        let Work { app, queues, leases, sent } = self;
        queues.give_up(|_| true);
        drop(sent);
        // The recording ends when the last worker has handed over its delivery.
        if tokio::time::timeout(ENDING_MAX, recording).await.is_err() {
            tracing::warn!("deliveries on their way could not be waited for; they are made again");
        }
        if let Err(fault) = leases.give_back(&app).await {
            tracing::warn!(error = &fault as &dyn Error, "leases could not be given back; others wait for their lapse");
        }
    }

    /// Goes through everything that is due, once.
    async fn look(&mut self) -> Result<LookResult, Fault> {
        let (now, mut last, mut pages) = (self.app.clock.now(), None, 0_u32);
        let (mut did_something, mut has_room) = (false, true);
        loop {
            self.leases.keep(&self.app, &self.queues).await?;
            let after: Option<Due> = last.take();
            let read = move |tx: &mut Tx| job::due(tx, &job::KINDS, now, after.as_ref(), PAGE);
            let page: Vec<Due> = self.app.store.read::<_, Fault, _>(read).await?;
            pages += 1;
            let is_last = page.len() < PAGE;
            last = page.last().cloned();
            let mine = page.into_iter().filter(|due| self.leases.holds(due.subject) && !self.app.wakeup.is_paused(due));
            let (deliveries, jobs): (Vec<Due>, Vec<Due>) = mine.partition(|due| due.kind == notice_deliver::KIND);
            for due in deliveries {
                has_room &= self.queues.offer(&due.queue, due.subject);
            }
            employ(&self.app, &self.queues, &self.sent);
            did_something |= !jobs.is_empty();
            self.do_all(jobs).await;
            if is_last {
                break;
            }
        }
        let next_in = match (did_something, has_room) {
            (true, _) => Duration::ZERO,
            (false, true) => self.next_in(now).await?,
            (false, false) => LOOK_EVERY,
        };
        Ok(LookResult { did_something, next_in, is_long: 1 < pages })
    }

    /// After how long to look again unless it is woken.
    async fn next_in(&self, now: i64) -> Result<Duration, Fault> {
        let every = if self.app.store.has_other_processes() { LOOK_EVERY } else { LOOK_ALONE_EVERY };
        let every = self.app.wakeup.next_try().map_or(every, |next| every.min(next));
        if self.app.store.has_other_processes() || self.app.clock.stands_still() {
            return Ok(every);
        }
        let first = move |tx: &mut Tx| job::first_after(tx, &job::KINDS, now);
        let first: Option<Due> = self.app.store.read::<_, Fault, _>(first).await?;
        let due_in = first.map(|due| u64::try_from(due.due_at - now).unwrap_or_default());
        Ok(due_in.map_or(every, |due_in| every.min(Duration::from_millis(due_in))))
    }

    /// Does jobs, a few at a time: those of one moment have no order among them.
    async fn do_all(&self, jobs: Vec<Due>) {
        let mut running = JoinSet::new();
        for due in jobs {
            while TOGETHER <= running.len() {
                running.join_next().await;
            }
            let app = self.app.clone();
            running.spawn(async move {
                let job = JOBS.iter().find(|job| job.kind == due.kind).expect("only known kinds are read");
                let result = job.run(&app, &due).await;
                app.wakeup.ended(&due.kind, due.subject, result.err().as_ref());
            });
        }
        while running.join_next().await.is_some() {}
    }
}

/// What the runner has found in one look at the store.
struct LookResult {
    did_something: bool,
    next_in: Duration,
    is_long: bool,
}

/// Starts as many workers as there is work for.
fn employ(app: &Arc<App>, queues: &Arc<HostQueues>, sent: &mpsc::Sender<DeliveryReport>) {
    while let Some(turn) = queues.begin() {
        tokio::spawn(work(app.clone(), queues.clone(), sent.clone(), turn));
    }
}

/// A worker: makes deliveries while it is anybody's turn.
async fn work(app: Arc<App>, queues: Arc<HostQueues>, sent: mpsc::Sender<DeliveryReport>, first: Turn) {
    let mut next = Some(first);
    while let Some(turn) = next {
        let id = turn.notice;
        let found = app.store.read::<_, Fault, _>(move |tx: &mut Tx| store::notice::find(tx, id)).await;
        let mut slow = false;
        match found {
            // It was queued from a page of what was due; meanwhile it may have been delivered.
            Ok(Some(notice)) if notice.next_at.is_none_or(|at| app.clock.now() < at) => queues.forget(id),
            Ok(Some(notice)) => {
                let report = notice_deliver::deliver(&app, notice).await;
                let outcome = Outcome::ALL.iter().find(|(outcome, _)| *outcome == report.outcome);
                app.metrics.delivered(outcome.expect("all are named").1);
                slow = report.outcome == Outcome::TimedOut;
                // The recorder lives as long as any worker.
                drop(sent.send(report).await);
            }
            Ok(None) => {
                let gone = Fault::bug("a delivery of a notification that is not there");
                app.wakeup.ended(notice_deliver::KIND, id, Some(&gone));
                queues.forget(id);
            }
            Err(fault) => {
                app.wakeup.ended(notice_deliver::KIND, id, Some(&fault));
                queues.forget(id);
            }
        }
        next = queues.next(&turn, slow);
        // A host that is slow no more may have others at once again.
        employ(&app, &queues, &sent);
    }
}

/// Records deliveries, as many in a transaction as are there. Whatever cannot be recorded is delivered again.
async fn record(app: Arc<App>, queues: Arc<HostQueues>, mut made: mpsc::Receiver<DeliveryReport>) {
    let mut batch = Vec::new();
    while made.recv_many(&mut batch, RECORDED_TOGETHER).await > 0 {
        // Row locks are taken in one order, whoever records.
        batch.sort_unstable_by_key(|report| report.notice.new.id);
        let all = Arc::new(std::mem::take(&mut batch));
        let together = all.clone();
        let write = move |tx: &mut Tx| {
            together.iter().map(|one| notice_deliver::record(tx, one)).collect::<Result<Vec<_>, _>>()
        };
        let result = app.store.write::<_, Fault, _>(write).await;
        for at in 0..all.len() {
            let id = all[at].notice.new.id;
            // One that cannot be kept must not take its neighbours with it.
            let alone = match &result {
                Ok(next) => Ok(next[at]),
                Err(_) => {
                    let one = all.clone();
                    app.store.write::<_, Fault, _>(move |tx: &mut Tx| notice_deliver::record(tx, &one[at])).await
                }
            };
            queues.forget(id);
            app.wakeup.ended(notice_deliver::KIND, id, alone.as_ref().err());
            // One that was resent while it was delivered is due: who looked before it was forgotten here left it alone.
            if alone.is_ok_and(|next| next.is_some_and(|next_at| next_at <= app.clock.now())) {
                app.wakeup.wake();
            }
        }
    }
}
