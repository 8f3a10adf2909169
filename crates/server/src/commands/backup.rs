//! `punchcard backup`: a verified copy of a store, running or not, that restores on either engine.

use super::{Failure, Owner, StoreArgs, folder_of, output, progress};
use crate::backup;
use crate::control::{lock_path, socket_path};
use crate::demo;
use crate::methods::console::backup_write::BackupWrite;
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::dump::Summary;
use store::{Open, Place, Store};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Write everything that a store holds into one file, while it runs or not. The file is complete, on the disk and read
/// again before it gets its name; it restores on SQLite and on PostgreSQL. It holds members and tokens: keep it as safe
/// as the store. It does not hold the master key: keep that too, elsewhere.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard backup shop-2026-01-01.backup --data ./shop
  punchcard backup shop.backup --database-url postgres://…

Exit status: 0 the backup is there and was verified; 1 it is not, and a file of that name is as it was; 2 wrong usage.")]
pub struct Backup {
    /// The file to write; one that is there is replaced by a complete one only, and never one of the store itself
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure(format!("{}: {error}", self.file.display()));
        self.refuse_what_is_no_backup(store)?;
        let folder = folder_of(&self.file);
        let removed = |part: &Path| {
            output::note(format!("removed {}, which a backup that was cut off had left", part.display()));
        };
        let stops = stops();
        let temporary = backup::part_file(folder, removed).map_err(failed)?;
        remove_when_stopped(stops, temporary.path());
        let bar = progress(None);
        let out = bar.wrap_write(temporary.reopen().map_err(failed)?);
        match store.owner()? {
            Owner::Remote(remote) => remote.export::<BackupWrite>(&json!({}), out).await?,
            Owner::Here(_lock) => {
                let how = Open { look: true, pool: store.pool(), ..Open::default() };
                backup::write(&Store::open(&store.opening().place, how)?, out).await?;
            }
        }
        bar.finish_and_clear();
        let summary = backup::check(temporary.reopen().map_err(failed)?)?;
        temporary.as_file().sync_all().map_err(failed)?;
        let bytes = temporary.as_file().metadata().map_err(failed)?.len();
        temporary.persist(&self.file).map_err(|error| failed(error.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        self.print(&summary, bytes);
        Ok(())
    }

    /// Refuses what no backup should replace: what is there and is no file, and the files of the store itself, of which
    /// some are not there while nobody runs it.
    fn refuse_what_is_no_backup(&self, store: &StoreArgs) -> Result<(), Failure> {
        let file = self.file.display();
        match std::fs::symlink_metadata(&self.file) {
            Ok(found) if !found.is_file() => {
                return Err(Failure(format!("{file} is no regular file: name another file for the backup")));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(Failure(format!("{file}: {error}"))),
            _ => {}
        }
        let (data, opening) = (&store.data, store.opening());
        let mut own = Store::files(&Place::Folder(data.clone()));
        own.extend([lock_path(data), socket_path(data), data.join("master.key"), demo::folder(data)]);
        // A key that is a link is kept where the link leads.
        own.extend(opening.master_key_file.canonicalize());
        own.push(opening.master_key_file);
        let target = located(&self.file);
        if own.iter().filter_map(|path| located(path)).any(|own| target.as_ref().is_some_and(|it| it.starts_with(own)))
        {
            return Err(Failure(format!("{file} is the store's own: name another file for the backup")));
        }
        Ok(())
    }

    fn print(&self, summary: &Summary, bytes: u64) {
        if self.json {
            return output::json(&json!({"bytes": bytes, "tables": summary.tables}));
        }
        output::line(format!("{} rows in {bytes} bytes, read again and right", summary.rows()));
        output::line("the master key is not in it: keep that too, elsewhere");
    }
}

/// The one path of a file that need not be there; `None` where its folder is not.
fn located(file: &Path) -> Option<PathBuf> {
    Some(folder_of(file).canonicalize().ok()?.join(file.file_name()?))
}

/// The signals that end a process which does not listen to them; those that come from now on wait for
/// [`remove_when_stopped`]. What the process was started to ignore, as `nohup` does it, it ignores.
fn stops() -> Vec<(SignalKind, Signal)> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()]
        .into_iter()
        .filter(|kind| ignored.unwrap_or_default() >> (kind.as_raw_value() - 1) & 1 == 0)
        .map(|kind| (kind, signal(kind).expect("signals can be awaited")))
        .collect()
}

/// Removes the part and ends the process when one of the signals comes.
fn remove_when_stopped(stops: Vec<(SignalKind, Signal)>, part: &Path) {
    for (kind, mut stop) in stops {
        let part = part.to_owned();
        tokio::spawn(async move {
            stop.recv().await;
            // A part that has its name by now is a backup.
            drop(std::fs::remove_file(part));
            std::process::exit(128 + kind.as_raw_value());
        });
    }
}
