//! `punchcard.toml`: settings for those who like files. An option stands there under its long name, `database-url` or
//! `database_url`; what the command line or the environment says wins.

use super::Failure;
use clap::Command;
use std::path::Path;

/// Gives options the file's values as their defaults.
pub fn with_file(command: Command) -> Result<Command, Failure> {
    let path = Path::new("punchcard.toml");
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(command),
        Err(error) => return Err(Failure(format!("{}: {error}", path.display()))),
    };
    let table: toml::Table = toml::from_str(&text).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let mut command = command;
    // Options of the program itself reach into every command.
    for (name, value) in &table {
        let long = name.replace('_', "-");
        let values: Vec<String> = match value {
            toml::Value::Array(values) => values.iter().map(as_text).collect(),
            value => vec![as_text(value)],
        };
        let mut known = false;
        command = with_default(command, &long, &values, &mut known);
        if !known {
            return Err(Failure(format!("{}: no option is called {name}", path.display())));
        }
    }
    Ok(command)
}

/// Gives an option these values as its default, in the command and in all below it; `known` becomes true if there is
/// one.
fn with_default(command: Command, long: &str, values: &[String], known: &mut bool) -> Command {
    let command = command.mut_args(|arg| {
        if arg.get_long() != Some(long) {
            return arg;
        }
        *known = true;
        arg.default_values(values.to_vec())
    });
    command.mut_subcommands(|below| with_default(below, long, values, known))
}

fn as_text(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
