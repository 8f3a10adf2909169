//! What every call shares: store, clock, keys, apps, crowd index.

pub mod clock;
pub mod identity;
pub mod logins;
mod opening;
pub mod pins;
pub mod site;
#[cfg(test)]
mod tests;

pub use opening::{AppError, MASTER_KEY_CHECK, Opening, try_master_key};

use crate::admission::{Admission, Received};
use crate::bodies::Bodies;
use crate::directory::Directory;
use crate::index::{Index, IndexUpdater};
use crate::keys::{MasterKey, Signer};
use crate::metrics::Metrics;
use crate::outbound::{Outbound, Reach};
use crate::passwords::Passwords;
use crate::rate_limit::{FailedAttempts, RateLimit, TimeBudget, Turns};
use crate::request_log::{METHOD_CHARS_MAX, RECORDING, RequestLog};
use crate::terminal::clipped;
use crate::wakeup::Wakeup;
use clock::Clock;
use identity::StoredIdentity;
use opening::setting;
use site::Site;
use std::collections::HashMap;
use std::error::Error;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::rejected_call::{RejectedCall, Ring};
use store::{Change, Mode, Store, Tx};
use tokio::sync::{oneshot, watch};

/// How many wrong PINs an address may send in any [`WRONG_PINS_WINDOW`], over all accounts, before its tries come in
/// turn (`docs/decisions.md`, "Pay PIN").
const WRONG_PINS_MAX: usize = 20;
/// The window of [`WRONG_PINS_MAX`], of real time.
const WRONG_PINS_WINDOW: Duration = Duration::from_secs(15 * 60);
/// How many wrong passwords for one name an address may send in any [`WRONG_PINS_WINDOW`].
const WRONG_PASSWORDS_MAX: usize = 5;
/// How many wrong passwords an address may send in any [`WRONG_SIGN_INS_WINDOW`].
const WRONG_SIGN_INS_MAX: usize = 50;
/// The window of [`WRONG_SIGN_INS_MAX`], of real time.
const WRONG_SIGN_INS_WINDOW: Duration = Duration::from_secs(3_600);
/// How long a PIN waits while others of its address, not known to be right or wrong, fill [`WRONG_PINS_MAX`].
/// The same of one that waits for its turn.
const PIN_WAIT_MAX: Duration = Duration::from_secs(5);
/// Between two tries of an address that has sent [`WRONG_PINS_MAX`].
const PIN_PAUSE: Duration = Duration::from_secs(3);

/// How much of a core finding out about refused signatures may take on a platform, whoever sends how many: a tenth.
const DIAGNOSES_TIME_MAX: Duration = Duration::from_millis(100);
/// The window of [`DIAGNOSES_TIME_MAX`], of real time.
const DIAGNOSES_WINDOW: Duration = Duration::from_secs(1);

/// How old a call through `/v3` may be, and how far ahead its caller's clock (`docs/decisions.md`, "v3").
pub const V3_LATE_MAX: Duration = Duration::from_secs(600);

/// How many uploads' files are looked into at once, each of another app: a picture may take
/// [`crate::picture::DECODED_BYTES_MAX`] of memory twice.
const FILE_WORK_MAX: usize = 2;

/// How long an answer waits until the doctor has what was found out about its call.
const KEEP_WAIT_MAX: Duration = Duration::from_secs(5);

/// After missed changes could not be read, wait before the next attempt.
const READ_AGAIN_PAUSE: Duration = Duration::from_secs(1);

