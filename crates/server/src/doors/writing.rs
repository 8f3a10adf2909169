//! A socket on which an answer cannot wait for ever to be read: who does not take what was written loses the
//! connection.

use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// What the other side must take of an answer, or its rest, in a bounded time; bytes.
const STEP: usize = 64 << 10;

/// The socket. Each [`STEP`] of what is written waits a bounded time; then writing fails.
pub struct TimedWrites {
    socket: TcpStream,
    step_time_max: Duration,
    /// When what waits to be written must have been; only meaningful while `waits`.
    deadline: Pin<Box<Sleep>>,
    waits: bool,
    /// Written since the deadline was set.
    written: usize,
}

impl TimedWrites {
    /// Around this socket; the other side has `step_time_max` for each step.
    pub fn new(socket: TcpStream, step_time_max: Duration) -> TimedWrites {
        TimedWrites { socket, step_time_max, deadline: Box::pin(sleep(step_time_max)), waits: false, written: 0 }
    }

    /// What a try to write came to, within its time.
    fn timed(&mut self, cx: &mut Context<'_>, tried: Poll<Result<usize>>) -> Poll<Result<usize>> {
        match tried {
            Poll::Ready(Ok(len)) => {
                self.written += len;
                if STEP <= self.written {
                    self.waits = false;
                }
                Poll::Ready(Ok(len))
            }
            Poll::Ready(failed) => Poll::Ready(failed),
            Poll::Pending => {
                if !self.waits {
                    (self.waits, self.written) = (true, 0);
                    let deadline = Instant::now() + self.step_time_max;
                    self.deadline.as_mut().reset(deadline);
                }
                ready!(self.deadline.as_mut().poll(cx));
                Poll::Ready(Err(ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for TimedWrites {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let tried = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.timed(cx, tried)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let tried = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.timed(cx, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    /// Asked for when everything is written: nothing waits any more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.waits = false;
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl AsyncRead for TimedWrites {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const TIME_MAX: Duration = Duration::from_millis(400);

    /// Writes more than sockets hold, to a reader who takes `bytes` at a time and pauses after each; how it ended.
    async fn check(bytes: usize, pause: Duration, expect: Option<ErrorKind>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("it listens");
        let mut writer = TimedWrites::new(listener.accept().await.expect("a connection").0, TIME_MAX);
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; bytes];
            while client.read_exact(&mut buffer).await.is_ok() {
                sleep(pause).await;
            }
        });
        let written = writer.write_all(&vec![0; 16 << 20]).await;
        assert_eq!(written.err().map(|error| error.kind()), expect, "{bytes} bytes, then {pause:?}");
        reading.abort();
    }

    #[tokio::test]
    async fn who_does_not_read_loses_the_connection_and_who_reads_slowly_does_not() {
        let slow = Duration::from_millis(10);
        tokio::join!(
            check(256 << 10, slow, None),
            check(1, Duration::from_secs(60), Some(ErrorKind::TimedOut)),
            check(1, slow, Some(ErrorKind::TimedOut)),
        );
    }
}
