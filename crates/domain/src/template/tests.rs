use super::*;

const NOON: i64 = 1_767_240_000_000;

fn template() -> Template {
    Template {
        id: TemplateId::new(NOON, 7 << 10),
        pid: "2088201914979011".to_owned(),
        status: Status::Active,
        sponsor_id: "2088201914979012".to_owned(),
        amount_fen: 880,
        floor_fen: 5_000,
        quantity: 100,
        publication: Publication { starts_at: NOON, ends_at: NOON + DAY_MS },
        valid_period: ValidPeriod::Relative { duration: 2, unit: Unit::Hour },
        rules: "{}".to_owned(),
        content: "{}".to_owned(),
        page_token: "7d3f".to_owned(),
        origin: Origin {
            app_id: "2014072300007148".to_owned(),
            auth_app_id: "2014072300007148".to_owned(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        },
        paid_at: Some(NOON),
        version: 1,
    }
}

fn draft() -> Template {
    Template { status: Status::Draft, paid_at: None, ..template() }
}

#[test]
fn names_read_back() {
    for status in Status::ALL {
        assert_eq!(Status::from_name(status.name()), Some(status));
    }
    for unit in Unit::ALL {
        assert_eq!(Unit::from_name(unit.name()), Some(unit));
    }
    assert_eq!((Status::from_name("i"), Unit::from_name("HOURs")), (None, None));
}

#[test]
fn amounts_have_bounds() {
    for (amount_fen, floor_fen, quantity, expect) in [
        (10, 0, 1, Ok(())),
        (9, 0, 1, Err(Misfit::AmountTooLow)),
        // 1.00 of 200.00 is 0.005; of 200.01 it is less.
        (100, 20_000, 1, Ok(())),
        (100, 20_001, 1, Err(Misfit::RatioTooLow)),
        (100, 1_000_000, 1, Err(Misfit::RatioTooLow)),
        (10_000, 1, 1, Ok(())),
        (TOTAL_MAX_FEN, 0, 1, Ok(())),
        (TOTAL_MAX_FEN / 3, 0, 3, Ok(())),
        (TOTAL_MAX_FEN / 3 + 1, 0, 3, Err(Misfit::TotalTooHigh)),
        (i64::MAX, i64::MAX, QUANTITY_MAX, Err(Misfit::TotalTooHigh)),
    ] {
        assert_eq!(check_amounts(amount_fen, floor_fen, quantity), expect, "{amount_fen} {floor_fen} {quantity}");
    }
}

#[test]
fn sending_has_bounds() {
    for (starts_at, ends_at, expect) in [
        (NOON, NOON + SPAN_MAX_MS, Ok(())),
        (NOON, NOON + SPAN_MAX_MS + 1, Err(Misfit::PublishTooLong)),
        (NOON, NOON, Err(Misfit::PublishEndsBeforeStart)),
        (NOON + 1, NOON, Err(Misfit::PublishEndsBeforeStart)),
        (NOON + START_AHEAD_MAX_MS, NOON + START_AHEAD_MAX_MS + 1, Ok(())),
        (NOON + START_AHEAD_MAX_MS + 1, NOON + START_AHEAD_MAX_MS + 2, Err(Misfit::PublishStartsTooLate)),
        (NOON - DAY_MS, NOON, Ok(())),
        (NOON - DAY_MS, NOON - 1_000, Err(Misfit::PublishIsOver)),
    ] {
        assert_eq!(Publication { starts_at, ends_at }.check(NOON), expect, "{starts_at} {ends_at}");
    }
}

#[test]
fn validity_has_bounds() {
    let absolute = |starts_at, ends_at| ValidPeriod::Absolute { starts_at, ends_at };
    let relative = |duration, unit| ValidPeriod::Relative { duration, unit };
    for (period, expect) in [
        (absolute(NOON - DAY_MS, NOON + 1), Ok(())),
        (absolute(NOON - DAY_MS, NOON), Err(Misfit::ValidEndsBeforePublish)),
        (absolute(NOON, NOON), Err(Misfit::ValidEndsBeforeStart)),
        (absolute(NOON, NOON + SPAN_MAX_MS), Ok(())),
        (absolute(NOON, NOON + SPAN_MAX_MS + 1), Err(Misfit::ValidTooLong)),
        (relative(90, Unit::Day), Ok(())),
        (relative(91, Unit::Day), Err(Misfit::ValidTooLong)),
        (relative(90 * 24, Unit::Hour), Ok(())),
        (relative(90 * 24 * 60 + 1, Unit::Minute), Err(Misfit::ValidTooLong)),
        (relative(i64::MAX, Unit::Minute), Err(Misfit::ValidTooLong)),
    ] {
        assert_eq!(period.check(NOON), expect, "{period:?}");
    }
    assert_eq!(relative(3, Unit::Minute).of_sent(NOON), (NOON, NOON + 180_000));
    assert_eq!(absolute(1, 2).of_sent(NOON), (1, 2));
}

#[test]
fn every_status_has_an_answer_to_every_command() {
    let over = NOON + DAY_MS + 1_000;
    let last = over - 1;
    let with = |status| Template { status, ..draft() };
    // (it, at, pay, delete, expire)
    let no = || Err(Refusal::TemplateStatusError);
    for (name, it, at, pay, delete, expire) in [
        ("draft", draft(), last, Ok(Status::Active), Ok(Status::Deleted), no()),
        ("draft, over", draft(), over, no(), no(), Ok(Status::Expired)),
        ("active", template(), last, no(), no(), no()),
        ("active, over", template(), over, no(), no(), Ok(Status::Expired)),
        ("expired", with(Status::Expired), over, no(), no(), no()),
        ("deleted", with(Status::Deleted), last, no(), Ok(Status::Deleted), no()),
        ("deleted, over", with(Status::Deleted), over, no(), Ok(Status::Deleted), no()),
    ] {
        let status = |done: Result<Template, Refusal>| done.map(|it| it.status);
        assert_eq!(status(it.clone().pay(at)), pay, "pay {name}");
        assert_eq!(status(it.clone().delete(at)), delete, "delete {name}");
        assert_eq!(status(it.expire(at)), expire, "expire {name}");
    }
    assert_eq!(template().expires_at(), over);
    assert_eq!(draft().pay(NOON + 5).map(|it| it.paid_at), Ok(Some(NOON + 5)));
}

#[test]
fn the_fund_order_follows_the_template() {
    let over = NOON + DAY_MS + 1_000;
    for (it, at, expect) in [
        (draft(), over - 1, FundOrder::WaitPay),
        (draft(), over, FundOrder::Closed),
        (Template { status: Status::Deleted, ..draft() }, NOON, FundOrder::Closed),
        (template(), NOON, FundOrder::Paid),
        (template(), over, FundOrder::Paid),
    ] {
        assert_eq!(it.fund_order(at), expect, "{:?} {at}", it.status);
    }
}

#[test]
fn a_voucher_is_sent_in_its_time() {
    let over = NOON + DAY_MS + 1_000;
    let fixed =
        Template { valid_period: ValidPeriod::Absolute { starts_at: NOON, ends_at: NOON + HOUR_MS }, ..template() };
    for (it, at, expect) in [
        (draft(), NOON, Err(Refusal::TemplateNotSendable)),
        (Template { status: Status::Deleted, ..draft() }, NOON, Err(Refusal::TemplateNotSendable)),
        (draft(), over, Err(Refusal::AfterPublication)),
        (template(), NOON - 1, Err(Refusal::BeforePublication)),
        (template(), NOON, Ok((NOON, NOON + 2 * HOUR_MS))),
        (template(), over - 1, Ok((over - 1, over - 1 + 2 * HOUR_MS))),
        (template(), over, Err(Refusal::AfterPublication)),
        (fixed.clone(), NOON + HOUR_MS + 999, Ok((NOON, NOON + HOUR_MS))),
        (fixed, NOON + HOUR_MS + 1_000, Err(Refusal::VoucherPeriodOver)),
    ] {
        assert_eq!(it.send(at), expect, "{:?} {at}", it.status);
    }
}

#[test]
fn what_is_for_nothing_any_more_goes_back() {
    let active = template();
    let over = Template { status: Status::Expired, ..template() };
    let zero = Totals::default();
    for (it, totals, fund, surplus) in [
        (&active, zero, 88_000, 0),
        // Ten are out, two of them used for 12.00, one has expired: 8.80, and 5.60 of the used ones.
        (&active, Totals { published: 10, used: 2, used_fen: 1_200, expired: 1, ..zero }, 86_800, 880 + 560),
        (&over, Totals { published: 10, used: 2, used_fen: 1_200, expired: 1, ..zero }, 86_800, 86_800 - 7 * 880),
        (
            &over,
            Totals { published: 10, used: 2, used_fen: 1_200, expired: 8, returned_fen: 80_640, ..zero },
            6_160,
            6_160,
        ),
        (&over, Totals { published: 10, used: 10, used_fen: 8_800, returned_fen: 79_200, ..zero }, 0, 0),
    ] {
        assert_eq!((totals.fund_fen(it), totals.surplus_fen(it)), (fund, surplus), "{totals:?}");
    }
    assert_eq!(Totals { refunded_fen: 3, returned_fen: 4, ..zero }.recycled_fen(), 7);
}

#[test]
fn a_draft_is_changed_in_all_and_what_is_paid_for_in_its_end() {
    let later = Publication { starts_at: NOON + 1_000, ends_at: NOON + 2 * DAY_MS };
    let period = ValidPeriod::Relative { duration: 1, unit: Unit::Day };
    let all = || Change {
        starts_at: Some(later.starts_at),
        ends_at: Some(later.ends_at),
        valid_period: Some(period),
        content: Some("new".to_owned()),
    };
    let changed = draft().modify(all(), NOON).expect("a draft");
    let expect = Template { publication: later, valid_period: period, content: "new".to_owned(), ..draft() };
    assert_eq!(changed, expect);
    assert_eq!(draft().modify(Change::default(), NOON), Ok(draft()));
    let publication = Publication { starts_at: NOON, ..later };
    assert_eq!(template().modify(all(), NOON), Ok(Template { publication, ..template() }));
    assert_eq!(template().modify(Change { ends_at: None, ..all() }, NOON), Err(Unchanged::NoEnd));
    for status in Status::ALL {
        let at = |status| Template { status, ..template() };
        let is_open = matches!(status, Status::Draft | Status::Active);
        assert_eq!(at(status).modify(all(), NOON).is_ok(), is_open, "{status:?}");
        // Once the time of sending is over, nothing brings it back, whether that was recorded or not.
        assert_eq!(at(status).modify(all(), NOON + DAY_MS + 1_000), Err(Unchanged::Status), "{status:?}");
    }
}

#[test]
fn the_new_end_of_what_is_paid_for_may_be_over() {
    let end = |ends_at| Change { ends_at: Some(ends_at), ..Change::default() };
    let half = NOON + DAY_MS / 2;
    let ended = template().modify(end(half - 1_000), half).expect("it ends");
    assert_eq!((ended.status, ended.publication.ends_at), (Status::Expired, half - 1_000));
    assert_eq!(template().modify(end(half), half).map(|it| it.status), Ok(Status::Active));
    for (template, ends_at, misfit) in [
        (template(), NOON, Misfit::PublishEndsBeforeStart),
        (template(), NOON + SPAN_MAX_MS + 1_000, Misfit::PublishTooLong),
        (draft(), half - 1_000, Misfit::PublishIsOver),
    ] {
        assert_eq!(template.modify(end(ends_at), half), Err(Unchanged::Misfit(misfit)));
    }
    let before = ValidPeriod::Absolute { starts_at: NOON - 2 * DAY_MS, ends_at: NOON };
    let change = Change { valid_period: Some(before), ..Change::default() };
    assert_eq!(draft().modify(change, NOON), Err(Unchanged::Misfit(Misfit::ValidEndsBeforePublish)));
}