/// The shared parts of a process.
pub struct App {
    /// The store; everything else here is a cache of it, or its tool.
    pub store: Store,
    /// The clock that every door reads.
    pub clock: Clock,
    /// Signs answers and notifications with the platform's key.
    pub signer: Signer,
    /// Seals the secrets in the store.
    pub master_key: MasterKey,
    /// The cached apps and authorisations.
    pub directory: Directory,
    /// The addresses of pages.
    pub site: Arc<Site>,
    /// Every merchant's members, to count.
    pub index: Arc<Index>,
    /// Takes members into the index.
    pub index_updater: IndexUpdater,
    /// The rate limit, for each address, of calls that are refused before they are verified, and of wrong paths.
    pub unverified_calls: RateLimit,
    /// The processor time that finding out about refused signatures may take.
    pub diagnoses: TimeBudget,
    /// What a call with a good signature must meet before it runs.
    pub admission: Admission,
    /// The rate limit, for each address, of wrong PINs.
    pub wrong_pins: FailedAttempts,
    /// Checks operators' passwords.
    pub passwords: Passwords,
    /// The rate limit of wrong passwords for a name from one address.
    pub wrong_passwords: FailedAttempts<(IpAddr, String)>,
    /// The rate limit of wrong passwords from one address, whatever the names.
    pub wrong_sign_ins: FailedAttempts,
    /// The memory of calls that are being read.
    pub bodies: Bodies,
    /// The nonces of calls through `/v3`.
    pub nonces: Received,
    /// The turns of uploads whose files are looked into: what that takes of memory and of processors is bounded so.
    pub file_work: Turns,
    /// The counters of calls, refused signatures and deliveries.
    pub metrics: Metrics,
    /// What is kept of calls.
    pub request_log: RequestLog,
    /// Sends notifications.
    pub outbound: Outbound,
    /// Wakes the runner of jobs.
    pub wakeup: Wakeup,
    /// Held while a manual clock is moved.
    pub clock_moves: tokio::sync::Mutex<()>,
    /// Held while the platform's key and certificate are read from the store.
    key_reads: tokio::sync::Mutex<()>,
    /// What is being written about calls that are about to be answered, by their trace ids.
    keeping: Arc<Mutex<HashMap<String, oneshot::Receiver<()>>>>,
    ready: watch::Sender<bool>,
    runtime: tokio::runtime::Handle,
}

impl App {
    /// Opens the store and builds everything on it but the crowd index.
    pub async fn open(opening: Opening) -> Result<Arc<App>, AppError> {
        let (store, master_key, identity) = opening.store_and_keys().await?;
        let is_open = opening.notify_allow_private || store.mode() == Mode::StandIn;
        let unverified_calls = match store.mode() {
            Mode::Platform => RateLimit::of_unverified_calls(),
            Mode::StandIn => RateLimit::unlimited(),
        };
        let diagnoses = match store.mode() {
            Mode::Platform => TimeBudget::new(DIAGNOSES_TIME_MAX, DIAGNOSES_WINDOW),
            Mode::StandIn => TimeBudget::unlimited(),
        };
        let clock = setting(&store, Clock::SETTING).await?;
        let clock = Clock::from_setting(clock.as_deref()).ok_or_else(|| AppError::Clock(clock.unwrap_or_default()))?;
        let index = Arc::new(Index::default());
        let app = Arc::new(App {
            clock,
            signer: Signer::new(identity),
            master_key,
            directory: Directory::default(),
            site: Arc::default(),
            index_updater: IndexUpdater::start(index.clone()),
            index,
            unverified_calls,
            diagnoses,
            admission: opening.admission,
            wrong_pins: FailedAttempts::new(WRONG_PINS_MAX, WRONG_PINS_WINDOW, PIN_WAIT_MAX, PIN_PAUSE),
            passwords: Passwords::default(),
            wrong_passwords: FailedAttempts::new(WRONG_PASSWORDS_MAX, WRONG_PINS_WINDOW, PIN_WAIT_MAX, PIN_PAUSE),
            wrong_sign_ins: FailedAttempts::new(WRONG_SIGN_INS_MAX, WRONG_SIGN_INS_WINDOW, PIN_WAIT_MAX, PIN_PAUSE),
            bodies: Bodies::default(),
            nonces: Received::new(V3_LATE_MAX, Instant::now()),
            file_work: Turns::new(FILE_WORK_MAX),
            metrics: opening.metrics,
            request_log: RequestLog::new(store.mode()),
            outbound: Outbound::new(if is_open { Reach::All } else { Reach::Public }),
            wakeup: Wakeup::default(),
            clock_moves: tokio::sync::Mutex::default(),
            key_reads: tokio::sync::Mutex::default(),
            keeping: Arc::default(),
            ready: watch::Sender::new(false),
            runtime: tokio::runtime::Handle::current(),
            store,
        });
        let weak = Arc::downgrade(&app);
        app.store.on_change(move |change| {
            if let Some(app) = weak.upgrade() {
                app.apply_change(change);
            }
        })?;
        app.directory.load(&app.store).await?;
        // They may have changed before this process listened for changes.
        app.read_clock().await?;
        app.read_identity().await?;
        app.read_recording().await?;
        Ok(app)
    }

