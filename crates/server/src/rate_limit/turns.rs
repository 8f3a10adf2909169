//! How many pieces of heavy work run at once, and how many of them are one app's.

use quick_cache::sync::Cache;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::SUBJECTS_MAX;

/// The turns of all apps; each app has one at a time, so that whoever sends what takes long holds up no other.
pub struct Turns {
    all: Arc<Semaphore>,
    apps: Cache<String, Arc<Semaphore>>,
}

/// A turn; it ends when this is dropped.
pub struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_app: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at once.
    pub fn new(at_once: usize) -> Turns {
        Turns { all: Arc::new(Semaphore::new(at_once)), apps: Cache::new(SUBJECTS_MAX) }
    }

    /// Waits for a turn of this app.
    pub async fn take(&self, app_id: &str) -> Turn {
        let new = || Ok::<_, ()>(Arc::new(Semaphore::new(1)));
        let own = self.apps.get_or_insert_with(app_id, new).expect("it cannot fail");
        // Its own first: what waits for that keeps none of the others'.
        let of_app = own.acquire_owned().await.expect("nobody closes it");
        let of_all = self.all.clone().acquire_owned().await.expect("nobody closes it");
        Turn { _of_all: of_all, _of_app: of_app }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn one_app_holds_up_no_other() {
        const SHORT: Duration = Duration::from_millis(20);
        let turns = Turns::new(2);
        let slow = turns.take("slow").await;
        let waiting = [turns.take("slow"), turns.take("slow")].map(|turn| timeout(SHORT, turn));
        for again in waiting {
            assert!(again.await.is_err(), "one at a time");
        }
        let other = turns.take("other").await;
        assert!(timeout(SHORT, turns.take("third")).await.is_err(), "two at once");
        drop(slow);
        let again = turns.take("slow").await;
        drop((other, again));
        turns.take("slow").await;
    }
}
