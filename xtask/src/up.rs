//! `cargo xtask up` and `down`: Punchcard with its demo world, started so that it outlives the command and the
//! terminal.
//!
//! What runs is written to `target/up/running`: process, address, data folder. A process is believed to be ours only if
//! it is still the program that we started, since numbers of processes are used again.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, io};

use crate::process::{cargo, output, run, shown, tail, target};
use crate::{console, machine};

const FIRST_PORT: u16 = 8088;
const PORTS: u16 = 100;
const START_SECONDS_MAX: u64 = 60;
const STOP_SECONDS_MAX: u64 = 15;

/// The first thing to try: how many men there are, and their ages.
const CALL: &str = r#"koubei.marketing.campaign.crowd.count '{"conditions":"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]","dimensions":"[\"pam_gender\",\"pam_age\"]"}'"#;

/// What may be said after `up`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    /// Stay attached to the terminal.
    foreground: bool,
    /// Where the demo world is kept; `target/demo` if not said.
    data: Option<PathBuf>,
}

impl Options {
    /// Reads the words after `up`; `None` for what cannot be understood.
    pub(crate) fn parse(words: &[&str]) -> Option<Options> {
        match words {
            [] => Some(Options::default()),
            ["--foreground", rest @ ..] => Some(Options { foreground: true, ..Options::parse(rest)? }),
            ["--data", folder, rest @ ..] => Some(Options { data: Some(folder.into()), ..Options::parse(rest)? }),
            _ => None,
        }
    }
}

/// Builds the server and starts it, unless one of ours runs already; prints what to open and what to try.
pub(crate) fn up(options: &Options) -> Result<ExitCode, String> {
    let place = Place::new()?;
    if let Some(running) = place.running() {
        println!("Punchcard runs already. To run what you changed: cargo xtask down, then up again.");
        place.tell(&running);
        return Ok(ExitCode::SUCCESS);
    }
    machine::for_building(&place.folder.join("packages.log"))?;
    console::bundle_if_possible(&place.target)?;
    run(cargo().args(["build", "--package", "punchcard"]))?;

    let port = free_port()?;
    let (listen, operator) = (format!("127.0.0.1:{port}"), console_address(port));
    let data = match &options.data {
        Some(folder) => {
            env::current_dir().map_err(|fault| format!("cannot find the current folder: {fault}"))?.join(folder)
        }
        None => place.target.join("demo"),
    };
    let arguments = ["serve", "--demo", "--listen", &listen, "--operator-listen", &operator, "--data"];
    if options.foreground {
        let fault = Command::new(place.program()).args(arguments).arg(&data).exec();
        return Err(format!("cannot start {}: {fault}", shown(&place.program())));
    }

    let log = place.log();
    let start = || -> io::Result<Child> {
        let out = File::create(&log)?;
        let err = out.try_clone()?;
        // A session of its own: neither the end of this command nor of the terminal is the server's.
        let mut command = Command::new("setsid");
        command.arg(place.program()).args(arguments).arg(&data);
        command.stdin(Stdio::null()).stdout(out).stderr(err).spawn()
    };
    let mut server = start().map_err(|fault| format!("cannot start {}: {fault}", shown(&place.program())))?;
    let running = Running { process: server.id(), listen, data };
    place.remember(&running)?;
    if let Err(why) = wait_until_ready(&mut server, &running.listen) {
        drop(server.kill());
        drop(server.wait());
        place.forget();
        return Err(format!("Punchcard {why}; its log {} ends with\n{}", shown(&log), tail(&log, 30)));
    }
    println!("Punchcard is up, with its demo world in {}.", shown(&running.data));
    place.tell(&running);
    Ok(ExitCode::SUCCESS)
}

