//! Ids: a counter leased from the store in blocks, with the bucket below it. No clock takes part, so a clock that stands
//! still repeats nothing; a restart leaves the rest of its block unused.

use tokio::sync::Mutex;

use crate::fault::Fault;
use crate::params;
use crate::sql::statements;
use crate::store::Store;
use crate::tx::Tx;

/// What the counter of all ids is called.
pub(crate) const NAME: &str = "id";
/// How many numbers one visit to the store gives: a payment takes eight, and whoever finds the block used up waits for a COMMIT.
const BLOCK: i64 = 1 << 14;
/// The same for imports: numbers for some chunks, so that not each waits for a COMMIT before its own.
const BULK: i64 = 1 << 17;

statements! {
    LEASE = "INSERT INTO id_lease (name, next) VALUES ($1, $2 + 1)
        ON CONFLICT (name) DO UPDATE SET next = id_lease.next + $2 RETURNING next";
}

/// One more number inside of a transaction, for who finds out only there that it is needed. Until the transaction ends nobody
/// else gets numbers from the store: seldom, then.
pub fn next_number_in(tx: &mut Tx) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(LEASE, params![NAME, 1_i64])?.0 - 1)
}

/// The rest of the block that this process holds.
pub(crate) struct Ids {
    name: &'static str,
    block: Mutex<Block>,
    bulk: Mutex<Block>,
}

/// From `next` up to, but not with, `end`.
#[derive(Default)]
struct Block {
    next: i64,
    end: i64,
}

impl Ids {
    pub(crate) fn new(name: &'static str) -> Ids {
        Ids { name, block: Mutex::default(), bulk: Mutex::default() }
    }

    /// The first of `count` numbers in a row, a block at most. Those who find the block used up wait for the one who leases
    /// the next.
    pub(crate) async fn next(&self, store: &Store, count: u16) -> Result<i64, Fault> {
        let count = i64::from(count);
        assert!(count <= BLOCK, "{count} ids at once");
        self.take(store, &self.block, count, BLOCK).await
    }

    /// The first of any count of numbers in a row, for imports: from a block of their own.
    pub(crate) async fn many(&self, store: &Store, count: u32) -> Result<i64, Fault> {
        let count = i64::from(count);
        self.take(store, &self.bulk, count, BULK.max(count)).await
    }

    async fn take(&self, store: &Store, block: &Mutex<Block>, count: i64, size: i64) -> Result<i64, Fault> {
        let mut block = block.lock().await;
        if block.end - block.next < count {
            let end = self.lease(store, size).await?;
            *block = Block { next: end - size, end };
        }
        let first = block.next;
        block.next += count;
        Ok(first)
    }

    /// Takes so many numbers from the store; the one after the last.
    async fn lease(&self, store: &Store, count: i64) -> Result<i64, Fault> {
        let name = self.name;
        let lease = move |tx: &mut Tx| tx.query_one::<(i64,)>(LEASE, params![name, count]);
        Ok(store.write(lease).await?.0)
    }
}
