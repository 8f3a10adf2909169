//! The command line: one file a command, and what they share.
//!
//! Exit status 0: done. 1: refused or failed, with the reason on standard error. 2: wrong usage. Every option may stand
//! on the command line, else in the environment as `PUNCHCARD_…`, else in `punchcard.toml`.

mod activity;
mod apply;
mod audit;
mod auth;
mod backup;
mod call;
mod clock;
mod completions;
mod crowd;
mod doctor;
mod file_input;
mod import;
mod keygen;
mod log;
mod merchant;
mod methods;
mod notify;
mod operator;
mod output;
mod points;
mod prove;
mod restore;
mod serve;
mod settings;
mod trade;
mod voucher;
mod world;

use crate::admission::Admission;
use crate::app::{App, Opening};
use crate::control::{Lock, Operator, Remote, socket_path};
use crate::jobs::notice_deliver::Outcome;
use crate::log as process_log;
use crate::methods::dispatch;
use crate::runner::{Runner, Share};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use store::{Mode, Place, Pool};

/// A self-hosted member-marketing platform that speaks the Alipay open platform's protocol.
#[derive(Parser)]
#[command(name = "punchcard", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    store: StoreArgs,
}

const AFTER_HELP: &str = "\
Try it:  punchcard serve --demo
The options that say which store is meant may stand before or after any command. Every option may also stand in the
environment (--data is PUNCHCARD_DATA) or in ./punchcard.toml (data = \"…\").";

#[derive(Subcommand)]
enum Command {
    /// Answer calls, until stopped.
    Serve(serve::Serve),
    /// Print an example of a world file, or check a file without applying it.
    World(world::World),
    /// Apply a world file to a store, running or not.
    Apply(apply::Apply),
    /// Import members, trades or vouchers from CSV or NDJSON, gzipped or not.
    Import(import::Import),
    /// Look at activities, and audit those that service providers made.
    Activity(activity::Activity),
    /// Count crowds and crowd groups, and ask why somebody is in one.
    Crowd(crowd::Crowd),
    /// Look at what apps were authorised for, and revoke it.
    Auth(auth::Auth),
    /// Say who may sign in at the console, and as what.
    Operator(operator::Operator),
    /// Look at what operators did.
    Audit(audit::Audit),
    /// Look at trades.
    Trade(trade::Trade),
    /// Look at what a merchant has: money, points and tokens that are out, shops.
    Merchant(merchant::Merchant),
    /// Send vouchers to many, look at them, and bar them from use.
    Voucher(voucher::Voucher),
    /// Look at points: what waits frozen, and what a user has.
    Points(points::Points),
    /// Write a store into one verified file, running or not.
    Backup(backup::Backup),
    /// Make a store of a backup, where none is.
    Restore(restore::Restore),
    /// Recompute every sum of a store, running or not.
    Prove(prove::Prove),
    /// Make one signed call, verify its answer and print it.
    Call(call::Call),
    /// Show the clock, or move a manual one.
    Clock(clock::Clock),
    /// Look at notifications, or send some again.
    Notify(notify::Notify),
    /// Print what is answered: every method with the members of its request, or the page of one.
    Methods(methods::Methods),
    /// Print a new key pair in every form that SDKs want.
    Keygen(keygen::Keygen),
    /// Explain a refused call, or list the last ones.
    Doctor(doctor::Doctor),
    /// Look at answered calls, and at what they caused.
    Log(log::Log),
    /// Print a shell's completions of this program.
    Completions(completions::Completions),
    /// Print the manual page of this program, or of one of its commands.
    Man(completions::ManualPage),
}

/// Why a command ended without having done its work: what to print.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        let mut said = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            said.push_str(": ");
            said.push_str(&cause.to_string());
            source = cause.source();
        }
        Failure(said)
    }
}

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    let command = match settings::with_file(Cli::command()) {
        Ok(command) => command,
        Err(Failure(reason)) => return refuse(&reason),
    };
    let cli = Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the system gives threads");
    let Cli { command, store } = cli;
    let done = runtime.block_on(async {
        match command {
            Command::Serve(serve) => serve.run(&store).await,
            Command::Apply(apply) => apply.run(&store).await,
            Command::Import(import) => import.run(&store).await,
            Command::Activity(activity) => activity.run(&store).await,
            Command::Crowd(crowd) => crowd.run(&store).await,
            Command::Auth(auth) => auth.run(&store).await,
            Command::Operator(operator) => operator.run(&store).await,
            Command::Audit(audit) => audit.run(&store).await,
            Command::Trade(trade) => trade.run(&store).await,
            Command::Merchant(merchant) => merchant.run(&store).await,
            Command::Voucher(voucher) => voucher.run(&store).await,
            Command::Points(points) => points.run(&store).await,
            Command::Backup(backup) => backup.run(&store).await,
            Command::Restore(restore) => restore.run(&store).await,
            Command::Prove(prove) => prove.run(&store).await,
            Command::Call(call) => call.run(&store),
            Command::Clock(clock) => clock.run(&store).await,
            Command::Notify(notify) => notify.run(&store).await,
            Command::World(world) => world.run(),
            Command::Methods(methods) => methods.run(),
            Command::Keygen(keygen) => keygen.run(),
            Command::Doctor(doctor) => doctor.run(&store).await,
            Command::Log(log) => log.run(&store).await,
            Command::Completions(completions) => completions.run(Cli::command()),
            Command::Man(page) => page.run(Cli::command()),
        }
    });
    process_log::flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(reason)) => refuse(&reason),
    }
}

