//! `punchcard import members`: rows of a file become members.

use super::{Failure, StoreArgs, print_json, progress};
use crate::import::{Import as How, Report};
use crate::world::account_id;
use clap::{Args, Subcommand};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// Import from CSV or NDJSON, gzipped or not; `-` is standard input.
#[derive(Args)]
#[command(after_help = "\
Example:  punchcard import members --pid 2088201914979011 members.csv.gz

A header (or NDJSON keys) of user_id, any tag codes of the merchant, and home_longitude, home_latitude, work_longitude,
work_latitude. An empty cell takes a value away; a column that is not there leaves it. A bad row is reported with its
line, the rest is imported. Importing a file twice changes nothing.")]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A merchant's members with their tags.
    Members(Members),
}

/// Import a merchant's members with their tags.
#[derive(Args)]
struct Members {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The file, or - for standard input
    file: PathBuf,
    /// Check the whole file first, and import nothing unless every row is good
    #[arg(long)]
    strict: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Members(members) => members.run().await,
        }
    }
}

impl Members {
    async fn run(self) -> Result<(), Failure> {
        account_id("--pid", &self.pid).map_err(Failure)?;
        let mut input = self.input()?;
        let (operator, _lock) = self.store.operator().await?;
        if self.strict {
            let (checked, again) = input.twice().map_err(|error| self.unreadable(&error))?;
            let report = operator.import_members(&self.pid, checked, How::Check).await?;
            if 0 < report.bad {
                self.print(&report);
                return Err(Failure(format!("nothing imported: {} bad rows", report.bad)));
            }
            input = again;
        }
        let bar = progress(input.len());
        let report = operator.import_members(&self.pid, bar.wrap_read(input.read), How::Write).await?;
        bar.finish_and_clear();
        self.print(&report);
        Ok(())
    }

    fn print(&self, report: &Report) {
        if self.json {
            return print_json(report);
        }
        for bad in &report.bad_rows {
            eprintln!("{}:{}: {}", self.file.display(), bad.line, bad.reason);
        }
        let unnamed = report.bad - report.bad_rows.len() as u64;
        if 0 < unnamed {
            eprintln!("and {unnamed} more bad rows");
        }
        println!(
            "{} rows: {} new members, {} changed; {} bad rows",
            report.rows, report.new, report.changed, report.bad
        );
    }

    fn input(&self) -> Result<Input, Failure> {
        if self.file.as_os_str() == "-" {
            return Ok(Input { read: Box::new(std::io::stdin()), file: None });
        }
        let file = File::open(&self.file).map_err(|error| self.unreadable(&error))?;
        let copy = file.try_clone().map_err(|error| self.unreadable(&error))?;
        Ok(Input { read: Box::new(file), file: Some(copy) })
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure(format!("{}: {error}", self.file.display()))
    }
}

/// What is imported: a stream, and the file behind it when it is one.
struct Input {
    read: Box<dyn Read + Send>,
    file: Option<File>,
}

impl Input {
    fn len(&self) -> Option<u64> {
        Some(self.file.as_ref()?.metadata().ok()?.len())
    }

    /// The same bytes two times; standard input is kept in a temporary file meanwhile.
    fn twice(mut self) -> std::io::Result<(Box<dyn Read + Send>, Input)> {
        let file = match self.file {
            Some(file) => file,
            None => {
                let mut file = tempfile::tempfile()?;
                std::io::copy(&mut self.read, &mut file)?;
                file
            }
        };
        // Two handles of one file share one position, so each reads from a position of its own.
        let from_start = |file: &File| std::io::Result::Ok(Box::new(Positioned { file: file.try_clone()?, at: 0 }));
        Ok((from_start(&file)?, Input { read: from_start(&file)?, file: Some(file) }))
    }
}

/// Reads a file from its own position, whatever other handles do.
struct Positioned {
    file: File,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = std::os::unix::fs::FileExt::read_at(&self.file, buffer, self.at)?;
        self.at += len as u64;
        Ok(len)
    }
}
