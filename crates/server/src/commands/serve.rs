//! `punchcard serve`: answers calls until a signal stops it.

mod standing;

use super::{Failure, ModeArg, StoreArgs, at_least_one, output};
use crate::admission::{Admission, CallLimit, CallLimits, Freshness};
use crate::app::App;
use crate::app::clock::{parse_time, system_now};
use crate::app::site::{Site, check_base_url};
use crate::control::{self, socket_path};
use crate::demo;
use crate::doors::caller::{TrustedProxies, network};
use crate::doors::connections::{self, Connections};
use crate::doors::console::Hosts;
use crate::doors::{gateway, h5, health, home, listener, operator, v3};
use crate::duration;
use crate::log;
use crate::methods::Entry;
use crate::request_log::Limits;
use crate::runner::{Runner, Share};
use crate::world::{ApplyError, WorldText, apply};
use axum::Router;
use axum::routing::{any, get};
use clap::Args;
use clap::builder::FalseyValueParser;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::operator::is_any as is_any_operator;
use store::{Mode, Tx};
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// Answer calls, until stopped.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard serve --demo                          a world to try, with keys and snippets in ./punchcard-data/demo
  punchcard serve --world shop.toml               your own world, for developing
  punchcard serve --mode platform --world shop.toml --listen 0.0.0.0:8088 --base-url https://shop.example.com
                                                  for real members; --database-url postgres://… keeps them there")]
pub struct Serve {
    /// Where to listen; may be given several times (the official Python SDK needs port 80)
    #[arg(
        long,
        env = "PUNCHCARD_LISTEN",
        value_delimiter = ',',
        default_value = "127.0.0.1:8088",
        value_name = "ADDRESS"
    )]
    listen: Vec<String>,
    /// Where to serve the console, /metrics, /healthz and /readyz [default: the next port after the first --listen, on
    /// 127.0.0.1]
    #[arg(long, env = "PUNCHCARD_OPERATOR_LISTEN", value_name = "ADDRESS")]
    operator_listen: Option<String>,
    /// Whether to serve the console there
    #[arg(long, env = "PUNCHCARD_CONSOLE_DOOR", value_enum, default_value_t, value_name = "ON-OR-OFF")]
    console: Offered,
    /// Where a proxy offers the console, such as https://console.example.com [default: the operator's address alone]
    #[arg(long, env = "PUNCHCARD_CONSOLE_ORIGIN", value_name = "ORIGIN", value_parser = origin_arg)]
    console_origin: Option<String>,
    /// Apply this world file first; may be given several times
    #[arg(long, env = "PUNCHCARD_WORLD", value_delimiter = ',', value_name = "FILE")]
    world: Vec<PathBuf>,
    /// Add the demo world: a merchant, a service provider, apps with fresh keys, ten thousand members
    #[arg(long)]
    demo: bool,
    /// What kind of store to make; it never changes [default: stand-in with --demo, --world or a manual clock, else
    /// platform]
    #[arg(long, env = "PUNCHCARD_MODE")]
    mode: Option<ModeArg>,
    /// The clock of a new store: system, or manual:2026-01-01T00:00:00+08:00, which stands still until it is moved
    #[arg(long, env = "PUNCHCARD_CLOCK", value_name = "CLOCK", value_parser = clock_arg, default_value = "system")]
    clock: ClockArg,
    /// Where members' browsers find the pages; wins over a world file's base_url [default: where it listens]
    #[arg(long, env = "PUNCHCARD_BASE_URL", value_name = "URL", value_parser = check_base_url)]
    base_url: Option<String>,
    /// Let a platform send notifications into private networks; a stand-in does so anyway
    #[arg(long, env = "PUNCHCARD_NOTIFY_ALLOW_PRIVATE", value_parser = FalseyValueParser::new())]
    notify_allow_private: bool,
    /// A reverse proxy whose X-Forwarded-For or Forwarded header is believed; may be given several times. Without it
    /// all callers behind a proxy count as one address
    #[arg(
        long,
        env = "PUNCHCARD_TRUSTED_PROXY",
        value_delimiter = ',',
        value_parser = network,
        value_name = "ADDRESS-OR-NETWORK"
    )]
    trusted_proxy: Vec<ipnet::IpNet>,
    /// Callers' connections at a time; more are refused [default: the limit on open files less 128, at most 4096]
    #[arg(long, env = "PUNCHCARD_MAX_CONNECTIONS", value_parser = at_least_one::<usize>, value_name = "N")]
    max_connections: Option<usize>,
    /// The same from one address that is not a trusted proxy's [default: half of --max-connections]
    #[arg(long, env = "PUNCHCARD_MAX_CONNECTIONS_PER_ADDRESS", value_parser = at_least_one::<usize>, value_name = "N")]
    max_connections_per_address: Option<usize>,
    /// How often an app may call: METHOD=N/s for each app, APP:METHOD=N/s for one, also /m and /h; * counts all methods
    /// together. May be given several times
    #[arg(long, env = "PUNCHCARD_CALL_LIMIT", value_delimiter = ',', value_name = "LIMIT")]
    call_limit: Vec<CallLimit>,
    /// How far a call's timestamp may be from this machine's time, as 10m [default: any]
    #[arg(long, env = "PUNCHCARD_TIMESTAMP_WINDOW", value_parser = window_arg, value_name = "DURATION")]
    timestamp_window: Option<Duration>,
    /// Refuse a call whose signature was received before; needs --timestamp-window
    #[arg(long, env = "PUNCHCARD_REFUSE_REPLAYS", value_parser = FalseyValueParser::new())]
    refuse_replays: bool,
    /// Whether calls are kept for punchcard log: whole in a stand-in, in summary on a platform
    #[arg(long, env = "PUNCHCARD_REQUEST_LOG", value_enum, default_value_t, value_name = "ON-OR-OFF")]
    request_log: Offered,
    /// Days that calls are kept [default: 7 in a stand-in, 30 on a platform]
    #[arg(long, env = "PUNCHCARD_REQUEST_LOG_DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650), value_name = "N")]
    request_log_days: Option<u32>,
    /// MiB of the store that calls may take, about; the oldest go first [default: 256 in a stand-in, 1024 on a
    /// platform]
    #[arg(long, env = "PUNCHCARD_REQUEST_LOG_MIB", value_parser = clap::value_parser!(u32).range(1..=1_048_576), value_name = "N")]
    request_log_mib: Option<u32>,
}

