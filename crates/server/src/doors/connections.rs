//! How many connections there may be: in all, so that files and sockets of ours can still be opened, and from one
//! address, so that nobody has them all. The newest is refused, for those that are there may have calls on them; idle
//! ones end by themselves, after the time that a head may take.

use super::caller::{Caller, TrustedProxies, X_FORWARDED_FOR, grouped};
use axum::http::HeaderMap;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};

/// File descriptors that are not for callers: the store's, notifications', the log's.
const FILES_KEPT: u64 = 128;
/// Connections in all where the system would give more: each may hold a head of `listener::HEAD_MAX` bytes.
const CONNECTIONS_MAX: usize = 4_096;

/// The limit by which a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionLimit {
    /// There are as many as there may be.
    All,
    /// There are as many from this address as there may be.
    Address,
}

impl ConnectionLimit {
    /// Every reason.
    pub const ALL: [(ConnectionLimit, &str); 2] =
        [(ConnectionLimit::All, "all"), (ConnectionLimit::Address, "address")];

    /// The reason, as the answer to a refused connection has it.
    pub fn reason(self) -> &'static str {
        match self {
            ConnectionLimit::All => "too many connections\n",
            ConnectionLimit::Address => "too many connections from your address\n",
        }
    }
}

/// The connections of the process's callers.
pub struct Connections {
    max: usize,
    of_address_max: usize,
    proxies: TrustedProxies,
    open: Mutex<Open>,
    refused: [AtomicU64; ConnectionLimit::ALL.len()],
    /// Whether the log has its line about a proxy that is not trusted.
    untrusted: Once,
}

#[derive(Default)]
struct Open {
    all: usize,
    /// Only addresses that have some.
    by_address: HashMap<IpAddr, usize>,
}

/// A connection's place among them, until it is dropped.
pub struct ConnectionSlot {
    connections: Arc<Connections>,
    address: IpAddr,
}

/// How many connections there are by default: what the limit on open files leaves, within reason.
pub fn default_max() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let left = files.map_or(CONNECTIONS_MAX, |files| usize::try_from(files.saturating_sub(FILES_KEPT)).unwrap_or(0));
    left.clamp(16, CONNECTIONS_MAX)
}

impl Connections {
    /// At most `max`, and `of_address_max` from one address that is no trusted proxy's: those bring everybody's.
    pub fn new(max: usize, of_address_max: usize, proxies: TrustedProxies) -> Arc<Connections> {
        let refused = [const { AtomicU64::new(0) }; _];
        Arc::new(Connections { max, of_address_max, proxies, open: Mutex::default(), refused, untrusted: Once::new() })
    }

    /// For whom a request is that came over this peer's connection. The log gets one line about a proxy that nobody
    /// trusts: all of its callers have one share.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> Caller {
        let caller = self.proxies.caller(peer, headers);
        let is_near = match peer.to_canonical() {
            IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
            IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
        };
        if is_near && headers.contains_key(X_FORWARDED_FOR) && !self.proxies.has(peer) {
            self.untrusted.call_once(|| {
                tracing::warn!(%peer, "a proxy forwards calls and is not trusted, so its callers count as one address; \
                    see --trusted-proxy");
            });
        }
        caller
    }

    /// Takes a new connection in, unless there are too many; a refusal is counted.
    pub fn enter(self: &Arc<Connections>, peer: IpAddr) -> Result<ConnectionSlot, ConnectionLimit> {
        let address = grouped(peer);
        let entered = {
            let mut open = self.open.lock().expect("no holder panics");
            let of_address = open.by_address.get(&address).copied().unwrap_or_default();
            if self.max <= open.all {
                Err(ConnectionLimit::All)
            } else if self.of_address_max <= of_address && !self.proxies.has(peer) {
                Err(ConnectionLimit::Address)
            } else {
                open.all += 1;
                open.by_address.insert(address, of_address + 1);
                Ok(())
            }
        };
        match entered {
            Ok(()) => Ok(ConnectionSlot { connections: self.clone(), address }),
            Err(limit) => {
                self.refused[limit as usize].fetch_add(1, Ordering::Relaxed);
                Err(limit)
            }
        }
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.lock().expect("no holder panics").all
    }

    /// How many were refused, by reason.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ConnectionLimit::ALL.iter().map(|(limit, name)| (*name, self.refused[*limit as usize].load(Ordering::Relaxed)))
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().expect("no holder panics");
        open.all -= 1;
        if let Some(of_address) = open.by_address.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::caller::network;
    use super::*;

    #[test]
    fn an_address_has_its_share_and_a_trusted_proxy_has_all() {
        let proxies = TrustedProxies(vec![network("10.0.0.0/8").expect("a network")]);
        let connections = Connections::new(6, 2, proxies);
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let enter = |text: &str| connections.enter(address(text));
        let one = enter("203.0.113.1").expect("the first");
        let _again = enter("::ffff:203.0.113.1").expect("the second");
        assert_eq!(enter("203.0.113.1").err(), Some(ConnectionLimit::Address));
        // One IPv6 customer has 2^64 addresses.
        let _six = ["2001:db8::1", "2001:db8::2"].map(|text| enter(text).expect("there is room"));
        assert_eq!(enter("2001:db8::3").err(), Some(ConnectionLimit::Address));
        drop(one);
        let _proxy = ["10.0.0.1"; 3].map(|text| enter(text).expect("there is room"));
        assert_eq!(enter("10.0.0.1").err(), Some(ConnectionLimit::All));
        assert_eq!(enter("203.0.113.2").err(), Some(ConnectionLimit::All));
        assert_eq!(connections.refused().collect::<Vec<_>>(), [("all", 2), ("address", 2)]);
        drop(_six);
        assert!(enter("203.0.113.2").is_ok());
        assert_eq!(connections.open(), 4);
        drop((_again, _proxy));
        assert_eq!((connections.open(), connections.open.lock().expect("no panic").by_address.len()), (0, 0));
    }
}
