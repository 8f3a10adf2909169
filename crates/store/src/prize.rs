//! Tokens of `prizesend.auth`: each lets one user take one prize, once. They are looked up by themselves, so each is in
//! the bucket of its own text.

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { lock: Lock::Thing, ..Table::by_bucket("prize_token", BucketOf::Pair(None, "token")) }],
    proofs: &[Proof { name: "prize tokens", count: TOKENS, differ: TOKENS_OFF, values: &[] }],
};

statements! {
    INSERT = "INSERT INTO prize_token (bucket, token, pid, activity, tool, user_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    GET = "SELECT token, pid, activity, tool, user_id, created_at, expires_at, used_at, out_biz_no FROM prize_token
        WHERE bucket = $1 AND token = $2";
    USE = "UPDATE prize_token SET used_at = $1, out_biz_no = $2
        WHERE bucket = $3 AND token = $4 AND used_at IS NULL AND expires_at > $1";
    UNUSED: all_buckets = "SELECT token, pid, activity, tool, user_id, created_at, expires_at, used_at, out_biz_no FROM prize_token
        WHERE pid = $1 AND used_at IS NULL AND created_at <= $2 ORDER BY created_at DESC, token DESC LIMIT $3 OFFSET $4";
    TOKENS: proof = "SELECT COUNT(*) FROM prize_token";
    TOKENS_OFF: proof = "SELECT prize_token.pid || '/' || prize_token.user_id,
            CASE WHEN prize_token.used_at IS NULL THEN 'not used' ELSE 'used' END,
            CASE WHEN given.token IS NULL THEN 'gave nothing' ELSE 'gave a voucher' END FROM prize_token
        LEFT JOIN (SELECT DISTINCT token, user_id FROM voucher WHERE token IS NOT NULL) AS given
            ON given.token = prize_token.token AND given.user_id = prize_token.user_id
        WHERE (prize_token.used_at IS NULL AND given.token IS NOT NULL)
            OR (prize_token.used_at IS NOT NULL AND given.token IS NULL) ORDER BY 1";
}

/// A token and what became of it. Shown in logs without its text.
#[derive(Clone, PartialEq, Eq)]
pub struct PrizeToken {
    /// What its holder shows.
    pub token: String,
    /// The merchant whose prize it is for.
    pub pid: String,
    /// The number of the prize's activity.
    pub activity: i64,
    /// The number of the prize.
    pub tool: i64,
    /// Who may take it.
    pub user_id: String,
    /// When it was given out, UTC milliseconds.
    pub created_at: i64,
    /// From when on it gives nothing any more.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// What the page was called with when it was used: the merchant's own number of the exchange.
    pub out_biz_no: Option<String>,
}

impl std::fmt::Debug for PrizeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let PrizeToken { tool, user_id, used_at, .. } = self;
        f.debug_struct("PrizeToken")
            .field("tool", tool)
            .field("user_id", user_id)
            .field("used_at", used_at)
            .finish_non_exhaustive()
    }
}

/// Keeps a new token, which nobody has used.
pub fn insert(tx: &mut Tx, token: &PrizeToken) -> Result<(), Fault> {
    let PrizeToken { token, pid, activity, tool, user_id, created_at, expires_at, .. } = token;
    let bucket = bucket_of("", token);
    let values = params![bucket, token, pid, *activity, *tool, user_id, *created_at, *expires_at];
    tx.execute(INSERT, values).map(drop)
}

/// The token of that text, whatever became of it.
pub fn token(tx: &mut Tx, token: &str) -> Result<Option<PrizeToken>, Fault> {
    tx.query_opt(GET, params![bucket_of("", token), token])
}

/// At most `limit` of a merchant's tokens that nobody has used, newest first: those made at `until` (UTC milliseconds)
/// or before, without the first `skip` of them.
pub fn unused(tx: &mut Tx, pid: &str, (until, skip): (i64, i64), limit: u32) -> Result<Vec<PrizeToken>, Fault> {
    tx.query(UNUSED, params![pid, until, limit, skip])
}

/// Uses a token up at `at`, UTC milliseconds; `false`, and nothing is changed, when it was used before, is over or was
/// never given out. Of several at once, one gets `true`, and the others wait for what becomes of it.
pub fn use_token(tx: &mut Tx, token: &str, out_biz_no: &str, at: i64) -> Result<bool, Fault> {
    Ok(tx.execute(USE, params![at, out_biz_no, bucket_of("", token), token])? == 1)
}

impl FromRow for PrizeToken {
    fn from_row(row: &dyn Row) -> Result<PrizeToken, Fault> {
        let (token, pid, activity, tool, user_id, created_at, expires_at, used_at, out_biz_no) =
            FromRow::from_row(row)?;
        Ok(PrizeToken { token, pid, activity, tool, user_id, created_at, expires_at, used_at, out_biz_no })
    }
}
