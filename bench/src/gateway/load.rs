//! Connections that send what was signed beforehand, and measure.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wire::{Charset, PrivateKey, SignType, signed_form};

use super::server::{APP_ID, Server};

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A new crowd each time.
    Create,
    /// Another crowd's detail each time.
    DetailDistinct,
    /// One crowd's detail, again and again.
    DetailSame,
}

/// Rounds of one measurement.
pub(crate) struct Measured {
    rates: Vec<f64>,
    latencies_us: Vec<f64>,
}

impl Measured {
    pub(crate) fn least(&self) -> f64 {
        self.rates.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn median(&self) -> f64 {
        percentile(&self.rates, 0.5)
    }

    pub(crate) fn most(&self) -> f64 {
        self.rates.iter().copied().fold(0.0, f64::max)
    }

    pub(crate) fn p50_us(&self) -> f64 {
        percentile(&self.latencies_us, 0.5)
    }

    pub(crate) fn p99_us(&self) -> f64 {
        percentile(&self.latencies_us, 0.99)
    }
}

fn percentile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(((sorted.len() as f64 - 1.0) * part).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The load on one server.
pub(crate) struct Load {
    address: SocketAddr,
    key: PrivateKey,
    core: usize,
    created: usize,
    asked: usize,
    ids: Vec<String>,
}

impl Load {
    pub(crate) fn new(server: &Server, core: usize) -> Load {
        Load { address: server.address, key: server.key.clone(), core, created: 0, asked: 0, ids: Vec::new() }
    }

    /// Makes crowds to ask for, unmeasured.
    pub(crate) fn prepare(&mut self, time: Duration) -> io::Result<()> {
        self.rounds(4, time, super::CONNECTIONS, Kind::Create).map(drop)
    }

    /// As many calls as the server answers.
    pub(crate) fn rounds(
        &mut self,
        rounds: usize,
        time: Duration,
        connections: usize,
        kind: Kind,
    ) -> io::Result<Measured> {
        self.measure(rounds, time, connections, kind, None)
    }

    /// Creates at a given rate.
    pub(crate) fn paced(
        &mut self,
        rounds: usize,
        time: Duration,
        connections: usize,
        rate: f64,
    ) -> io::Result<Measured> {
        self.measure(rounds, time, connections, Kind::Create, Some(rate))
    }

    fn measure(
        &mut self,
        rounds: usize,
        time: Duration,
        connections: usize,
        kind: Kind,
        rate: Option<f64>,
    ) -> io::Result<Measured> {
        let mut measured = Measured { rates: Vec::new(), latencies_us: Vec::new() };
        let mut p50 = Vec::new();
        let mut p99 = Vec::new();
        for _ in 0..rounds {
            // More than can be answered in the time, as no server signs faster than this.
            let most = (time.as_secs_f64() * if kind == Kind::DetailSame { 40_000.0 } else { 6_000.0 }) as usize;
            let requests = Arc::new(self.requests(kind, most));
            let (count, elapsed, latencies, ids) = self.drive(&requests, time, connections, rate, kind)?;
            self.ids.extend(ids);
            measured.rates.push(count as f64 / elapsed.as_secs_f64());
            p50.push(percentile(&latencies, 0.5));
            p99.push(percentile(&latencies, 0.99));
        }
        // Medians of the rounds' own percentiles.
        measured.latencies_us = spread(percentile(&p50, 0.5), percentile(&p99, 0.5));
        Ok(measured)
    }

    fn requests(&mut self, kind: Kind, most: usize) -> Vec<Vec<u8>> {
        let sign = |method: &str, biz_content: &str| {
            let params = [
                ("app_id", APP_ID),
                ("method", method),
                ("timestamp", "2026-01-01 12:00:00"),
                ("version", "1.0"),
                ("biz_content", biz_content),
            ];
            let body = signed_form(&params, Charset::Utf8, SignType::Rsa2, &self.key).expect("UTF-8 takes all");
            let head = "POST /gateway.do HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded;charset=utf-8";
            format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
        };
        match kind {
            Kind::Create => {
                let from = self.created;
                self.created += most;
                in_parallel(from..from + most, |serial| {
                    let conditions = r#"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]"#;
                    let content =
                        format!(r#"{{"out_biz_no":"{serial}","name":"白领 {serial}","conditions":"{conditions}"}}"#);
                    sign("koubei.marketing.campaign.crowd.create", &content)
                })
            }
            Kind::DetailDistinct | Kind::DetailSame => {
                let detail = |id: &String| {
                    let content = format!(r#"{{"crowd_group_id":"{id}"}}"#);
                    sign("koubei.marketing.campaign.crowd.detail.query", &content)
                };
                if kind == Kind::DetailSame {
                    return vec![detail(&self.ids[0]); most];
                }
                // No id is asked for twice, as long as there are enough.
                let from = self.asked;
                self.asked += most;
                let ids = &self.ids;
                in_parallel(from..from + most, |serial| detail(&ids[serial % ids.len()]))
            }
        }
    }

    fn drive(
        &self,
        requests: &Arc<Vec<Vec<u8>>>,
        time: Duration,
        connections: usize,
        rate: Option<f64>,
        kind: Kind,
    ) -> io::Result<(usize, Duration, Vec<f64>, Vec<String>)> {
        pin_to(self.core);
        let next = Arc::new(AtomicUsize::new(0));
        let over = Arc::new(AtomicBool::new(false));
        let start = Instant::now();
        let threads: Vec<_> = (0..connections)
            .map(|_| {
                let (requests, next, over, address) = (requests.clone(), next.clone(), over.clone(), self.address);
                thread::spawn(move || -> io::Result<(Vec<f64>, Vec<String>)> {
                    let mut stream = TcpStream::connect(address)?;
                    stream.set_nodelay(true)?;
                    let (mut latencies, mut ids, mut buffer) = (Vec::new(), Vec::new(), Vec::new());
                    while !over.load(Ordering::Relaxed) {
                        let serial = next.fetch_add(1, Ordering::Relaxed);
                        let Some(request) = requests.get(serial) else { break };
                        let mut sent = Instant::now();
                        if let Some(rate) = rate {
                            // Latency counts from when the call was due, not from when there was time for it.
                            sent = start + Duration::from_secs_f64(serial as f64 / rate);
                            thread::sleep(sent.saturating_duration_since(Instant::now()));
                        }
                        stream.write_all(request)?;
                        let body = answer(&mut stream, &mut buffer)?;
                        latencies.push(sent.elapsed().as_secs_f64() * 1e6);
                        if !body.windows(15).any(|window| window == b"\"code\":\"10000\",") {
                            return Err(io::Error::other(String::from_utf8_lossy(body).into_owned()));
                        }
                        if kind == Kind::Create {
                            let at =
                                body.windows(17).position(|window| window == b"crowd_group_id\":\"").expect("an id")
                                    + 17;
                            ids.push(String::from_utf8_lossy(&body[at..at + 32]).into_owned());
                        }
                    }
                    Ok((latencies, ids))
                })
            })
            .collect();
        thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        let (mut latencies, mut ids) = (Vec::new(), Vec::new());
        for thread in threads {
            let (more, new) = thread.join().expect("no panic")?;
            latencies.extend(more);
            ids.extend(new);
        }
        Ok((latencies.len(), start.elapsed(), latencies, ids))
    }
}

/// A sample with these two percentiles.
fn spread(p50: f64, p99: f64) -> Vec<f64> {
    let mut values = vec![p50; 98];
    values.extend([p99; 2]);
    values
}

/// Signs on all cores; order is kept.
fn in_parallel(range: std::ops::Range<usize>, make: impl Fn(usize) -> Vec<u8> + Sync) -> Vec<Vec<u8>> {
    let middle = usize::midpoint(range.start, range.end);
    thread::scope(|scope| {
        let second = scope.spawn(|| (middle..range.end).map(&make).collect::<Vec<_>>());
        let mut all: Vec<_> = (range.start..middle).map(&make).collect();
        all.extend(second.join().expect("no panic"));
        all
    })
}

/// Reads one answer; its body.
fn answer<'a>(stream: &mut TcpStream, buffer: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
    buffer.clear();
    let mut part = [0; 4096];
    loop {
        let len = stream.read(&mut part)?;
        if len == 0 {
            return Err(io::Error::other("the server hung up"));
        }
        buffer.extend_from_slice(&part[..len]);
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
        let length: usize = length.ok_or_else(|| io::Error::other("no content-length"))?;
        if head + 4 + length <= buffer.len() {
            return Ok(&buffer[head + 4..head + 4 + length]);
        }
    }
}

/// Keeps this process's threads on one core, so that the server has its own.
fn pin_to(core: usize) {
    let process = std::process::id().to_string();
    let pinned = std::process::Command::new("taskset").args(["-a", "-p", "-c", &core.to_string(), &process]).output();
    if !pinned.is_ok_and(|output| output.status.success()) {
        eprintln!("the load could not be pinned to core {core}");
    }
}
