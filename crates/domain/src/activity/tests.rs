use super::*;
use crate::calendar::LAST_WRITTEN;

const START: i64 = 1_767_196_800_000; // 2026-01-01 00:00:00 in UTC+8
const DAY_MS: i64 = 86_400_000;

fn activity(status: Status) -> Activity {
    Activity {
        id: CampId::new(START, 7 << 10),
        pid: "2088201914979011".to_owned(),
        name: "全场代金".to_owned(),
        kind: Kind::DirectSend,
        status,
        starts_at: START,
        ends_at: START + DAY_MS,
        length_ms: DAY_MS,
        auto_delay: false,
        crowd: None,
        content: "{}".to_owned(),
        origin: Origin {
            app_id: "2021000000000001".to_owned(),
            auth_app_id: "2021000000000001".to_owned(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        },
        version: 1,
    }
}

fn status(result: Result<Activity, Refusal>) -> Option<Status> {
    match result {
        Ok(activity) => Some(activity.status),
        Err(refusal) => {
            assert_eq!(refusal, Refusal::CampaignStatusError);
            None
        }
    }
}

#[test]
fn every_status_has_an_answer_to_every_command() {
    use Status::{Closed, Created, Disabled, Finished, Started};
    let (before_end, after_end) = (START + DAY_MS + 999, START + DAY_MS + 1_000);
    for (before, approved, rejected, modified, offline, finished) in [
        (Created, Some(Started), Some(Disabled), None, Some(Closed), None),
        (Started, None, None, Some(Started), Some(Closed), Some(Finished)),
        (Closed, None, None, None, None, None),
        (Finished, None, None, None, None, None),
        (Disabled, None, None, None, None, None),
    ] {
        assert_eq!(status(activity(before).approve()), approved, "{before:?} approve");
        assert_eq!(status(activity(before).reject()), rejected, "{before:?} reject");
        assert_eq!(status(activity(before).modify(0, String::new())), modified, "{before:?} modify");
        assert_eq!(status(activity(before).offline()), offline, "{before:?} offline");
        assert_eq!(status(activity(before).finish(before_end)), None, "{before:?} finish too early");
        assert_eq!(status(activity(before).finish(after_end)), finished, "{before:?} finish");
    }
}

#[test]
fn it_runs_from_its_start_to_its_end_both_included_while_it_is_started() {
    for status in Status::ALL {
        for (now, within) in [
            (START - 1, false),
            (START, true),
            (START + DAY_MS, true),
            (START + DAY_MS + 999, true),
            (START + DAY_MS + 1_000, false),
        ] {
            assert_eq!(activity(status).running(now), within && status == Status::Started, "{status:?} {now}");
        }
    }
    let delaying = Activity { auto_delay: true, ..activity(Status::Started) };
    assert!(delaying.running(START + 9 * DAY_MS) && !delaying.running(START - 1));
}

#[test]
fn an_end_only_moves_on() {
    for (asked, ends_at) in [(START + 2 * DAY_MS, START + 2 * DAY_MS), (START, START + DAY_MS)] {
        let modified = activity(Status::Started).modify(asked, "{\"a\":1}".to_owned()).expect("it runs");
        assert_eq!((modified.ends_at, modified.content.as_str()), (ends_at, "{\"a\":1}"));
        assert_eq!(modified.length_ms, DAY_MS, "the length is the one that it was made with");
    }
}

#[test]
fn a_delay_adds_whole_lengths_until_the_end_lies_ahead() {
    for (now, ends_at) in [
        (START + DAY_MS + 1_000, START + 2 * DAY_MS),
        (START + 2 * DAY_MS + 999, START + 2 * DAY_MS),
        (START + 2 * DAY_MS + 1_000, START + 3 * DAY_MS),
        (START + 90 * DAY_MS + 1_000, START + 91 * DAY_MS),
    ] {
        let delaying = Activity { auto_delay: true, ..activity(Status::Started) };
        let delayed = delaying.finish(now).expect("its end has passed");
        assert_eq!((delayed.status, delayed.ends_at), (Status::Started, ends_at), "{now}");
        assert!(now < delayed.finishes_at());
    }
    let long = Activity { length_ms: LAST_WRITTEN - START, auto_delay: true, ..activity(Status::Started) };
    assert_eq!(long.finish(START + 2 * DAY_MS).expect("its end has passed").ends_at, LAST_WRITTEN, "none can be later");
}

#[test]
fn names_read_back() {
    for status in Status::ALL {
        assert_eq!(Status::from_name(status.name()), Some(status));
    }
    for kind in [Kind::PointSend, Kind::DirectSend] {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    for kind in ToolKind::ALL {
        assert_eq!(ToolKind::from_name(kind.name()), Some(kind));
    }
    for &kind in OrderKind::ALL {
        assert_eq!(OrderKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Status::from_name("started"), None);
}