/// Stops what `up` started; it is no error if nothing runs.
pub(crate) fn down() -> Result<ExitCode, String> {
    let place = Place::new()?;
    let Some(running) = place.running() else {
        println!("Punchcard is not running.");
        place.forget();
        return Ok(ExitCode::SUCCESS);
    };
    for signal in ["-TERM", "-KILL"] {
        // `kill` is a word of the shell; the program of that name is in a package that a small system lacks.
        run(Command::new("sh").args(["-c", "kill \"$0\" \"$1\"", signal, &running.process.to_string()]))?;
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(STOP_SECONDS_MAX) {
            if place.running().is_none() {
                place.forget();
                println!("Punchcard has stopped. Its data is kept in {}.", shown(&running.data));
                return Ok(ExitCode::SUCCESS);
            }
            sleep(Duration::from_millis(50));
        }
    }
    Err(format!("process {} does not end", running.process))
}

/// Where `up` keeps what it knows.
struct Place {
    target: PathBuf,
    folder: PathBuf,
}

/// A server that `up` started.
#[derive(Debug, PartialEq)]
struct Running {
    process: u32,
    listen: String,
    data: PathBuf,
}

impl Place {
    fn new() -> Result<Place, String> {
        let target = target()?;
        let folder = target.join("up");
        fs::create_dir_all(&folder).map_err(|fault| format!("cannot make {}: {fault}", folder.display()))?;
        Ok(Place { target, folder })
    }

    fn program(&self) -> PathBuf {
        self.target.join("debug/punchcard")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("punchcard.log")
    }

    fn note(&self) -> PathBuf {
        self.folder.join("running")
    }

    fn remember(&self, running: &Running) -> Result<(), String> {
        let Running { process, listen, data } = running;
        fs::write(self.note(), format!("{process}\n{listen}\n{}\n", data.display()))
            .map_err(|fault| format!("cannot write {}: {fault}", self.note().display()))
    }

    fn forget(&self) {
        drop(fs::remove_file(self.note()));
    }

    /// What was remembered, if that process still is our server.
    fn running(&self) -> Option<Running> {
        let note = fs::read_to_string(self.note()).ok()?;
        let mut lines = note.lines();
        let process = lines.next()?.parse().ok()?;
        let running = Running { process, listen: lines.next()?.to_owned(), data: lines.next()?.into() };
        let command = fs::read(format!("/proc/{process}/cmdline")).ok()?;
        let mut words = command.split(|&byte| byte == 0);
        let ours = words.next()? == self.program().as_os_str().as_encoded_bytes() && words.next()? == b"serve";
        ours.then_some(running)
    }

    /// A page of the demo's coupon that nobody has used yet: its token lives a day, so each `up` asks for one of its
    /// own.
    fn page(&self, demo: &str, app: &Path) -> Option<String> {
        let out_biz_no = secret().ok()?;
        let (prize_id, user_id) = (member(demo, "prize_id")?, member(demo, "user_ids")?);
        let ask = format!(r#"{{"req_id":"{out_biz_no}","prize_id":"{prize_id}","user_id":"{user_id}"}}"#);
        let mut call = Command::new(self.program());
        call.args(["call", "koubei.marketing.tool.prizesend.auth", &ask, "--app"]).arg(app);
        let answer = output(&mut call)?;
        let (address, token) = (member(demo, "page_url")?, member(&answer, "token")?);
        Some(format!("{address}{out_biz_no}&token={token}"))
    }

    fn tell(&self, running: &Running) {
        let app = running.data.join("demo/demo.json");
        let demo = fs::read_to_string(&app).unwrap_or_default();
        // When the demo's activity is over there is still the page on which the server says how it stands.
        let page = self.page(&demo, &app).unwrap_or_else(|| format!("http://{}/", running.listen));
        let port = running.listen.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(FIRST_PORT);
        println!();
        println!("  open   http://{}/console/", console_address(port));
        println!("  pages  {page}");
        if let Some(voucher) = member(&demo, "voucher_url") {
            println!("         {voucher}");
        }
        println!("  try    {} call {CALL} --app {}", shown(&self.program()), shown(&app));
        println!();
        println!("  once   {}", export(&self.program(), &running.data));
        println!("         so that every `punchcard …` of the README finds this program and this store, in any folder");
        println!();
        println!("  log    {}", shown(&self.log()));
        println!("  stop   cargo xtask down");
    }
}

/// What a shell must hear once for the README's commands to work as they are written.
fn export(program: &Path, data: &Path) -> String {
    let folder = program.parent().unwrap_or(program);
    format!("export PATH={}:\"$PATH\" PUNCHCARD_DATA={}", quoted(folder), quoted(data))
}

/// A path as a word of the shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-');
    if text.bytes().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The first text of a member in JSON that our own program wrote, whose ids and addresses need no escapes.
fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    let (_, text) = rest.split_once('"')?;
    Some(text.split_once('"')?.0)
}