    /// Builds the crowd index; from then on the process is ready.
    pub async fn warm(&self) -> Result<(), store::Fault> {
        self.index.load(&self.store).await?;
        let (members, bytes) = self.index.size();
        tracing::info!(members, bytes, "the crowd index is built");
        self.ready.send_replace(true);
        Ok(())
    }

    /// Whether every kind of call can be answered.
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Waits until it is ready, for `time` at most; whether it is.
    pub async fn until_ready(&self, time: Duration) -> bool {
        let mut ready = self.ready.subscribe();
        let waited = tokio::time::timeout(time, ready.wait_for(|&ready| ready)).await;
        // The sender lives in here, so only the time can have run out.
        waited.is_ok()
    }

    /// Whether answers may carry advice: on a stand-in, whose callers are its developers.
    pub fn gives_hints(&self) -> bool {
        self.store.mode() == Mode::StandIn
    }

    /// A name for one call, in logs and in the answer's header: 32 hexadecimal digits.
    pub fn new_trace_id(&self) -> String {
        self.new_secret()
    }

    /// 128 random bits in 32 hexadecimal digits, which nobody guesses.
    pub fn new_secret(&self) -> String {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system has random bytes");
        format!("{:032x}", u128::from_be_bytes(bytes))
    }

    /// 16 random bytes, so that equal passwords are kept differently.
    pub fn new_salt(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system has random bytes");
        bytes
    }

    /// Keeps what was found out about a call, for `punchcard doctor`: a refused signature, or a likely mistake. It is
    /// written in the background; [`App::rejected_call_is_kept`] waits for that. `ring` says what it took to send the
    /// call, where its app is one; `cause` is a short name, `detail` the advice; where there is something to compare it
    /// with, a blank line, a title and that text follow.
    pub fn remember_rejected_call(
        &self,
        ring: Ring,
        trace_id: &str,
        app_id: &str,
        method: &str,
        cause: &str,
        detail: &str,
    ) {
        let ring = self.directory.app(app_id).map_or(Ring::UnknownApp, |_| ring);
        let row = RejectedCall {
            trace_id: trace_id.to_owned(),
            at: self.clock.now(),
            app_id: app_id.to_owned(),
            method: clipped(method, METHOD_CHARS_MAX),
            cause: cause.to_owned(),
            // It may repeat what an unknown caller has sent, and not every store has a place for U+0000.
            detail: detail.replace('\0', "\\u0000"),
        };
        let (store, keeping, trace_id) = (self.store.clone(), self.keeping.clone(), trace_id.to_owned());
        let (done, kept) = oneshot::channel();
        keeping.lock().expect("no holder panics").insert(trace_id.clone(), kept);
        tokio::spawn(async move {
            let write = move |tx: &mut Tx| store::rejected_call::record(tx, ring, &row);
            if let Err(failure) = store.write::<_, store::Fault, _>(write).await {
                let error = &failure as &dyn Error;
                tracing::error!(trace_id, error, "what was found out about a call could not be recorded");
            }
            // Still there when nobody waits any more, as when the caller has gone.
            keeping.lock().expect("no holder panics").remove(&trace_id);
            drop(done);
        });
    }

