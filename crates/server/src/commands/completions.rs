//! `punchcard completions` and `punchcard man`: what the shell and `man` know of the program, from its declaration.

use super::{Failure, output};
use clap::{Args, Command};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// Print a shell's completions of this program.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard completions bash > ~/.local/share/bash-completion/completions/punchcard
  punchcard completions zsh > ~/.zfunc/_punchcard")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut program: Command) -> Result<(), Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut program, "punchcard", &mut script);
        output::raw(String::from_utf8(script)?.trim_end());
        Ok(())
    }
}

/// Print the manual page of this program, or of one of its commands.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard man | man -l -
  punchcard man serve > ~/.local/share/man/man1/punchcard-serve.1")]
pub struct ManualPage {
    /// The command; the whole program when absent
    command: Option<String>,
}

impl ManualPage {
    pub(super) fn run(&self, mut program: Command) -> Result<(), Failure> {
        program.build();
        let command = match &self.command {
            None => program,
            Some(name) => {
                let found = program.find_subcommand(name);
                let found = found.ok_or_else(|| Failure(format!("no command {name}: punchcard --help lists them")))?;
                let title = format!("punchcard-{name}");
                found.clone().name(title)
            }
        };
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        output::raw(String::from_utf8(page)?.trim_end());
        Ok(())
    }
}
