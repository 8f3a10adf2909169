//! What `serve` says of its store when it starts: its mode and why, its clock, and where its pages are.

use crate::running::each_engine;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use store::testing::{Space, block_on};
use store::{Fault, Open, Place, Store, Tx};

const WORLD: &str = "[[merchant]]\npid = \"2088201914979011\"\n";

struct Starting<'a> {
    folder: &'a Path,
    place: Place,
}

/// What it said until it served: on standard output, and in the log.
struct Said {
    lines: Vec<String>,
    log: String,
    code: Option<i32>,
}

impl Starting<'_> {
    fn start(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
        command.current_dir(self.folder).arg("serve").args(arguments).envs(variables.iter().copied());
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        match &self.place {
            Place::Folder(data) => command.env("PUNCHCARD_DATA", data),
            Place::Postgres(url) => command.env("PUNCHCARD_DATABASE_URL", url).env("PUNCHCARD_DATA", self.folder),
        };
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
            let over = line.starts_with("metrics on ");
            lines.push(line);
            if over {
                break;
            }
        }
        // Told to end rather than killed: what it has logged is written out then.
        drop(Command::new("kill").arg(child.id().to_string()).stderr(Stdio::null()).status());
        let output = child.wait_with_output().expect("it ended");
        Said { lines, log: String::from_utf8_lossy(&output.stderr).into_owned(), code: output.status.code() }
    }

    /// Starts it, and expects this mode with this reason, and pages there because of that; whether it warns.
    fn check(&self, arguments: &[&str], variables: &[(&str, &str)], mode: &str, pages: &str, warns: bool) {
        let said = self.start(arguments, variables);
        let line = |begin: &str| said.lines.iter().find(|line| line.starts_with(begin)).map_or("", String::as_str);
        assert!(line("mode ").starts_with(&format!("mode {mode}")), "{arguments:?}: {:?}\n{}", said.lines, said.log);
        assert!(line("pages on ").contains(pages), "{arguments:?}: {:?}", said.lines);
        assert!(line("clock ").starts_with("clock "), "{arguments:?}: {:?}", said.lines);
        let mode = mode.split(':').next().unwrap_or_default();
        let logged =
            said.log.lines().any(|line| line.contains("\"serving\"") && line.contains(&format!("\"mode\":\"{mode}\"")));
        assert!(logged, "{arguments:?}: {}", said.log);
        assert_eq!(said.log.contains("members are sent to an address"), warns, "{arguments:?}: {}", said.log);
    }
}

each_engine!(serve_says_mode_clock_and_address_and_why, |engine| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), WORLD).expect("the folder is ours");
    let based = format!("[platform]\nbase_url = \"https://world.example.com/\"\n{WORLD}");
    std::fs::write(folder.path().join("based.toml"), based).expect("the folder is ours");
    let (mut spaces, listens) = (Vec::new(), "http://127.0.0.1:");
    let mut fresh = || {
        spaces.push(Space::new(engine));
        let place = spaces.last().expect("just put there").place();
        Starting { folder: folder.path(), place }
    };
    let first = fresh();
    first.check(&[], &[], "platform: a new store, for good; --mode stand-in", listens, false);
    let made = "platform: as the store was made, for good";
    first.check(&[], &[], made, "the first --listen", false);
    first.check(&["--world", "world.toml"], &[], made, listens, false);
    first.check(&["--listen", "0.0.0.0:0"], &[], made, listens, true);
    let flag = ["--listen", "0.0.0.0:0", "--base-url", "https://shop.example.com"];
    first.check(&flag, &[], made, "https://shop.example.com: --base-url", false);
    let variable = [("PUNCHCARD_BASE_URL", "https://env.example.com")];
    first.check(&["--listen", "0.0.0.0:0"], &variable, made, "https://env.example.com: --base-url", false);
    first.check(&["--world", "based.toml"], &[], made, "https://world.example.com: base_url of a world file", false);
    first.check(&["--listen", "0.0.0.0:0"], &[], made, "https://world.example.com: base_url", false);
    first.check(&flag, &[], made, "https://shop.example.com: --base-url", false);
    for refused in [["--mode", "stand-in"], ["--demo", "--demo"], ["--clock", "manual:2026-01-01T00:00:00Z"]] {
        let refused = if refused[0] == refused[1] { &refused[..1] } else { &refused[..] };
        let said = first.start(refused, &[]);
        assert!(said.code == Some(1) && said.log.contains("made in mode platform"), "{refused:?}: {}", said.log);
    }

    let world = ["--world", "world.toml"];
    fresh().check(&world, &[], "stand-in: a new store, because of --world, for good; --mode platform", listens, false);
    fresh().check(
        &["--world", "world.toml", "--mode", "platform"],
        &[],
        "platform: a new store, as --mode says",
        listens,
        false,
    );
    let clock = ["--clock", "manual:2026-01-01T00:00:00+08:00", "--listen", "0.0.0.0:0"];
    fresh().check(&clock, &[], "stand-in: a new store, because of --clock manual", listens, false);
    let manual = fresh().start(&clock, &[]);
    assert!(manual.lines.iter().any(|line| line == "clock manual, at 2026-01-01T00:00:00+08:00"), "{:?}", manual.lines);

    let late = fresh();
    drop(late.start(&clock, &[]));
    let stored = Store::open(&late.place, Open { create: true, ..Open::default() }).expect("a store");
    let set = |tx: &mut Tx| store::control::set(tx, "clock", "253402271999000").map(drop);
    block_on(stored.write::<_, Fault, _>(set)).expect("it can be written");
    drop(stored);
    let said = late.start(&[], &[]);
    assert!(said.log.contains("the stored clock stands beyond the end of time"), "{}", said.log);
    assert!(said.lines.iter().any(|line| line == "clock manual, at 9500-01-01T00:00:00+08:00"), "{:?}", said.lines);
    assert!(!manual.log.contains("beyond the end of time"), "{}", manual.log);
    // What is no clock at all is refused: the system's would let everything happen that is due until today.
    let damaged = Store::open(&late.place, Open::default()).expect("a store");
    let set = |tx: &mut Tx| store::control::set(tx, "clock", "2026-01-01").map(drop);
    block_on(damaged.write::<_, Fault, _>(set)).expect("it can be written");
    drop(damaged);
    let said = late.start(&[], &[]);
    assert!(said.code == Some(1) && said.log.contains("the clock in the store is"), "{:?} {}", said.code, said.log);

    let toml = tempfile::tempdir().expect("a folder");
    std::fs::write(
        toml.path().join("punchcard.toml"),
        "base_url = \"https://toml.example.com\"\nmode = \"platform\"\n",
    )
    .expect("the folder is ours");
    let place = fresh().place;
    let started = Starting { folder: toml.path(), place };
    started.check(&[], &[], "platform: a new store, as --mode says", "https://toml.example.com: --base-url", false);
    let said = first.start(&["--base-url", "javascript:alert(1)"], &[]);
    assert!(said.code == Some(2) && said.log.contains("is no http or https address"), "{}", said.log);
});
