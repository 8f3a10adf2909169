//! `punchcard operator`: who may sign in at the console, and as what.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::operator::OperatorView;
use crate::methods::console::operator_enable::OperatorEnable;
use crate::methods::console::operator_grant::OperatorGrant;
use crate::methods::console::operator_invite::{Invitation, OperatorInvite};
use crate::methods::console::operator_list::OperatorList;
use crate::methods::console::session_end::SessionEnd;
use crate::methods::console::session_list::{SessionList, SessionSummary};
use clap::{Args, Subcommand};
use serde_json::json;

/// Say who may sign in at the console, and as what.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard operator add li.lei --role owner
  punchcard operator add han.meimei --role marketer --pid 2088101000000001
  punchcard operator link li.lei                       a new password
  punchcard operator grant han.meimei --role viewer
  punchcard operator disable han.meimei
Roles: owner (everything), marketer (crowds, activities, vouchers), finance (money, points), developer (signatures,
notifications, the clock), viewer (looks). A link works once, for 15 minutes.")]
pub struct Operator {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Who there is, by name
    List {
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// Make one, and print a link that sets the password
    Add {
        /// 1 to 28 small letters, digits and . _ - @
        name: String,
        /// What the operator is
        #[arg(long)]
        role: String,
        /// For this merchant alone [default: for all]
        #[arg(long)]
        pid: Option<String>,
        /// The app that the operator acts as [default: whichever may act for the merchant]
        #[arg(long)]
        app_id: Option<String>,
    },
    /// Print a link that sets a new password
    Link {
        /// Whose
        name: String,
    },
    /// Give a role, in the place of the one before; the operator must sign in again
    Grant {
        /// Whom
        name: String,
        /// What the operator is
        #[arg(long)]
        role: String,
        /// For this merchant alone [default: for all]
        #[arg(long)]
        pid: Option<String>,
        /// The app that the operator acts as [default: whichever may act for the merchant]
        #[arg(long)]
        app_id: Option<String>,
    },
    /// Take a role
    Revoke {
        /// Whose
        name: String,
        /// The one for this merchant [default: the one for all]
        #[arg(long)]
        pid: Option<String>,
    },
    /// Let nobody sign in by this name any more; the next request is refused
    Disable {
        /// Whom
        name: String,
    },
    /// Let somebody sign in again
    Enable {
        /// Whom
        name: String,
    },
    /// Who has signed in, the last used first
    Sessions {
        /// Only this operator's
        name: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// Sign somebody out everywhere
    SignOut {
        /// Whom
        name: String,
    },
}

impl Operator {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.command {
            Command::List { .. } | Command::Sessions { .. } => store.onlooker().await?,
            _ => store.operator().await?,
        };
        match self.command {
            Command::List { pid, limit } => {
                let listed = operator.call::<OperatorList>(json!({"pid": pid, "limit": limit})).await?;
                output::result(self.json, &listed, |listed| listed.operators.iter().map(line).collect());
            }
            Command::Add { name, role, pid, app_id } => {
                let request = json!({"name": name, "role": role, "pid": pid, "app_id": app_id});
                let invited = operator.call::<OperatorInvite>(request).await?;
                output::result(self.json, &invited, invitation);
            }
            Command::Link { name } => {
                let invited = operator.call::<OperatorInvite>(json!({"name": name})).await?;
                output::result(self.json, &invited, invitation);
            }
            Command::Grant { name, role, pid, app_id } => {
                let request = json!({"name": name, "role": role, "pid": pid, "app_id": app_id});
                let view = operator.call::<OperatorGrant>(request).await?;
                output::result(self.json, &view, |view| vec![line(view)]);
            }
            Command::Revoke { name, pid } => {
                let view = operator.call::<OperatorGrant>(json!({"name": name, "pid": pid})).await?;
                output::result(self.json, &view, |view| vec![line(view)]);
            }
            Command::Disable { name } => {
                let view = operator.call::<OperatorEnable>(json!({"name": name, "enabled": false})).await?;
                output::result(self.json, &view, |view| vec![line(view)]);
            }
            Command::Enable { name } => {
                let view = operator.call::<OperatorEnable>(json!({"name": name, "enabled": true})).await?;
                output::result(self.json, &view, |view| vec![line(view)]);
            }
            Command::Sessions { name, limit } => {
                let listed = operator.call::<SessionList>(json!({"name": name, "limit": limit})).await?;
                output::result(self.json, &listed, |listed| listed.iter().map(session).collect());
            }
            Command::SignOut { name } => {
                let ended = operator.call::<SessionEnd>(json!({"name": name})).await?;
                output::result(self.json, &ended, |ended| vec![format!("{} sessions ended", ended.ended)]);
            }
        }
        Ok(())
    }
}

fn invitation(Invitation { name, path, until, .. }: &Invitation) -> Vec<String> {
    let link = format!("{name} sets a password there, once, until {until} (this machine's clock):");
    vec![link, format!("  {path}"), "below the console's address, by default http://127.0.0.1:8089".to_owned()]
}

fn line(view: &OperatorView) -> String {
    let OperatorView { name, enabled, has_password, grants, sessions, .. } = view;
    let of = |pid: &str| if pid == "*" { "all merchants".to_owned() } else { pid.to_owned() };
    let grants: Vec<_> = grants.iter().map(|grant| format!("{} of {}", grant.role, of(&grant.pid))).collect();
    let grants = if grants.is_empty() { "nothing".to_owned() } else { grants.join(", ") };
    let state = match (enabled, has_password) {
        (false, _) => "disabled",
        (true, false) => "no password yet",
        (true, true) => "enabled",
    };
    format!("{name}  {state}, {grants}, {sessions} sessions")
}

fn session(session: &SessionSummary) -> String {
    let SessionSummary { name, began_at, seen_at, address, browser, .. } = session;
    format!("{name}  since {began_at}, seen {seen_at}, from {address}, {browser}")
}