/// 32 hexadecimal digits that were never used before.
fn secret() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Where the console of the server at this port is: at the next port.
fn console_address(port: u16) -> String {
    format!("127.0.0.1:{}", port + 1)
}

/// The first port from 8088 on that is free and has a free one behind it; says so when that is not the first.
fn free_port() -> Result<u16, String> {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let port = (FIRST_PORT..FIRST_PORT + PORTS).find(|port| is_free(*port) && is_free(port + 1));
    let port = port.ok_or_else(|| format!("all ports from {FIRST_PORT} to {} are taken", FIRST_PORT + PORTS - 1))?;
    if port != FIRST_PORT {
        println!("Port {FIRST_PORT} is taken by something else; using {port}.");
    }
    Ok(port)
}

fn wait_until_ready(server: &mut Child, listen: &str) -> Result<(), String> {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(START_SECONDS_MAX) {
        match server.try_wait() {
            Ok(Some(status)) => return Err(format!("ended while starting ({status})")),
            Ok(None) if is_ready(listen).unwrap_or(false) => return Ok(()),
            Ok(None) => sleep(Duration::from_millis(50)),
            Err(fault) => return Err(format!("was lost while starting: {fault}")),
        }
    }
    Err(format!("was not ready within {START_SECONDS_MAX} s"))
}

fn is_ready(listen: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(listen)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(status.ends_with(b" 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_any_order_and_nothing_else_is() {
        let both = Options { foreground: true, data: Some("d".into()) };
        assert_eq!(Options::parse(&[]), Some(Options::default()));
        assert_eq!(Options::parse(&["--foreground", "--data", "d"]).as_ref(), Some(&both));
        assert_eq!(Options::parse(&["--data", "d", "--foreground"]).as_ref(), Some(&both));
        for bad in [&["--data"][..], &["--deta", "d"], &["up"]] {
            assert_eq!(Options::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn members_are_found_in_what_the_program_writes() {
        let demo = "{\n  \"user_ids\": [\n    \"2088\",\n    \"2089\"\n  ],\n  \"coupon\": {\n    \"prize_id\": \"2016\"\n  }\n}";
        assert_eq!([member(demo, "user_ids"), member(demo, "prize_id")], [Some("2088"), Some("2016")]);
        assert_eq!(member(demo, "page_url"), None);
        assert_eq!(member("", "token"), None);
    }

    #[test]
    fn a_shell_hears_where_program_and_store_are() {
        for (data, expect) in [
            ("/w/target/demo", "export PATH=/w/target/debug:\"$PATH\" PUNCHCARD_DATA=/w/target/demo"),
            ("/a b/it's", "export PATH=/w/target/debug:\"$PATH\" PUNCHCARD_DATA='/a b/it'\\''s'"),
        ] {
            assert_eq!(export(Path::new("/w/target/debug/punchcard"), Path::new(data)), expect);
        }
        assert_ne!(secret().ok(), secret().ok());
    }

    #[test]
    fn the_call_to_try_is_one_shell_word_of_valid_json() {
        assert_eq!(CALL.matches('\'').count(), 2);
        assert!(CALL.ends_with("'"));
    }
}