fn refuse(reason: &str) -> ExitCode {
    let reason = reason.to_owned();
    process_log::print_last(move || {
        let mut lines = reason.lines();
        output::note(format!("punchcard: {}", lines.next().unwrap_or_default()));
        // What follows is further in, so that no reason looks like another line of the program.
        lines.for_each(|line| output::note(format!("  {line}")));
    });
    ExitCode::FAILURE
}

/// Which store is meant: options that are the same in every place of the command line.
#[derive(Args)]
#[command(next_help_heading = "Which store")]
struct StoreArgs {
    /// The folder of an embedded store
    #[arg(long, global = true, env = "PUNCHCARD_DATA", default_value = "./punchcard-data", value_name = "FOLDER")]
    data: PathBuf,
    /// Keep the store in PostgreSQL 15 or newer instead: postgres://user:password@host/database
    #[arg(long, global = true, env = "PUNCHCARD_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Connections to PostgreSQL
    #[arg(long, global = true, env = "PUNCHCARD_DATABASE_CONNECTIONS", value_name = "N")]
    database_connections: Option<usize>,
    /// The key that seals secrets in the store, 32 bytes in base64
    #[arg(long, global = true, env = "PUNCHCARD_MASTER_KEY", hide_env_values = true, value_name = "BASE64")]
    master_key: Option<String>,
    /// The file that holds that key; made at first start [default: FOLDER/master.key]
    #[arg(long, global = true, env = "PUNCHCARD_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,
}

impl StoreArgs {
    /// How to open it, by default an existing one as it is.
    fn opening(&self) -> Opening {
        let place = match &self.database_url {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::Folder(self.data.clone()),
        };
        Opening {
            place,
            create: false,
            look: false,
            mode: None,
            new_mode: None,
            manual_clock_at: None,
            master_key: self.master_key.clone(),
            master_key_file: self.master_key_file.clone().unwrap_or_else(|| self.data.join("master.key")),
            pool: self.pool(),
            notify_allow_private: false,
            admission: Admission::default(),
            metrics: dispatch::metrics(Outcome::ALL.map(|(_, name)| name)),
        }
    }

    /// A fifth of the connections reads.
    fn pool(&self) -> Pool {
        let Some(connections) = self.database_connections else { return Pool::default() };
        let readers = (connections / 5).max(1);
        Pool { writers: connections.saturating_sub(readers).max(1), readers }
    }

