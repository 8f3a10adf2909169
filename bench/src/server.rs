//! The built binary, with one merchant and one app, and a client for one call.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;
use std::time::Duration;

use wire::{Charset, PrivateKey, SignType, signed_form};

use crate::answer::{is_complete, read_some};
use crate::programs::run;

/// The app of the benchmark.
pub(crate) const APP_ID: &str = "2021000000000001";
/// Its merchant.
pub(crate) const PID: &str = "2088201914979011";
/// The first user's number as an account.
pub(crate) const FIRST_USER: i64 = 2_088_000_000_000_000;
/// When everything happens: where the clock of a stand-in stands, UTC milliseconds.
pub(crate) const NOW: i64 = 1_767_240_000_000;
/// A stand-in, on whose clock time stands still: it makes the same ids for the same calls, in each copy of a store.
const STAND_IN: [&str; 2] = ["--clock", "manual:2026-01-01T12:00:00+08:00"];
/// For real members: no hints, a pay code pays once, and the clock is the system's.
const PLATFORM: [&str; 2] = ["--mode", "platform"];
/// Whether the server keeps calls.
pub(crate) const REQUEST_LOG: &str = "PUNCHCARD_REQUEST_LOG";
/// The write-ahead log's size, once it has begun anew: the store lets it grow to 16,000 pages.
const LOG_MIB: usize = 64;
/// Between two attempts to reach a server that is starting.
const RETRY_PAUSE: Duration = Duration::from_micros(500);

/// A folder with a store and what belongs to it.
pub(crate) struct Shop {
    folder: PathBuf,
    /// What its server is for.
    mode: [&'static str; 2],
    /// What its one app signs with.
    key: PrivateKey,
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it takes calls.
    pub(crate) address: SocketAddr,
    operator: SocketAddr,
}

/// Nanoseconds that each thread of a process was on a processor, user and system, as the kernel counts them
/// (`schedstat`): `stat` has the process as a whole, but in hundredths of a second.
pub(crate) struct ProcessorTime(BTreeMap<OsString, u64>);

impl Shop {
    /// An empty folder for a store that has a merchant and an app once it was served.
    pub(crate) fn open(name: &str) -> io::Result<Shop> {
        Shop::with_world(name, "")
    }

    /// The same with what this world file says besides; shops in it are the merchant's.
    pub(crate) fn with_world(name: &str, more: &str) -> io::Result<Shop> {
        let folder = scratch(name)?;
        let key = PrivateKey::generate();
        let world = format!(
            "[[merchant]]\npid = \"{PID}\"\n[[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\npublic_key = \"{}\"\n{more}",
            key.public_key().to_base64()
        );
        fs::write(folder.join("world.toml"), world)?;
        Ok(Shop { folder, mode: STAND_IN, key })
    }

    /// The same, served as for real members.
    pub(crate) fn on_platform(name: &str, more: &str) -> io::Result<Shop> {
        Ok(Shop { mode: PLATFORM, ..Shop::with_world(name, more)? })
    }

    /// The key that its calls are verified with, in base64.
    pub(crate) fn public_key(&self) -> String {
        self.key.public_key().to_base64()
    }

    /// Adds this to the world file that every server applies; files in it are beside the store.
    pub(crate) fn add_to_world(&self, more: &str) -> io::Result<()> {
        File::options().append(true).open(self.beside("world.toml"))?.write_all(more.as_bytes())
    }

    /// Where its store is.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A path beside the store.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Begins anew, without a store.
    pub(crate) fn clear(&self) -> io::Result<()> {
        if self.data().exists() { fs::remove_dir_all(self.data()) } else { Ok(()) }
    }

    /// Keeps the store as it is, to begin each measurement with a copy of it.
    pub(crate) fn keep(&self) -> io::Result<()> {
        fs::rename(self.data(), self.beside("begin"))
    }

    /// Begins anew with a copy of the store that was kept, beside a write-ahead log that has its blocks, as that of a
    /// server has which has run for a minute: the kernel zeroes each block of a file that grows, which the server would
    /// pay for. PostgreSQL keeps its own log so too.
    pub(crate) fn copy_kept(&self) -> io::Result<()> {
        self.clear()?;
        fs::create_dir(self.data())?;
        for file in fs::read_dir(self.beside("begin"))? {
            let file = file?;
            if file.metadata()?.is_file() {
                let copy = self.data().join(file.file_name());
                fs::copy(file.path(), &copy)?;
                // Else the system writes it out while the server is measured.
                File::open(copy)?.sync_all()?;
            }
        }
        let mut log = File::create(self.data().join("punchcard.db-wal"))?;
        for _ in 0..LOG_MIB {
            log.write_all(&[0; 1 << 20])?;
        }
        log.sync_all()?;
        Ok(())
    }

    /// Moves the clock of the server that runs on the store, and waits until all that is due by then is done.
    pub(crate) fn advance(&self, binary: &Path, by: &str) -> io::Result<()> {
        run(Command::new(binary).args(["clock", "--data"]).arg(self.data()).args(["advance", by]))
    }

    /// Bytes of the store's files.
    pub(crate) fn bytes(&self) -> io::Result<u64> {
        fs::read_dir(self.data())?.map(|entry| Ok(entry?.metadata()?.len())).sum()
    }

    /// Starts a server on it, on these cores (as `taskset` lists them), and waits until it answers calls.
    pub(crate) fn serve(&self, binary: &Path, cores: &str) -> io::Result<Server> {
        let mut command = Command::new("taskset");
        command.args(["-c", cores]).arg(binary);
        self.serve_with(command)
    }

