//! What `pgbench` runs: the same rows.

use super::CARD;
use super::fill::activity_account;
use crate::server::{NOW, PID};

/// The statement, with the variable `:user`, the place of an account from 0.
pub(super) fn statement() -> String {
    let account = activity_account();
    format!(
        "WITH new AS (SELECT n, (:user % 1024) AS bucket, CAST(2088000000000000 + :user AS text) AS user_id
    FROM nextval('req_id') AS n),
  claimed AS (INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at)
    SELECT n * 769 % 1024, 'koubei.marketing.tool.points.update/{PID}/{account}', CAST(n AS text),
      decode(repeat('07', 32), 'hex'), n * 1024 + bucket, {NOW} FROM new),
  entered AS (INSERT INTO point_log (bucket, id, card, user_id, kind, amount, memo, at, app_id, trace_id)
    SELECT bucket, n * 1024 + bucket, {CARD}, user_id, 'FREEZE', 1, '兑换', {NOW}, '2021000000000001',
      lpad(CAST(n AS text), 32, '0') FROM new),
  held AS (INSERT INTO point_freeze (bucket, id, card, user_id, amount, at)
    SELECT bucket, n * 1024 + bucket, {CARD}, user_id, 1, {NOW} FROM new)
UPDATE point_account SET available = available - 1, frozen = frozen + 1 FROM new
  WHERE point_account.bucket = new.bucket AND card = {CARD} AND point_account.user_id = new.user_id AND available >= 1"
    )
}
