//! HTTP/1.1 byte by byte: what was captured is sent as it was, and what no client would send can be sent.

use std::io::{Read, Result, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;
use wire::{PublicKey, SignType};

/// A connection that is kept open for many requests.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    received: Vec<u8>,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) headers: String,
    /// The same as they were sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Connection {
        Connection::try_open(address).expect("it listens")
    }

    /// The same where nobody may listen.
    pub(crate) fn try_open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, received: Vec::new() })
    }

    /// The same from another of this machine's own addresses.
    pub(crate) fn open_from(source: IpAddr, address: SocketAddr) -> Connection {
        let connect = async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(source, 0))?;
            socket.connect(address).await?.into_std()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let stream = runtime.block_on(connect).expect("it listens");
        stream.set_nonblocking(false).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
        Connection { stream, received: Vec::new() }
    }

    /// Sends these bytes and reads one answer; an error if the connection ends before it.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request)?;
        self.answer()
    }

    /// Reads one answer.
    pub(crate) fn answer(&mut self) -> Result<Answer> {
        let head = loop {
            match find(&self.received, b"\r\n\r\n") {
                Some(head) => break head,
                None => self.more()?,
            }
        };
        let sent = String::from_utf8_lossy(&self.received[..head]).into_owned();
        let headers = sent.to_ascii_lowercase();
        let length = headers.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.map_or(0, |length| length.trim().parse().expect("a number"));
        while self.received.len() < head + 4 + length {
            self.more()?;
        }
        let rest = self.received.split_off(head + 4 + length);
        let body = std::mem::replace(&mut self.received, rest).split_off(head + 4);
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Ok(Answer { status, headers, head: sent, body })
    }

    fn more(&mut self) -> Result<()> {
        let mut buffer = [0; 16 << 10];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(len) => {
                self.received.extend_from_slice(&buffer[..len]);
                Ok(())
            }
            // The test was stopped and continued.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The node of an answer that this key signed, by whichever algorithm the call asked for.
pub(crate) fn signed_node<'a>(body: &'a [u8], key: &PublicKey) -> Option<&'a [u8]> {
    let end = find(body, b"_response\":")?;
    let method = std::str::from_utf8(body.strip_prefix(b"{\"")?.get(..end - 2)?).ok()?;
    let check = |sign_type| wire::check_answer(method, body, sign_type, key).ok();
    check(SignType::Rsa2).or_else(|| check(SignType::Rsa))
}

/// The recordings, which the crate `wire` keeps (their origin is noted beside them).
pub(crate) fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/tests/vectors"))
}

/// A recording that is text.
pub(crate) fn vector(name: &str) -> String {
    std::fs::read_to_string(vectors().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A world in which the recordings' app calls and the recordings' platform answers.
pub(crate) fn world_of_vectors() -> String {
    let (platform, app) = (vector("keys/platform_private_pkcs8.pem"), vector("keys/app_public.b64"));
    format!(
        "[platform]\nprivate_key = \"\"\"{}\"\"\"\n[[merchant]]\npid = \"{pid}\"\n\
         [[app]]\napp_id = \"2021000000000001\"\npid = \"{pid}\"\npublic_key = \"{}\"\naes_key = \"{}\"\n",
        platform.trim(),
        app.trim(),
        vector("keys/aes_key.b64").trim(),
        pid = crate::running::PID,
    )
}

pub(crate) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