    /// The same, where `command` runs the binary with the arguments that are added to it.
    pub(crate) fn serve_with(&self, mut command: Command) -> io::Result<Server> {
        // What the request log adds is measured by itself: `gateway log`.
        if !command.get_envs().any(|(name, _)| name == REQUEST_LOG) {
            command.env(REQUEST_LOG, "off");
        }
        command.arg("serve").arg("--world").arg(self.folder.join("world.toml")).args(self.mode);
        let mut server = self.spawn(command)?;
        server.until_ready()?;
        Ok(server)
    }

    /// Starts a server on a store that is there, and does not wait.
    pub(crate) fn start_again(&self, binary: &Path) -> io::Result<Server> {
        let mut command = Command::new(binary);
        command.arg("serve");
        self.spawn(command)
    }

    fn spawn(&self, mut command: Command) -> io::Result<Server> {
        let free = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        // Nobody else asks for a port in the moment between.
        let [address, operator] = [free[0].local_addr()?, free[1].local_addr()?];
        drop(free);
        command.args(["--listen", &address.to_string(), "--operator-listen", &operator.to_string(), "--data"]);
        command.arg(self.data()).env("PUNCHCARD_LOG", "warn").stdout(Stdio::null());
        Ok(Server { child: command.spawn()?, address, operator })
    }

    /// A signed call of segmentation, as the bytes that are sent.
    pub(crate) fn call(&self, method: &str, biz_content: &str) -> Vec<u8> {
        self.signed(&format!("koubei.marketing.campaign.{method}"), biz_content, &[])
    }

    /// A signed call with these parameters besides.
    pub(crate) fn signed(&self, method: &str, biz_content: &str, more: &[(&str, &str)]) -> Vec<u8> {
        self.signed_by(APP_ID, method, biz_content, more)
    }

    /// The same by another app that has the key.
    pub(crate) fn signed_by(&self, app_id: &str, method: &str, biz_content: &str, more: &[(&str, &str)]) -> Vec<u8> {
        let common = [
            ("app_id", app_id),
            ("method", method),
            ("timestamp", "2026-01-01 12:00:00"),
            ("version", "1.0"),
            ("biz_content", biz_content),
        ];
        let params: Vec<(&str, &str)> = common.into_iter().chain(more.iter().copied()).collect();
        let body = signed_form(&params, Charset::Utf8, SignType::Rsa2, &self.key).expect("UTF-8 takes all");
        let head =
            "POST /gateway.do HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded;charset=utf-8";
        format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }
}

impl Server {
    /// Sends one request, as soon as the server listens; the whole answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.ask_at(self.address, request)
    }

    /// Waits until every kind of call is answered.
    pub(crate) fn until_ready(&mut self) -> io::Result<()> {
        while !self.ask(&get("/readyz"))?.starts_with(b"HTTP/1.1 200") {
            std::thread::sleep(RETRY_PAUSE);
        }
        Ok(())
    }

    /// One of the figures of its `/metrics`.
    pub(crate) fn metric(&mut self, name: &str) -> io::Result<f64> {
        let page = self.ask_at(self.operator, &get("/metrics"))?;
        let page = String::from_utf8_lossy(&page).into_owned();
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.ok_or_else(|| io::Error::other(format!("the server has no metric {name}")))
    }

    fn ask_at(&mut self, address: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = loop {
            match TcpStream::connect(address) {
                Ok(stream) => break stream,
                Err(_) if self.child.try_wait()?.is_none() => std::thread::sleep(RETRY_PAUSE),
                Err(error) => return Err(error),
            }
        };
        stream.set_nodelay(true)?;
        stream.write_all(request)?;
        let mut answer = Vec::new();
        while !is_complete(&answer)? {
            read_some(&mut stream, &mut answer)?;
        }
        Ok(answer)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How long its threads have been on a processor so far.
    pub(crate) fn processor_time(&self) -> io::Result<ProcessorTime> {
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(format!("/proc/{}/task", self.pid()))? {
            let thread = thread?;
            // One that has ended since the folder was read has no time any more.
            let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else { continue };
            let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
            let nanoseconds = nanoseconds.ok_or_else(|| io::Error::other(format!("not a schedstat: {text}")))?;
            threads.insert(thread.file_name(), nanoseconds);
        }
        Ok(ProcessorTime(threads))
    }

    /// Resident memory, in MB.
    pub(crate) fn resident_mb(&self) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        Ok(kilobytes * 1024.0 / 1e6)
    }

    /// Asks it to stop, and waits until it has: its store is in one file then.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        Command::new("kill").arg(self.pid().to_string()).status()?;
        self.child.wait().map(drop)
    }
}

impl ProcessorTime {
    /// Seconds since then, of all threads, but for those that have ended.
    pub(crate) fn seconds_since(&self, before: &ProcessorTime) -> f64 {
        let spent = |(thread, now): (_, &u64)| now.saturating_sub(*before.0.get(thread).unwrap_or(&0));
        self.0.iter().map(spent).sum::<u64>() as f64 / 1e9
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The user of that place, from 0.
pub(crate) fn user_id(place: i64) -> String {
    (FIRST_USER + place).to_string()
}

/// All cores, as `taskset` lists them.
pub(crate) fn all_cores() -> io::Result<String> {
    Ok(format!("0-{}", available_parallelism()?.get() - 1))
}

/// An empty folder under the target folder, on the disk that the build is on.
pub(crate) fn scratch(name: &str) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    folder.canonicalize()
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}