    /// Waits until what was found out about this call is in the store, if anything was, and no longer than
    /// [`KEEP_WAIT_MAX`].
    pub async fn rejected_call_is_kept(&self, trace_id: &str) {
        let kept = self.keeping.lock().expect("no holder panics").remove(trace_id);
        if let Some(kept) = kept {
            // A write that fails or takes longer has its own line in the log, or will have it; the answer stands.
            drop(tokio::time::timeout(KEEP_WAIT_MAX, kept).await);
        }
    }

    /// Reads everything anew. Until that is done the process is not ready: a count would not see what was missed.
    fn read_again(self: &Arc<Self>) {
        self.ready.send_replace(false);
        let app = self.clone();
        self.runtime.spawn(async move {
            while let Err(failure) = app.read_all().await {
                tracing::error!(error = &failure as &dyn Error, "missed changes could not be read again; trying again");
                tokio::time::sleep(READ_AGAIN_PAUSE).await;
            }
        });
    }

    async fn read_all(&self) -> Result<(), store::Fault> {
        self.directory.load(&self.store).await?;
        self.read_clock().await?;
        self.read_identity().await?;
        self.read_recording().await?;
        self.warm().await
    }

    /// Records whole calls of the apps that the store says.
    async fn read_recording(&self) -> Result<(), store::Fault> {
        let stored = setting(&self.store, RECORDING).await?;
        self.request_log.recording.apply(stored.as_deref().unwrap_or_default());
        Ok::<_, store::Fault>(())
    }

    /// Moves a manual clock to where the store has it.
    async fn read_clock(&self) -> Result<(), store::Fault> {
        let stored = setting(&self.store, Clock::SETTING).await?;
        if let Some(at) = stored.as_deref().and_then(Clock::read) {
            self.clock.advance_to(at);
            self.wakeup.wake();
        }
        Ok::<_, store::Fault>(())
    }

    /// Signs with the key that the store has, under the certificate that it has. One reads at a time, so the last of
    /// several changes is the one that holds, in whatever order this process learns of them.
    pub async fn read_identity(&self) -> Result<(), store::Fault> {
        let _alone = self.key_reads.lock().await;
        match self.store.read(StoredIdentity::read).await?.open(&self.master_key) {
            Some(identity) if self.signer.is(&identity) => {}
            Some(identity) => self.signer.replace(identity),
            None => tracing::error!("the platform's private key in the store cannot be read"),
        }
        Ok::<_, store::Fault>(())
    }

    /// Applies a committed change, this process's own or another's, to what is held in memory.
    fn apply_change(self: &Arc<Self>, change: &Change) {
        match change {
            Change::Members { pid, rows } => self.index_updater.take(pid, rows),
            Change::Sales { pid, rows } => self.index.put_sums(pid, rows),
            Change::Tags { pid, tags } => self.index.define(pid, tags),
            Change::App(row) => self.directory.put_app(row),
            Change::Authorization(row) => self.directory.put_authorization(row),
            Change::Setting { name, value } if **name == *Clock::SETTING => {
                if let Some(at) = Clock::read(value) {
                    self.clock.advance_to(at);
                    self.wakeup.wake();
                }
            }
            Change::Setting { name, value } if **name == *RECORDING => self.request_log.recording.apply(value),
            Change::Setting { name, .. } if identity::SETTINGS.contains(&&**name) => {
                let app = self.clone();
                self.runtime.spawn(async move {
                    while let Err(failure) = app.read_identity().await {
                        tracing::error!(
                            error = &failure as &dyn Error,
                            "the platform's new key could not be read; trying again"
                        );
                        tokio::time::sleep(READ_AGAIN_PAUSE).await;
                    }
                });
            }
            // What is due later is seen when the runner looks at the store next.
            Change::Job { due_at } if *due_at <= self.clock.now() || !self.clock.stands_still() => {
                self.wakeup.planned(*due_at);
            }
            Change::Events { pid, rows } => self.index.put_events(pid, rows),
            Change::Shop(shop) => self.index.shop_changed(&shop.pid),
            Change::Setting { .. } | Change::Merchant(_) | Change::Job { .. } => {}
            Change::Missed => self.read_again(),
        }
    }
}
