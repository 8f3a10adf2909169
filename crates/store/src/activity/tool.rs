//! What activities give: point cards and coupons.

use domain::activity::{Tool, ToolKind};

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    INSERT = "INSERT INTO tool (id, activity, place, kind, content, starts_at, ends_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE tool SET content = $1, ends_at = $2 WHERE id = $3";
    GET = "SELECT id, created_at, activity, place, kind, content, starts_at, ends_at FROM tool WHERE id = $1";
    TOOLS = "SELECT id, created_at, activity, place, kind, content, starts_at, ends_at FROM tool WHERE activity = $1
        ORDER BY place";
}

/// Keeps a new tool.
pub fn insert_tool(tx: &mut Tx, tool: &Tool) -> Result<(), Fault> {
    let Tool { number, created_at, activity, place, kind, content, starts_at, ends_at } = tool;
    let values = params![*number, *activity, *place, kind.name(), content, *starts_at, *ends_at, *created_at];
    tx.execute(INSERT, values).map(drop)
}

/// Keeps what a tool's activity was changed to say of it; that one's version guards it.
pub fn update_tool(tx: &mut Tx, tool: &Tool) -> Result<(), Fault> {
    tx.execute(UPDATE, params![&tool.content, tool.ends_at, tool.number]).map(drop)
}

/// The tool that the store knows by this number, whoever's it is.
pub fn tool(tx: &mut Tx, number: i64) -> Result<Option<Tool>, Fault> {
    tx.query_opt(GET, params![number])
}

/// The tools of an activity, in its order.
pub fn tools(tx: &mut Tx, activity: i64) -> Result<Vec<Tool>, Fault> {
    tx.query(TOOLS, params![activity])
}

impl FromRow for Tool {
    fn from_row(row: &dyn Row) -> Result<Tool, Fault> {
        let (number, created_at, activity, place, kind, content, starts_at, ends_at) =
            <(i64, i64, i64, u32, String, String, Option<i64>, Option<i64>)>::from_row(row)?;
        let kind = ToolKind::from_name(&kind).ok_or_else(|| Fault::bug(format!("unknown kind of tool {kind}")))?;
        Ok(Tool { number, created_at, activity, place, kind, content, starts_at, ends_at })
    }
}
