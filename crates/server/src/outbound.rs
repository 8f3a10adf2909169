//! What Punchcard sends by itself: one POST, one answer, over connections that are kept for the next.
//!
//! Built on hyper's connections and not on a client that resolves and connects by itself, because the connection must
//! go to the very address that was checked: a name that is public when it is looked up may be private when it is looked
//! up again. Redirects are answers like others; nobody follows them.

mod dial;
mod target;
#[cfg(test)]
mod tests;

pub use target::{Reach, Target};

use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::io::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use target::{Lookup, system_lookup};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

/// How long a POST may take, from resolving the name to the last byte that is read of the answer.
const TIME_MAX: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const ANSWER_BYTES_MAX: usize = 4096;
/// How long an unused connection is kept: less than the five seconds after which common servers close it.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// How many of a host's addresses a failure names.
const LISTED_MAX: usize = 4;
/// How many unused connections are kept to one host.
const IDLE_EACH_MAX: usize = 8;

/// Sends; holds the connections.
pub struct Outbound {
    reach: Reach,
    lookup: Box<Lookup>,
    time_max: Duration,
    tls: TlsConnector,
    idle: Mutex<Idle>,
}

/// By scheme, host and port.
type Idle = HashMap<(bool, String), Vec<(Instant, Connection)>>;
type Connection = SendRequest<Full<Bytes>>;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP's.
    pub status: u16,
    /// Its first bytes.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, PartialEq, Eq)]
pub enum NoReply {
    /// It took too long: what was waited for.
    TimedOut(String),
    /// The address may not be reached, or is none.
    Refused(String),
    /// There was no connection, or no answer on it: what failed, and why.
    Failed(String),
}

/// How far a POST has come, for who is told that it came no further.
struct Progress(Mutex<String>);

impl Progress {
    fn set(&self, awaited: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = awaited;
    }

    fn into_awaited(self) -> String {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbound {
    /// Sends to whom `reach` allows; https is believed when a public authority vouches for it.
    pub fn new(reach: Reach) -> Outbound {
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("the provider has them").with_root_certificates(roots).with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(config));
        Outbound { reach, lookup: Box::new(system_lookup), time_max: TIME_MAX, tls, idle: Mutex::default() }
    }

    /// Posts a form and waits for the answer.
    pub async fn post(&self, url: &str, content_type: &str, form: String) -> Result<Reply, NoReply> {
        let target = Target::parse(url).map_err(NoReply::Refused)?;
        let progress = Progress(Mutex::default());
        let posting = self.post_to(&target, content_type, Bytes::from(form), &progress);
        match tokio::time::timeout(self.time_max, posting).await {
            Ok(posted) => posted,
            Err(_) => {
                let within = self.time_max.as_secs();
                Err(NoReply::TimedOut(format!("{} within {within} seconds", progress.into_awaited())))
            }
        }
    }

    async fn post_to(
        &self,
        target: &Target,
        content_type: &str,
        form: Bytes,
        progress: &Progress,
    ) -> Result<Reply, NoReply> {
        let request = || {
            let request = Request::post(&target.path).header(HOST, &target.authority);
            let request = request.header(CONTENT_TYPE, content_type).header(USER_AGENT, "punchcard");
            request.body(Full::new(form.clone())).map_err(|error| NoReply::Refused(format!("no address: {error}")))
        };
        // The other side may close a kept connection in the moment in which it is used again.
        progress.set(format!("no answer from {} on a connection that was kept", target.authority));
        if let Some(mut kept) = self.kept(target)
            && kept.ready().await.is_ok()
            && let Ok(answer) = kept.send_request(request()?).await
        {
            return self.read(target, kept, answer, progress).await;
        }
        let (mut connection, address) = self.connect(target, progress).await?;
        progress.set(format!("no answer from {address}"));
        let answer = connection.send_request(request()?).await;
        let answer = answer.map_err(|error| failed(&format!("no answer from {address}"), &error))?;
        self.read(target, connection, answer, progress).await
    }

    /// A connection that is unused and seems to be open.
    fn kept(&self, target: &Target) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.get_mut(&(target.tls, target.authority.clone()))?;
        while let Some((since, connection)) = kept.pop() {
            if since.elapsed() < IDLE_MAX && !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, target: &Target, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() > 64 {
            idle.retain(|_, kept| kept.iter().any(|(since, _)| since.elapsed() < IDLE_MAX));
        }
        let kept = idle.entry((target.tls, target.authority.clone())).or_default();
        if kept.len() < IDLE_EACH_MAX {
            kept.push((Instant::now(), connection));
        }
    }

    async fn connect(&self, target: &Target, progress: &Progress) -> Result<(Connection, SocketAddr), NoReply> {
        progress.set(format!("{} was not looked up", target.host));
        let addresses = target.addresses(self.reach, &*self.lookup).await?;
        let listed: Vec<String> = addresses.iter().take(LISTED_MAX).map(ToString::to_string).collect();
        progress.set(format!("no connection to {}", listed.join(", ")));
        let stream = dial::connect(&addresses).await.map_err(|tried| {
            let why = tried.iter().take(LISTED_MAX).map(|(address, error)| format!("{address}: {error}"));
            NoReply::Failed(format!("no connection: {}", why.collect::<Vec<_>>().join("; ")))
        })?;
        let unusable = |error: Error| failed("no connection", &error);
        let address = stream.peer_addr().map_err(unusable)?;
        // A small form must not wait for another one to fill the packet.
        stream.set_nodelay(true).map_err(unusable)?;
        if !target.tls {
            return Ok((shake_hands(stream).await?, address));
        }
        let no_tls = format!("no TLS with {address}");
        progress.set(no_tls.clone());
        let name = ServerName::try_from(target.host.clone()).map_err(|error| failed("no name for TLS", &error))?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| failed(&no_tls, &error))?;
        Ok((shake_hands(stream).await?, address))
    }

    /// Reads the answer's first bytes; the connection is kept when that was all.
    async fn read(
        &self,
        target: &Target,
        connection: Connection,
        answer: axum::http::Response<Incoming>,
        progress: &Progress,
    ) -> Result<Reply, NoReply> {
        let (status, mut body) = (answer.status().as_u16(), answer.into_body());
        progress.set(format!("an answer of status {status} began and did not end"));
        let mut read = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failed("the answer broke off", &error))?;
            if let Ok(bytes) = frame.into_data() {
                read.extend_from_slice(&bytes);
            }
            if ANSWER_BYTES_MAX < read.len() {
                read.truncate(ANSWER_BYTES_MAX);
                return Ok(Reply { status, body: read });
            }
        }
        self.keep(target, connection);
        Ok(Reply { status, body: read })
    }
}

async fn shake_hands(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Connection, NoReply> {
    let shaken = handshake(TokioIo::new(stream)).await;
    let (connection, driver) = shaken.map_err(|error| failed("no connection", &error))?;
    tokio::spawn(async move { drop(driver.await) });
    Ok(connection)
}

/// What failed, with every cause: hyper's own words are few.
fn failed(what: &str, error: &(dyn std::error::Error + 'static)) -> NoReply {
    let mut text = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    NoReply::Failed(text)
}