    /// The store's lock, when the store is a folder's; the error is that another process has it.
    fn lock(&self) -> Result<Option<Lock>, Failure> {
        if self.database_url.is_some() {
            return Ok(None);
        }
        let failed = |error| Failure(format!("{}: {error}", self.data.display()));
        match Lock::take(&self.data).map_err(failed)? {
            Some(lock) => Ok(Some(lock)),
            None => Err(Failure(format!("another Punchcard runs on {}", self.data.display()))),
        }
    }

    /// Whoever can do an operator's work: the process that owns the folder, or this one. What comes second keeps the
    /// folder's lock as long as it lives.
    async fn operator(&self) -> Result<(Operator, Option<Lock>), Failure> {
        self.operator_with(self.opening()).await
    }

    /// The same for a command that only looks: it changes no byte of a store that nobody runs.
    async fn onlooker(&self) -> Result<(Operator, Option<Lock>), Failure> {
        self.operator_with(Opening { look: true, ..self.opening() }).await
    }

    async fn operator_with(&self, opening: Opening) -> Result<(Operator, Option<Lock>), Failure> {
        Ok(match self.owner()? {
            Owner::Remote(remote) => (Operator::Remote(remote), None),
            Owner::Here(lock) => {
                // What an operator does is logged by whoever does it, as a running process does.
                if !opening.look {
                    process_log::start();
                }
                (Operator::Own(App::open(opening).await?), lock)
            }
        })
    }

    /// Who may open the store.
    fn owner(&self) -> Result<Owner, Failure> {
        if self.database_url.is_some() {
            return Ok(Owner::Here(None));
        }
        if !self.data.is_dir() {
            return Err(Failure(format!(
                "no store at {}: name its folder with --data or PUNCHCARD_DATA, or make one with punchcard serve",
                self.data.display()
            )));
        }
        let failed = |error| Failure(format!("{}: {error}", self.data.display()));
        Ok(match Lock::take(&self.data).map_err(failed)? {
            Some(lock) => Owner::Here(Some(lock)),
            None => Owner::Remote(Remote::new(socket_path(&self.data))),
        })
    }
}

/// Reads a number from 1; the error says so.
fn at_least_one<T: FromStr + Default + PartialOrd>(text: &str) -> Result<T, String> {
    text.parse().ok().filter(|number| T::default() < *number).ok_or_else(|| "must be a number from 1".to_owned())
}

/// Takes a text as it is, if it can be read.
fn checked<T>(read: fn(&str) -> Result<T, String>) -> impl Fn(&str) -> Result<String, String> + Clone {
    move |text| read(text).map(|_| text.to_owned())
}

/// Who may open a store.
enum Owner {
    /// A running process has its folder.
    Remote(Remote),
    /// Whoever asks, holding the folder's lock if it is one.
    Here(Option<Lock>),
}

/// What kind of store is meant.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ModeArg {
    /// For developing: hints in answers, local targets, a clock that can be moved.
    StandIn,
    /// For real members.
    Platform,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Mode {
        match mode {
            ModeArg::StandIn => Mode::StandIn,
            ModeArg::Platform => Mode::Platform,
        }
    }
}

/// Does what a command asks for while whatever is due is done: by this process where no other one does it.
async fn with_jobs<T>(operator: &Operator, work: impl Future<Output = T>) -> T {
    let runner = match operator {
        Operator::Own(app) => Some(Runner::start(app.clone(), Share::Rest)),
        Operator::Remote(_) => None,
    };
    let done = work.await;
    if let Some(runner) = runner {
        runner.stop().await;
    }
    done
}

/// The folder that a file is in.
fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How far a file has been read or written, on a terminal; `len` is its bytes, where they are known.
fn progress(len: Option<u64>) -> ProgressBar {
    bar(
        len,
        match len {
            Some(_) => "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{spinner} {bytes} {bytes_per_sec}",
        },
    )
}

/// How many of so many things are done, on a terminal.
fn progress_of(count: u64) -> ProgressBar {
    bar(Some(count), "{bar:40} {human_pos}/{human_len} {per_sec} {eta}")
}

fn bar(len: Option<u64>, template: &str) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(len, target);
    bar.with_style(ProgressStyle::with_template(template).expect("the template is right"))
}
