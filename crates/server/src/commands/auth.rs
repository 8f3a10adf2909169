//! `punchcard auth`: what merchants and members have authorised apps for, and ending it.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::auth_list::{AuthList, AuthSummary};
use crate::methods::console::auth_revoke::AuthRevoke;
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at what apps were authorised for, or revoke it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard auth list --app-id 2021000000000002
  punchcard auth list --members
  punchcard auth revoke 201609BB1dfe7bbd1f7a6b2ed4b8d3a6c1c09cd6
  punchcard auth revoke 5e884898da280471")]
pub struct Auth {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// What merchants have let apps do, the last given first; no token is told
    List {
        /// What members have let apps know, instead
        #[arg(long)]
        members: bool,
        /// Only this app's
        #[arg(long)]
        app_id: Option<String>,
        /// Only this merchant's, or this user's
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// End an authorisation: every token and code of it, in every process, from the next call on
    Revoke {
        /// An app_auth_token, an access token, a refresh token of either, or the name that the list has
        token: String,
    },
}

impl Auth {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.command {
            Command::List { .. } => store.onlooker().await?,
            Command::Revoke { .. } => store.operator().await?,
        };
        match self.command {
            Command::List { members, app_id, account, limit } => {
                let request = json!({"members": members, "app_id": app_id, "account_id": account, "limit": limit});
                let listed = operator.call::<AuthList>(request).await?;
                output::result(self.json, &listed, |listed| listed.iter().map(line).collect());
            }
            Command::Revoke { token } => {
                let revoked = operator.call::<AuthRevoke>(json!({"token": token})).await?;
                output::result(self.json, &revoked, |revoked| {
                    let (app_id, account_id) = (&revoked.app_id, &revoked.account_id);
                    let text = match revoked.ended {
                        0 => format!("app {app_id} had nothing of {account_id} any more"),
                        ended => format!("app {app_id} has nothing of {account_id} any more: {ended} ended"),
                    };
                    vec![text]
                });
            }
        }
        Ok(())
    }
}

fn line(listed: &AuthSummary) -> String {
    let AuthSummary { name, app_id, account_id, allowed, status, given_at, until, .. } = listed;
    let allowed = match allowed.as_slice() {
        [one] => one.clone(),
        all => format!("{} methods", all.len()),
    };
    format!("{name}  {status}, app {app_id} of {account_id}, {allowed}, {given_at} to {until}")
}
