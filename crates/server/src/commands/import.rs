//! `punchcard import`: rows of a file become members, trades, or the history of vouchers.

use super::file_input::{CharsetArg, FileInput};
use super::{Failure, StoreArgs, output, progress};
use crate::control::Operator;
use crate::import::{Detection, Report};
use crate::methods::console::import_members::ImportMembers;
use crate::methods::console::import_trades::ImportTrades;
use crate::methods::console::import_vouchers::ImportVouchers;
use crate::world::account_id;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;

/// Import from CSV or NDJSON, gzipped or not; `-` is standard input.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard import members  --pid 2088201914979011 members.csv.gz
  punchcard import trades   --pid 2088201914979011 trades.csv
  punchcard import vouchers --pid 2088201914979011 vouchers.csv

Members: a header (or NDJSON keys) of user_id, any tag codes of the merchant, and home_longitude, home_latitude,
work_longitude, work_latitude. An empty cell takes a value away; a column that is not there leaves it.

Trades: trade_no, user_id, shop_id, total_amount, paid_at, and if you like out_trade_no, refunded_amount, refunded_at. Times
are yyyy-MM-dd HH:mm:ss in UTC+8, amounts yuan. Who paid becomes a member; the money comes from outside/PID.

Vouchers: voucher_no, user_id, received_at, and if you like redeemed_at: what members received and redeemed elsewhere, as
history. Who received one becomes a member.

CSV has a header, separators that it shows (commas, tabs, semicolons, bars), quotes that end on their line, and lines of at most
64 KiB. Ids are text: a spreadsheet that takes them for numbers keeps 15 digits. A file is UTF-8 or, if all of it is that and
not UTF-8, GB18030; another one is refused whole. A file that may be either is warned of, and with --strict refused.

A bad row is reported with its line, the rest is imported, and the exit status is 1. Importing a file twice changes nothing;
a trade that comes again with a refund, or with a higher one, is changed, and so is a voucher that has been redeemed since.")]
pub struct Import {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// A merchant's members with their tags.
    Members(Rows),
    /// Trades that a merchant made elsewhere.
    Trades(Rows),
    /// Vouchers that a merchant's members received and redeemed elsewhere.
    Vouchers(Rows),
}

/// Which rows, for whom, and how.
#[derive(Args)]
struct Rows {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The file, or - for standard input
    file: PathBuf,
    #[command(flatten)]
    charset: CharsetArg,
    /// Check the whole file first, and import nothing unless each row is good by itself and nothing is warned of
    #[arg(long)]
    strict: bool,
}

impl Import {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        match self.command {
            Command::Members(rows) => rows.run(Kind::Members, self.json, store).await,
            Command::Trades(rows) => rows.run(Kind::Trades, self.json, store).await,
            Command::Vouchers(rows) => rows.run(Kind::Vouchers, self.json, store).await,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Members,
    Trades,
    Vouchers,
}

impl Rows {
    async fn run(self, kind: Kind, json: bool, store: &StoreArgs) -> Result<(), Failure> {
        account_id("--pid", &self.pid).map_err(Failure)?;
        let input = FileInput::open(&self.file)?;
        let Detection { charset, doubt } = self.charset.detect(&input, "nothing imported")?;
        if let Some(doubt) = doubt.as_ref().filter(|_| self.strict) {
            return Err(Failure(format!("nothing imported: {}: {doubt}", self.file.display())));
        }
        let import = async |operator: &Operator, input: Box<dyn Read + Send>, check: bool| {
            let request = json!({"pid": self.pid, "check": check, "charset": charset.name()});
            match kind {
                Kind::Members => operator.send::<ImportMembers>(request, input).await,
                Kind::Trades => operator.send::<ImportTrades>(request, input).await,
                Kind::Vouchers => operator.send::<ImportVouchers>(request, input).await,
            }
        };
        let (operator, _lock) = store.operator().await?;
        if self.strict {
            let report = import(&operator, Box::new(input.read()), true).await?;
            if 0 < report.bad {
                self.print(kind, json, &report);
                return Err(Failure(format!("nothing imported: {} bad rows", report.bad)));
            }
            if !report.warnings.is_empty() {
                self.print(kind, json, &report);
                return Err(Failure("nothing imported: --strict takes no file that is warned of".to_owned()));
            }
        }
        let bar = progress(Some(input.len()));
        let mut report = import(&operator, Box::new(bar.wrap_read(input.read())), false).await?;
        bar.finish_and_clear();
        report.warnings.extend(doubt);
        self.print(kind, json, &report);
        match report.bad {
            0 => Ok(()),
            bad => Err(Failure(format!("{bad} bad rows were left out; the others are imported"))),
        }
    }

    fn print(&self, kind: Kind, json: bool, report: &Report) {
        if json {
            return output::json(report);
        }
        for bad in &report.bad_rows {
            output::note(format!("{}:{}: {}", self.file.display(), bad.line, bad.text()));
        }
        let unnamed = report.bad - report.bad_rows.iter().map(|bad| 1 + bad.more).sum::<u64>();
        if 0 < unnamed {
            output::note(format!("and {unnamed} more bad rows"));
        }
        for warning in &report.warnings {
            output::note(format!("{}: warning: {warning}", self.file.display()));
        }
        let Report { rows, new, changed, bad, .. } = report;
        let things = match kind {
            Kind::Members => "members",
            Kind::Trades => "trades",
            Kind::Vouchers => "vouchers",
        };
        // Members change with each file; the others seldom do.
        if *changed == 0 && !matches!(kind, Kind::Members) {
            return output::line(format!("{rows} rows: {new} new {things}; {bad} bad rows"));
        }
        output::line(format!("{rows} rows: {new} new {things}, {changed} changed; {bad} bad rows"));
    }
}
