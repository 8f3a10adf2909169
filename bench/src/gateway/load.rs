//! Connections that send what was signed beforehand, all from one thread, which costs a small part of what a server
//! does to answer.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::time::{ClockId, clock_gettime};

use crate::answer::{check_success, is_complete, read_some};
use crate::samples::Samples;
use crate::server::Server;

/// How fast to call.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As soon as a connection has its answer.
    Full,
    /// So many calls a second, whatever the answers do.
    Rate(f64),
}

/// What a load does while no answer is there and no call is due.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idle {
    /// Sleeps: where the server works on the same cores.
    Sleep,
    /// Looks again at once: where the load has a core for itself. Waking a sleeping process on another core takes an
    /// interrupt, which whoever sends the answer pays for, and that would be the server's core.
    Look,
}

/// The figures of one measurement.
pub(crate) struct Measurement {
    /// Calls a second.
    pub(crate) rate: f64,
    /// Microseconds of processor time that the server took for a call, user and system. Others on the machine do not
    /// count, and the server's waiting does not.
    pub(crate) server_us: f64,
    /// Microseconds from when a call was due, not from when there was a connection for it.
    pub(crate) latencies: Samples,
    /// Part of a core that the load itself took.
    pub(crate) load: f64,
}

impl Measurement {
    /// Percent of the server's processor time for a call that one signature takes, where openssl signs so many a
    /// second.
    pub(crate) fn signature_share(&self, signatures: f64) -> f64 {
        100.0 * 1e6 / signatures / self.server_us
    }
}

/// One connection, and its call on the way.
struct Connection {
    stream: TcpStream,
    due: Instant,
    answer: Vec<u8>,
}

/// Sends the requests one after the other over so many connections, until the time is over or all are sent, then waits
/// for what is on the way. Each answer must be a success; `on_answer` gets it.
pub(crate) fn drive(
    server: &Server,
    requests: impl Iterator<Item = impl AsRef<[u8]>>,
    connections: usize,
    (time, pace, idle): (Duration, Pace, Idle),
    mut on_answer: impl FnMut(&[u8]),
) -> io::Result<Measurement> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut open = Vec::with_capacity(connections);
    for place in 0..connections {
        let stream = TcpStream::connect(server.address)?;
        stream.set_nodelay(true)?;
        epoll::add(&poll, &stream, epoll::EventData::new_u64(place as u64), epoll::EventFlags::IN)?;
        open.push(Connection { stream, due: Instant::now(), answer: Vec::with_capacity(4096) });
    }
    let mut free: VecDeque<usize> = (0..connections).collect();
    let (mut latencies, mut sent, mut events) = (Vec::new(), 0, Vec::with_capacity(connections));
    let mut requests = requests.fuse();
    let server_before = server.processor_time()?;
    let (start, processor) = (Instant::now(), processor_time());
    loop {
        let due = match pace {
            Pace::Full => Instant::now(),
            Pace::Rate(rate) => start + Duration::from_secs_f64(f64::from(sent) / rate),
        };
        let may_send = due <= Instant::now() && start.elapsed() < time;
        if may_send
            && let Some(place) = free.front().copied()
            && let Some(request) = requests.next()
        {
            free.pop_front();
            let connection = &mut open[place];
            (connection.due, sent) = (due, sent + 1);
            connection.answer.clear();
            connection.stream.write_all(request.as_ref())?;
            continue;
        }
        if free.len() == connections && (time <= start.elapsed() || may_send) {
            break;
        }
        // Answers come, or another call is due.
        let wait = due.saturating_duration_since(Instant::now());
        let wait = match idle {
            Idle::Look => Duration::ZERO,
            Idle::Sleep if wait.is_zero() => Duration::from_millis(10),
            Idle::Sleep => wait,
        };
        let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: wait.subsec_nanos().into() };
        events.clear();
        epoll::wait(&poll, spare_capacity(&mut events), Some(&wait))?;
        for event in &events {
            let place = event.data.u64() as usize;
            let connection = &mut open[place];
            read_some(&mut connection.stream, &mut connection.answer)?;
            if is_complete(&connection.answer)? {
                latencies.push(connection.due.elapsed().as_secs_f64() * 1e6);
                check_success(&connection.answer)?;
                on_answer(&connection.answer);
                free.push_back(place);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let load = (processor_time() - processor) / seconds;
    let server_seconds = server.processor_time()?.seconds_since(&server_before);
    let calls = latencies.len() as f64;
    Ok(Measurement {
        rate: calls / seconds,
        server_us: server_seconds * 1e6 / calls,
        latencies: Samples::new(latencies),
        load,
    })
}

/// Seconds that this thread was on a processor.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