/// Whether there is something.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Offered {
    /// There is.
    #[default]
    On,
    /// There is not.
    Off,
}

/// Connections of an operator, at most: a probe must be answered however many callers there are.
const OPERATOR_CONNECTIONS_MAX: usize = 64;

#[derive(Clone, Copy)]
enum ClockArg {
    System,
    ManualAt(i64),
}

fn clock_arg(text: &str) -> Result<ClockArg, String> {
    if text == "system" {
        return Ok(ClockArg::System);
    }
    let at = text.strip_prefix("manual:").ok_or("must be system, or manual: and a time")?;
    parse_time(at).map(ClockArg::ManualAt)
}

/// An origin: a scheme and a host, and nothing behind them.
fn origin_arg(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    };
    if host.is_some_and(is_host) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("must be like https://console.example.com".to_owned())
    }
}

/// A duration of at least a second.
fn window_arg(text: &str) -> Result<Duration, String> {
    let window = Duration::from_millis(u64::try_from(duration::parse(text)?).unwrap_or_default());
    if window < Duration::from_secs(1) { Err("must be a second at least".to_owned()) } else { Ok(window) }
}

impl Serve {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        log::start();
        // What can be refused is refused before anything is made.
        let admission = self.admission()?;
        let worlds = self.world.iter().map(|path| WorldText::read(path)).collect::<Result<Vec<_>, _>>()?;
        let mut listeners = Vec::new();
        for address in &self.listen {
            let bound = TcpListener::bind(address).await;
            listeners.push(bound.map_err(|error| Failure(format!("cannot listen on {address}: {error}")))?);
        }
        let operator_listener = self.operator_listener(&listeners[0]).await?;
        let data = &store.data;
        let keeps_folder = store.database_url.is_none();
        if keeps_folder || self.demo {
            std::fs::create_dir_all(data).map_err(|error| Failure(format!("{}: {error}", data.display())))?;
        }
        let _lock = store.lock()?;
        let app = self.open(store, admission).await?;
        for (path, text) in self.world.iter().zip(&worlds) {
            let applied = apply(&app, text.world()?).await.map_err(|error| match error {
                ApplyError::Refused { table, id, message } => text.refused(path, table, &id, &message),
                ApplyError::Store(_) => Failure::from(error),
            })?;
            for warning in &applied.warnings {
                tracing::warn!(path = %path.display(), warning, "the world file");
            }
        }
        for unknown in app.admission.limits.apps().filter(|app_id| app.directory.app(app_id).is_none()) {
            tracing::warn!(app_id = unknown, "--call-limit names an app that does not exist (yet)");
        }
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
        app.site.serves_on(addresses[0]);
        let (flag, origin, is_shared) = (self.base_url.clone(), app.store.origin(), app.store.has_other_processes());
        app.store.write(move |tx: &mut Tx| Site::record(tx, origin, is_shared, flag.as_deref())).await?;
        if let Some(base_url) = self.base_url.clone() {
            app.site.is_at(base_url);
        }
        let demo = if self.demo { Some(demo::prepare(&app, data, &addresses).await?) } else { None };

