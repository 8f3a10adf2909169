//! `punchcard merchant`: what a merchant has: money, points that are out, tokens, shops, what an activity came to.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::control::Operator;
use crate::methods::console::activity_totals::ActivityTotals;
use crate::methods::console::fund_list::FundList;
use crate::methods::console::fund_show::FundShow;
use crate::methods::console::points_outstanding::PointsOutstanding;
use crate::methods::console::shop_list::ShopList;
use crate::methods::console::token_list::TokenList;
use crate::methods::method::Method;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Look at what a merchant has: its money, the points and tokens that are out, its shops.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard merchant funds --pid 2088201914979011
  punchcard merchant fund --pid 2088201914979011 20260101000700000000007168EB
  punchcard merchant points --pid 2088201914979011 --json")]
pub struct Merchant {
    #[command(subcommand)]
    command: Command,
    /// The merchant
    #[arg(long, global = true, default_value = "")]
    pid: String,
    /// Go on where a page ended, with its next
    #[arg(long, global = true, value_name = "NEXT")]
    after: Option<String>,
    /// How many at most
    #[arg(long, global = true, default_value_t = 50, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The balance, and the funds of the templates of cash vouchers: paid in, used, gone back, left
    Funds,
    /// The statement of one fund, the newest entry first
    Fund {
        /// Its template
        template_id: String,
    },
    /// The points that members have on each card
    Points,
    /// The tokens that were given and not used
    Tokens,
    /// The shops
    Shops,
    /// What became of an activity's coupons, and what they cost
    Activity {
        /// Its camp_id
        camp_id: String,
    },
}

impl Merchant {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let Merchant { command, pid, after, limit, json: as_json } = self;
        let page = json!({"pid": pid, "after": after, "limit": limit});
        match command {
            Command::Funds => show::<FundList>(&operator, as_json, page).await,
            Command::Fund { template_id } => {
                let page = json!({"pid": pid, "template_id": template_id, "after": after, "limit": limit});
                show::<FundShow>(&operator, as_json, page).await
            }
            Command::Points => show::<PointsOutstanding>(&operator, as_json, page).await,
            Command::Tokens => show::<TokenList>(&operator, as_json, page).await,
            Command::Shops => show::<ShopList>(&operator, as_json, page).await,
            Command::Activity { camp_id } => {
                show::<ActivityTotals>(&operator, as_json, json!({"pid": pid, "camp_id": camp_id})).await
            }
        }
    }
}

/// Asks, and prints the answer with a member a line.
async fn show<M>(operator: &Operator, as_json: bool, request: Value) -> Result<(), Failure>
where
    M: Method<Response: DeserializeOwned + Serialize>,
{
    let answer = operator.call::<M>(request).await?;
    output::result(as_json, &answer, |answer| {
        let members = serde_json::to_value(answer).expect("answers serialise");
        members.as_object().map_or_else(Vec::new, |members| output::outline(members, 0))
    });
    Ok(())
}
