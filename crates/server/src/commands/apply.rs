//! `punchcard apply`: a world file into an existing store.

use super::{Failure, StoreArgs, output};
use crate::methods::console::world_apply::{Response, WorldApply};
use crate::world::WorldText;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Apply a world file to a store, running or not. It adds and changes by id and deletes nothing; applying it again
/// changes nothing. A wrong file is refused whole.
#[derive(Args)]
#[command(after_help = "Example:  punchcard apply world.toml --data ./punchcard-data")]
pub struct Apply {
    /// The world file
    file: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Apply {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let text = WorldText::read(&self.file)?;
        let (operator, _lock) = store.operator().await?;
        let applied = match operator.call::<WorldApply>(json!({"text": text.as_str()})).await? {
            Response::Applied(applied) => applied,
            Response::Refused { table, id, message } => return Err(text.refused(&self.file, &table, &id, &message)),
        };
        for warning in &applied.warnings {
            output::note(format!("warning: {warning}"));
        }
        output::result(self.json, &applied, |applied| {
            vec![format!("{} things, {} of them new or changed", applied.things, applied.changed)]
        });
        Ok(())
    }
}

impl WorldText {
    /// The refusal of one of its tables, at that table's line of the file.
    pub(super) fn refused(&self, path: &Path, table: &str, id: &str, message: &str) -> Failure {
        match self.line(table, id) {
            Some(line) => Failure(format!("{}:{line}: {message}", path.display())),
            None => Failure(message.to_owned()),
        }
    }
}
