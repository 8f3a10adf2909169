//! `punchcard apply`: a world file into an existing store.

use super::{Failure, StoreArgs, output};
use crate::control::OperatorError;
use crate::world::WorldText;
use clap::Args;
use std::path::PathBuf;

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
        let applied = operator.apply(&text).await.map_err(|error| text.place(&self.file, error))?;
        if self.json {
            output::json(&applied);
        } else {
            output::line(format!("{} things, {} of them new or changed", applied.things, applied.changed));
        }
        Ok(())
    }
}

impl WorldText {
    /// What was refused, at the line of the file that it is about.
    pub(super) fn place(&self, path: &std::path::Path, error: OperatorError) -> Failure {
        match &error {
            OperatorError::Refused { at: Some((table, id)), message } => match self.line(table, id) {
                Some(line) => Failure(format!("{}:{line}: {message}", path.display())),
                None => Failure::from(error),
            },
            _ => Failure::from(error),
        }
    }
}