        if self.request_log == Offered::On {
            app.request_log.start(&app.store, self.request_log_limits(app.store.mode()), system_now);
        }
        let (stopper, stop) = watch::channel(false);
        let disk_failed = end_well_when_the_disk_fails(&app);
        let mut serving = JoinSet::new();
        let router = Router::new()
            .route("/gateway.do", any(gateway::gateway))
            .route("/v3/{*method}", any(v3::v3))
            .route("/healthz", get(health::healthz))
            .route("/readyz", get(health::readyz))
            .merge(h5::router())
            .merge(home::router())
            .with_state(app.clone());
        let connections = self.connections();
        for listener in listeners {
            serving.spawn(listener::serve(listener, router.clone(), connections.clone(), stop.clone()));
        }
        let mut operator_address = None;
        if let Some(listener) = operator_listener {
            let address = listener.local_addr()?;
            operator_address = Some(address);
            let hosts = (self.console == Offered::On).then(|| Hosts::new(address.port(), self.console_origin.clone()));
            let max = OPERATOR_CONNECTIONS_MAX;
            let router = operator::router(app.clone(), connections, hosts, stop.clone());
            // Nobody shuts out the others, a health probe among them.
            let connections = Connections::new(max, max / 2, TrustedProxies(self.trusted_proxy.clone()));
            serving.spawn(listener::serve(listener, router, connections, stop.clone()));
        }
        if keeps_folder {
            serving.spawn(serve_control(control_socket(store)?, app.clone(), stop.clone()));
        }
        let runner = Runner::start(app.clone(), Share::Even);
        // From here on health is answered, and calls wait.
        let work = async {
            app.warm().await?;
            self.announce_store(&app, &addresses).await?;
            let is_open = app.store.mode() == Mode::StandIn || app.store.read(is_any_operator).await?;
            self.welcome(&app, &addresses, operator_address.map(|address| (address, is_open)), demo.as_deref());
            std::future::pending::<Result<(), Failure>>().await
        };
        let must_start_again = tokio::select! {
            failed = work => return failed,
            () = stop_signal() => false,
            () = disk_failed.notified() => true,
        };
        tracing::info!("stopping: answering what was accepted");
        stopper.send_replace(true);
        while serving.join_next().await.is_some() {}
        if must_start_again {
            log::flush();
            // Not by way of closing the store, which would write to the disk that failed.
            std::process::exit(DISK_FAILED);
        }
        runner.stop().await;
        app.request_log.stop().await;
        Ok(())
    }

    /// How much of the request log is kept.
    fn request_log_limits(&self, mode: Mode) -> Limits {
        let Limits { days, bytes } = Limits::of(mode);
        Limits {
            days: self.request_log_days.unwrap_or(days),
            bytes: self.request_log_mib.map_or(bytes, |mib| i64::from(mib) << 20),
        }
    }

    /// Prints what a person or a script needs first. The operator's address comes with whether somebody can sign in.
    fn welcome(&self, app: &App, addresses: &[SocketAddr], operator: Option<(SocketAddr, bool)>, demo: Option<&str>) {
        let mut lines = vec![format!("alipay_public_key {}", app.signer.public_key().to_base64())];
        lines.extend(addresses.iter().map(|address| format!("listening on http://{address}/gateway.do")));
        if let Some((address, is_open)) = operator {
            if self.console == Offered::On {
                lines.push(format!("console on http://{address}/console/"));
                let invitation = "no operator yet: punchcard operator add NAME --role owner".to_owned();
                lines.extend((!is_open).then_some(invitation));
            }
            lines.push(format!("metrics on http://{address}/metrics"));
        }
        lines.extend(demo.into_iter().flat_map(str::lines).map(str::to_owned));
        // A reader who has stalled must not keep the process from hearing that it is to stop.
        std::thread::spawn(move || lines.iter().for_each(|line| output::announce(line)));
    }

    /// What calls must meet.
    fn admission(&self) -> Result<Admission, Failure> {
        let limits = CallLimits::new(&self.call_limit);
        if let Some(unknown) = limits.methods().find(|name| Entry::find(name).is_none()) {
            return Err(Failure(format!("--call-limit: no method is called {unknown}; `punchcard methods` lists all")));
        }
        let freshness = match (self.timestamp_window, self.refuse_replays) {
            (Some(window), refuse_replays) => Freshness::new(window, refuse_replays, Instant::now()),
            (None, false) => Freshness::default(),
            (None, true) => return Err(Failure("--refuse-replays needs --timestamp-window, such as 10m".to_owned())),
        };
        Ok(Admission { limits, freshness })
    }

    /// How many callers there may be, and whose word on their addresses is taken.
    fn connections(&self) -> Arc<Connections> {
        let max = self.max_connections.unwrap_or_else(connections::default_max);
        let of_address_max = self.max_connections_per_address.unwrap_or(max.div_ceil(2)).min(max);
        Connections::new(max, of_address_max, TrustedProxies(self.trusted_proxy.clone()))
    }

    /// Binds the operator's address. One that somebody else has is no reason not to answer calls.
    async fn operator_listener(&self, first: &TcpListener) -> Result<Option<TcpListener>, Failure> {
        let address = match &self.operator_listen {
            Some(address) => address.clone(),
            None if self.listen[0].ends_with(":0") => "127.0.0.1:0".to_owned(),
            None => match first.local_addr()?.port().checked_add(1) {
                Some(port) => format!("127.0.0.1:{port}"),
                None => return Ok(None),
            },
        };
        match TcpListener::bind(&address).await {
            Ok(listener) => Ok(Some(listener)),
            Err(error) if self.operator_listen.is_none() || error.kind() == ErrorKind::AddrInUse => {
                tracing::warn!(address, %error, "no metrics: the operator's address cannot be had; see --operator-listen");
                Ok(None)
            }
            Err(error) => Err(Failure(format!("cannot listen on {address}: {error}"))),
        }
    }

    async fn open(&self, store: &StoreArgs, admission: Admission) -> Result<Arc<App>, Failure> {
        let manual_clock_at = match self.clock {
            ClockArg::System => None,
            ClockArg::ManualAt(at) => Some(at),
        };
        // These two are for stand-ins alone; a world is for either, and says only what a new store is without a word
        // more.
        let needed = (self.demo || manual_clock_at.is_some()).then_some(Mode::StandIn);
        let mut opening = store.opening();
        opening.create = true;
        opening.mode = self.mode.map(Mode::from).or(needed);
        opening.new_mode = (!self.world.is_empty()).then_some(Mode::StandIn);
        opening.manual_clock_at = manual_clock_at;
        opening.notify_allow_private = self.notify_allow_private;
        opening.admission = admission;
        let app = App::open(opening).await?;
        standing::announce_upgrade(&app);
        Ok(app)
    }
}

