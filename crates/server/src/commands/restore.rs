//! `punchcard restore`: a store out of a backup, where none is.

use super::{Failure, Owner, StoreArgs, output, progress};
use crate::app;
use crate::backup;
use crate::control::lock_path;
use crate::keys::MasterKeyError;
use clap::Args;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use store::dump::{self, Summary};

/// Make a store of a backup, in a folder or a database that has none. The backup is checked first, then restored in one
/// step: if anything is wrong, everything is as it was. The master key that was kept beside the backup must be at hand.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard restore shop.backup --data ./shop --master-key-file ./kept/master.key
  punchcard restore shop.backup --database-url postgres://…     also of a backup from SQLite

Exit status: 0 the store is there and was compared with the backup; 1 it is not, nothing was changed; 2 wrong usage.
Stop every node of a database before it is restored into.")]
pub struct Restore {
    /// The backup
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        self.open()?;
        let is_new = store.database_url.is_none() && !store.data.exists();
        if is_new {
            let failed = |error| Failure(format!("{}: {error}", store.data.display()));
            fs::create_dir_all(&store.data).map_err(failed)?;
        }
        let Owner::Here(_lock) = store.owner()? else {
            return Err(Failure(format!("another Punchcard runs on {}", store.data.display())));
        };
        let restored = self.restore(store).await;
        if restored.is_err() && is_new {
            // A folder that was made for nothing holds the lock at most; with anything else in it, it stays.
            drop(fs::remove_file(lock_path(&store.data)));
            drop(fs::remove_dir(&store.data));
        }
        let summary = restored?;
        if self.json {
            output::json(&serde_json::json!({"tables": summary.tables}));
        } else {
            output::line(format!("{} rows restored and compared with the backup", summary.rows()));
        }
        tell_where_the_key_belongs(store);
        Ok(())
    }

    /// Checks the backup and makes the store. The place is marked before anything is read, so that whoever is killed at
    /// any time has left the mark.
    async fn restore(&self, store: &StoreArgs) -> Result<Summary, Failure> {
        let place = store.opening().place;
        let mark = tokio::task::spawn_blocking(move || dump::Restore::begin(&place)).await;
        let mark = mark.expect("restoring does not panic")?;
        let bytes = self.open()?.metadata()?.len();
        let bar = progress(Some(bytes));
        let summary = backup::check(bar.wrap_read(self.open()?))?;
        bar.finish_and_clear();
        Restore::try_master_key(store, &summary)?;
        let bar = progress(Some(bytes));
        let input = bar.wrap_read(self.open()?);
        let restored = tokio::task::spawn_blocking(move || backup::restore(mark, input)).await;
        let summary = restored.expect("restoring does not panic")?;
        bar.finish_and_clear();
        Ok(summary)
    }

    fn open(&self) -> Result<File, Failure> {
        File::open(&self.file).map_err(|error| Failure(format!("{}: {error}", self.file.display())))
    }

    /// Whether the key at hand opens what is sealed in the backup.
    fn try_master_key(store: &StoreArgs, summary: &Summary) -> Result<(), Failure> {
        let Some(check) = summary.settings.get(app::MASTER_KEY_CHECK) else { return Ok(()) };
        let opening = store.opening();
        let opened = opening.existing_master_key().and_then(|key| app::try_master_key(&key, check));
        match opened {
            Err(MasterKeyError::Other) => Err(Failure(format!(
                "the master key at hand is not the one of this backup, or there is none: a backup holds no master key; \
                 put the one that was kept with it at {}, or name it with --master-key-file",
                opening.master_key_file.display()
            ))),
            other => Ok(other?),
        }
    }
}

/// Says so where the next `serve` would look for the master key and not find it: it is not copied, for whoever keeps it
/// elsewhere may do so on purpose.
fn tell_where_the_key_belongs(store: &StoreArgs) {
    let (opening, expected) = (store.opening(), store.data.join("master.key"));
    let is_there =
        |path: &Path| path.canonicalize().is_ok_and(|path| expected.canonicalize().is_ok_and(|it| it == path));
    let expected = expected.display();
    let (given, keep) = match &opening.master_key {
        Some(_) => ("PUNCHCARD_MASTER_KEY".to_owned(), format!("put it into {expected}, readable by its owner alone")),
        None if is_there(&opening.master_key_file) => return,
        None => {
            let file = opening.master_key_file.display();
            (format!("--master-key-file {file}"), format!("install -m 600 {file} {expected}"))
        }
    };
    output::note(format!(
        "the master key is not beside the store: punchcard serve looks for it at {expected}; give it {given} each time, \
         or keep the key there: {keep}"
    ));
}
