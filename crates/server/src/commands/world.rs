//! `punchcard world`: an example of a world file, and whether a file is right.

use super::{Failure, output};
use crate::world::{EXAMPLE, WorldText};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Print an example of a world file, or check a file without applying it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard world example > world.toml
  punchcard world check world.toml")]
pub struct World {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print a world file with every table and every field
    Example,
    /// Check a world file as `apply` reads it; what only the store knows is checked when it is applied
    Check {
        /// The world file
        file: PathBuf,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
}

impl World {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.action {
            Action::Example => output::paragraph(EXAMPLE),
            Action::Check { file, json } => {
                let things = WorldText::read(&file)?.world()?.things();
                if json {
                    output::json(&json!({ "things": things }));
                } else {
                    output::line(format!("{}: {things} things, nothing wrong", file.display()));
                }
            }
        }
        Ok(())
    }
}
