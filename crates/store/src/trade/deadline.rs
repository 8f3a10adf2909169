//! When a trade's time is up: an unpaid trade has the job that closes it, a paid one the job that finishes it.

use crate::engine::sql::statements;
use crate::engine::table::{Module, Proof};
use crate::job;

pub(crate) static MODULE: Module = Module {
    tables: &[],
    proofs: &[
        Proof { name: "ends of unpaid trades", count: JOBS, differ: EXPIRE_OFF, values: &[job::TRADE_EXPIRE] },
        Proof { name: "ends of refund periods", count: JOBS, differ: FINISH_OFF, values: &[job::TRADE_FINISH] },
    ],
};

statements! {
    JOBS: proof = "SELECT COUNT(*) FROM job";
    EXPIRE_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, COALESCE(job.kind, 'no job') FROM trade
        LEFT JOIN job ON job.bucket = trade.bucket AND job.subject = trade.id AND job.kind = $1
        WHERE (trade.status = 'WAIT_BUYER_PAY' AND job.kind IS NULL)
            OR (trade.status <> 'WAIT_BUYER_PAY' AND job.kind IS NOT NULL) ORDER BY 1";
    FINISH_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, COALESCE(job.kind, 'no job') FROM trade
        LEFT JOIN job ON job.bucket = trade.bucket AND job.subject = trade.id AND job.kind = $1
        WHERE (trade.status = 'TRADE_SUCCESS' AND job.kind IS NULL)
            OR (trade.status <> 'TRADE_SUCCESS' AND job.kind IS NOT NULL) ORDER BY 1";
}
