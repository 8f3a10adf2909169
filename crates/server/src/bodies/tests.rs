//! Bodies of many callers at once, frame by frame.

use super::*;
use axum::body::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::convert::Infallible;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

const QUICK: Times = Times {
    whole: Duration::from_millis(2_400),
    step: 16 << 10,
    of_step: Duration::from_millis(600),
    of_wanted_step: Duration::from_millis(100),
    for_memory: Duration::from_millis(400),
    for_more: Duration::from_millis(200),
};

fn bodies(max: usize) -> Bodies {
    Bodies { all: Budget::new(max), limited: Budget::new(max), times: QUICK }
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([203, 0, 113, last])
}

/// A body whose frames are sent one by one, and its sender.
fn body() -> (mpsc::Sender<usize>, Body) {
    let (sender, frames) = mpsc::channel::<usize>(1);
    let frames = ReceiverStream::new(frames).map(|len| Ok::<_, Infallible>(Frame::data(Bytes::from(vec![b'x'; len]))));
    (sender, Body::new(StreamBody::new(frames)))
}

/// Reads a body that comes as these frames, with a pause after each; then it ends, or stalls.
async fn read(bodies: &Bodies, frames: &[usize], pause: Duration, ends: bool) -> Result<usize, BodyError> {
    let (sender, body) = body();
    let sending = async {
        for frame in frames {
            if sender.send(*frame).await.is_err() {
                return;
            }
            // A sleep of nothing is still a millisecond or two.
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
        }
        if ends { drop(sender) } else { tokio::time::sleep(Duration::from_secs(5)).await }
    };
    let reading = bodies.read(body, address(1), false);
    tokio::select! {
        biased;
        whole = reading => whole.map(|whole| whole.bytes.len()),
        () = async { sending.await; std::future::pending().await } => unreachable!("reading ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_read_within_their_bounds() {
    const NO: Duration = Duration::ZERO;
    const STEP_TIME: Duration = QUICK.of_step;
    let whole = vec![1 << 20; BODY_MAX >> 20];
    let checks = [
        (vec![], NO, true, Ok(0)),
        (vec![0, 0, 1], NO, true, Ok(1)),
        (vec![FREE], NO, true, Ok(FREE)),
        (vec![FREE + 1], NO, true, Ok(FREE + 1)),
        (whole.clone(), NO, true, Ok(BODY_MAX)),
        ([whole, vec![1]].concat(), NO, true, Err(BodyError::LongOrBroken)),
        (vec![BODY_MAX + 1], NO, true, Err(BodyError::LongOrBroken)),
        (vec![1; 1_000], NO, true, Ok(1_000)),
        // A short one may take its time, a long one must go on.
        (vec![1_000; 2], STEP_TIME * 3 / 2, true, Ok(2_000)),
        (vec![1], NO, false, Err(BodyError::Slow)),
        (vec![1_000; 100], STEP_TIME, true, Err(BodyError::Slow)),
        (vec![FREE + 1, 1], STEP_TIME * 3 / 2, true, Err(BodyError::Slow)),
        (vec![FREE + 1, 1, 1, 1, 1], STEP_TIME / 3, true, Err(BodyError::Slow)),
        (vec![FREE + 1, QUICK.step, QUICK.step], STEP_TIME / 2, true, Ok(FREE + 1 + 2 * QUICK.step)),
    ];
    let checks = checks.map(|(frames, pause, ends, expect)| {
        tokio::spawn(async move {
            let bodies = bodies(64 << 20);
            assert_eq!(read(&bodies, &frames, pause, ends).await, expect, "{} frames, {pause:?}", frames.len());
            assert_eq!(bodies.held(), 0, "all is given back");
        })
    });
    for check in checks {
        check.await.expect("it is as expected");
    }
}

#[tokio::test(start_paused = true)]
async fn many_bodies_hold_no_more_than_the_budget_and_short_ones_are_read_beside_them() {
    let bodies = bodies(8 << 20);
    let long: Vec<_> = (0..40).map(|_| body()).collect();
    let (senders, waiting): (Vec<_>, Vec<_>) = long.into_iter().unzip();
    let feed = async {
        for _ in 0..4 {
            for sender in &senders {
                let _ = sender.try_send(1 << 20);
                tokio::task::yield_now().await;
            }
        }
        // One address has about half, whatever it sends.
        assert_eq!(bodies.held(), (4 << 20) - 4 * FREE);
        let (short, body) = body();
        short.send(FREE).await.expect("it is read");
        drop(short);
        assert!(bodies.read(body, address(1), false).await.is_ok());
        // Another's is read, and so is one of an address that is limited.
        for (who, limited) in [(2, false), (1, true)] {
            let (other, body) = self::body();
            other.send(2 << 20).await.expect("it is read");
            drop(other);
            let read = bodies.read(body, address(who), limited).await.expect("there is memory");
            assert!((2 << 20) - FREE <= read.share.bytes);
        }
    };
    let reading = waiting.into_iter().map(|body| bodies.read(body, address(1), false));
    let mut reading: Vec<_> = reading.map(Box::pin).collect();
    let mut ends = Vec::new();
    let all = std::future::poll_fn(|cx| {
        reading.retain_mut(|one| match one.as_mut().poll(cx) {
            std::task::Poll::Ready(end) => {
                ends.push(end.err());
                false
            }
            std::task::Poll::Pending => true,
        });
        if reading.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    tokio::join!(feed, all);
    assert!(ends.contains(&Some(BodyError::NoMemory)) && ends.contains(&Some(BodyError::Slow)), "{ends:?}");
    assert_eq!(bodies.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_gets_what_is_given_back() {
    let bodies = bodies(4 << 20);
    let empty = |last| MemoryShare::new(&bodies.all, address(last));
    let [mut first, mut second, mut third] = [1, 2, 3].map(empty);
    first.draw(2 << 20, QUICK.for_memory).await;
    assert!(!bodies.all.try_draw(address(1), 1), "an address has as much as it leaves free");
    second.draw(1 << 20, QUICK.for_memory).await;
    assert!(!bodies.all.try_draw(address(2), 1) && !bodies.all.try_draw(address(1), 1));
    assert!(timeout(QUICK.for_more, third.draw((1 << 20) + 1, QUICK.for_memory)).await.is_err());
    let waits = async {
        third.draw((1 << 20) + 1, QUICK.for_memory).await;
        third.bytes
    };
    let frees = async {
        tokio::task::yield_now().await;
        drop(first);
    };
    assert_eq!(tokio::join!(waits, frees).0, (1 << 20) + 1);
    drop((second, third));
    assert_eq!((bodies.held(), bodies.all.state.lock().expect("no panic").by_address.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn bodies_that_stall_are_given_up_for_another_of_their_address() {
    // One address may hold half: two stalled bodies have all of that.
    let bodies = bodies(2 << 20);
    let stalled = || read(&bodies, &[512 << 10], Duration::ZERO, false);
    let good = |from: Duration| {
        let bodies = &bodies;
        async move {
            tokio::time::sleep(from).await;
            read(bodies, &[400 << 10, 400 << 10], Duration::ZERO, true).await
        }
    };
    let began = Instant::now();
    let (one, two, good) = tokio::join!(stalled(), stalled(), good(QUICK.of_wanted_step / 2));
    assert_eq!((one, two), (Err(BodyError::Slow), Err(BodyError::Slow)));
    assert_eq!(good, Ok(800 << 10));
    assert_eq!(began.elapsed(), QUICK.of_wanted_step);
    assert_eq!(bodies.held(), 0);
    // Where nobody waits, a slow one has its time.
    let slow = read(&bodies, &[512 << 10, QUICK.step], QUICK.of_step / 2, true).await;
    assert_eq!(slow, Ok((512 << 10) + QUICK.step));
}

/// Bodies that go on just fast enough keep others of their address out no longer than stalled ones do, and who has
/// held little, or for a moment only, is not given up for one that has held more.
#[tokio::test(start_paused = true)]
async fn bodies_that_drip_are_given_up_one_by_one_for_another_of_their_address() {
    let bodies = bodies(2 << 20);
    let drip = |first: usize| {
        let bodies = &bodies;
        async move {
            let frames = [vec![first], vec![QUICK.step; 100]].concat();
            read(bodies, &frames, QUICK.of_wanted_step * 4 / 5, true).await
        }
    };
    let good = async {
        tokio::time::sleep(QUICK.of_wanted_step * 2).await;
        let began = Instant::now();
        (read(&bodies, &[200 << 10, 200 << 10], Duration::ZERO, true).await, began.elapsed())
    };
    let (large, small, (good, took)) = tokio::join!(drip(600 << 10), drip(200 << 10), good);
    assert_eq!((large, good), (Err(BodyError::NoMemory), Ok(400 << 10)));
    assert!(took <= QUICK.of_wanted_step, "{took:?}");
    assert_ne!(small, Err(BodyError::NoMemory), "one was enough");
    assert_eq!((bodies.held(), bodies.all.state.lock().expect("no panic").arriving.len()), (0, 0));
}