/// The exit status after a COMMIT that failed: EX_IOERR.
const DISK_FAILED: i32 = 74;

/// After a failed COMMIT only a fresh process can tell what was kept. But the callers are still answered: with 20000,
/// for the store does nothing more.
fn end_well_when_the_disk_fails(app: &App) -> Arc<Notify> {
    let failed = Arc::new(Notify::new());
    let notify = failed.clone();
    app.store.on_fatal(move |why| {
        let error = why as &dyn std::error::Error;
        tracing::error!(error, "the disk failed while committing; ending: start again once it works");
        notify.notify_one();
    });
    failed
}

/// Listens on the folder's control socket. A socket that is there already is a dead process's: we hold the lock.
fn control_socket(store: &StoreArgs) -> Result<UnixListener, Failure> {
    let path = socket_path(&store.data);
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", path.display()));
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&path).map_err(failed)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

async fn serve_control(listener: UnixListener, app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        // The sender lives until the process ends.
        drop(stop.wait_for(|&stop| stop).await);
    };
    let served = axum::serve(listener, control::router(app)).with_graceful_shutdown(stopped).await;
    if let Err(error) = served {
        tracing::error!(%error, "the control socket failed");
    }
}

/// Waits for SIGTERM or Ctrl-C, which this process handles from this call on.
fn stop_signal() -> impl Future<Output = ()> {
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be handled");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signals can be handled");
    async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}
