//! Accepts connections and serves them until it is to stop: HTTP/1 with bounds on numbers, bytes and time, whoever is
//! on the other side. Every answer leaves here, so what browsers may do with any of them is said here.

use super::caller::Peer;
use super::connections::{ConnectionLimit, Connections};
use super::writing::TimedWrites;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_service::Service;

/// A head must have arrived whole within this time, the wait for its first byte included.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// The most bytes of a head, and of a body's part that waits to be read: what hyper takes for a request target (one
/// over the gateway's bound is told so), and 16 KiB of headers.
pub const HEAD_MAX: usize = 80 << 10;
/// Who is answered must take each part of the answer (see `writing`) within this time.
const WRITE_TIME_MAX: Duration = Duration::from_secs(30);
/// When stopping, calls in flight may take this long.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);
/// After a failed accept (no file descriptors left), wait before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The pause between two lines of the log about refused connections.
const REFUSALS_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Serves `router` on `listener` until `stop` turns true; then answers what was accepted and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let mut logged_at = None;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|&stop| stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let peer = peer.ip();
        let place = match connections.enter(peer) {
            Ok(place) => place,
            Err(limit) => {
                refuse(&stream, limit, peer, &mut logged_at);
                continue;
            }
        };
        // Answers are one small write: waiting to fill a packet only delays them. It is no loss where it cannot be set.
        drop(stream.set_nodelay(true));
        let (router, owner) = (router.clone(), connections.clone());
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            let caller = owner.caller(peer, request.headers());
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(Peer(peer));
            let answer = router.clone().call(request);
            async move {
                let mut response = answer.await?;
                restrict(response.headers_mut());
                Ok::<_, Infallible>(response)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME_MAX)
            .max_buf_size(HEAD_MAX)
            .serve_connection(TokioIo::new(TimedWrites::new(stream, WRITE_TIME_MAX)), service);
        let watched = graceful.watch(connection);
        // A connection that breaks is the client's business; the calls on it have been logged.
        tokio::spawn(async move {
            drop(watched.await);
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with connections still open after {DRAIN_TIME_MAX:?}");
    }
}

/// No answer is taken for another type than it says, and none but a page of ours, which has a policy of its own, does
/// anything in a browser: whatever a caller's text in it looks like.
fn restrict(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; sandbox"));
}

/// Answers why, and closes. The log gets a line of the first, and then one now and then: a flood of connections is no
/// flood of lines.
fn refuse(stream: &TcpStream, limit: ConnectionLimit, peer: IpAddr, logged_at: &mut Option<Instant>) {
    let why = limit.reason();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}",
        why.len()
    );
    // A fresh socket has room for it; should it not, closing says enough.
    drop(stream.try_write(answer.as_bytes()));
    if logged_at.is_none_or(|at| REFUSALS_LOGGED_EVERY <= at.elapsed()) {
        *logged_at = Some(Instant::now());
        tracing::warn!(%peer, why = why.trim_end(), "connection refused; the metrics count them");
    }
}
