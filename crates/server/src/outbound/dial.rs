//! A connection to a host of several addresses, by whichever answers first (RFC 8305, "Happy Eyeballs").

use std::io::Error;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long an address has to itself before the next one is tried beside it (`docs/decisions.md`, "Connections to
/// receivers").
const NEXT_AFTER: Duration = Duration::from_millis(300);

/// Connects to one of these addresses: each is begun when those before it have failed, or [`NEXT_AFTER`] after the last
/// was begun. The first that connects wins, and the others are dropped. The error says why each of them failed.
pub async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Vec<(SocketAddr, Error)>> {
    let mut waiting = alternating(addresses).into_iter().peekable();
    // Dropped, it ends what it still holds.
    let mut attempts = JoinSet::new();
    let mut failed = Vec::new();
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let tried = tokio::select! {
            tried = attempts.join_next() => tried,
            () = tokio::time::sleep(NEXT_AFTER), if waiting.peek().is_some() => continue,
        };
        match tried {
            Some(Ok((_, Ok(stream)))) => return Ok(stream),
            Some(Ok((address, Err(error)))) => failed.push((address, error)),
            // Nobody ends an attempt, and connecting does not panic.
            Some(Err(_)) => {}
            None => return Err(failed),
        }
    }
}

/// The addresses in the resolver's order, but of both families by turns, so that a family that cannot be reached costs
/// one wait (RFC 8305, section 4).
fn alternating(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, other): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut first, mut other) = (first.into_iter(), other.into_iter());
    let mut by_turns = Vec::with_capacity(addresses.len());
    loop {
        let pair = [first.next(), other.next()];
        if pair == [None, None] {
            return by_turns;
        }
        by_turns.extend(pair.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_in_the_resolvers_order() {
        for (found, expect) in [
            (&[][..], &[][..]),
            (&["1.1.1.1"], &["1.1.1.1"]),
            (&["1.1.1.1", "1.1.1.2"], &["1.1.1.1", "1.1.1.2"]),
            (&["::1", "::2", "1.1.1.1"], &["::1", "1.1.1.1", "::2"]),
            (&["1.1.1.1", "::1", "::2", "1.1.1.2", "1.1.1.3"], &["1.1.1.1", "::1", "1.1.1.2", "::2", "1.1.1.3"]),
        ] {
            let read = |texts: &[&str]| -> Vec<SocketAddr> {
                texts.iter().map(|ip| SocketAddr::new(ip.parse().expect("an address"), 80)).collect()
            };
            assert_eq!(alternating(&read(found)), read(expect), "{found:?}");
        }
    }
}
