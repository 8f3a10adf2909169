//! The proof: every balance and counter recomputed from what it is the sum of, in one snapshot.
//!
//! A product that keeps a sum adds a [`Row`] here: how many sums there are, and those that are not what their parts come
//! to, by the name that a merchant knows them by.

use crate::fault::Fault;
use crate::params;
use crate::sql::statements;
use crate::tx::Tx;

/// How many differences of one row are named; the rest is counted.
const NAMED: usize = 20;

statements! {
    ACCOUNTS = "SELECT COUNT(*) FROM account";
    ACCOUNTS_OFF = "SELECT account.user_id, CAST(account.balance_fen AS TEXT),
            CAST(account.opening_fen + COALESCE(moved.fen, 0) AS TEXT) FROM account
        LEFT JOIN (SELECT name, CAST(SUM(fen) AS BIGINT) AS fen FROM (SELECT credit AS name, amount_fen AS fen FROM transfer
            UNION ALL SELECT debit, 0 - amount_fen FROM transfer) AS parts GROUP BY name) AS moved
            ON moved.name = account.user_id
        WHERE account.balance_fen <> account.opening_fen + COALESCE(moved.fen, 0) ORDER BY account.user_id";
    FUNDS = "SELECT COUNT(*) FROM fund";
    FUNDS_OFF = "SELECT fund.name, CAST(fund.balance_fen AS TEXT), CAST(COALESCE(moved.fen, 0) AS TEXT) FROM fund
        LEFT JOIN (SELECT name, CAST(SUM(fen) AS BIGINT) AS fen FROM (SELECT credit AS name, amount_fen AS fen FROM transfer
            UNION ALL SELECT debit, 0 - amount_fen FROM transfer) AS parts GROUP BY name) AS moved ON moved.name = fund.name
        WHERE fund.balance_fen <> COALESCE(moved.fen, 0) ORDER BY fund.name";
    TRANSFERS = "SELECT COUNT(*) FROM transfer";
    TRANSFERS_OFF = "SELECT CAST(parts.id AS TEXT), parts.name, 'an account' FROM (SELECT id, credit AS name FROM transfer
            UNION ALL SELECT id, debit FROM transfer) AS parts
        LEFT JOIN account ON account.user_id = parts.name LEFT JOIN fund ON fund.name = parts.name
        WHERE account.user_id IS NULL AND fund.name IS NULL ORDER BY 1";
    MONEY_OFF = "SELECT 'all accounts and funds', CAST(balances.fen AS TEXT), CAST(openings.fen AS TEXT) FROM
        (SELECT CAST(COALESCE(SUM(fen), 0) AS BIGINT) AS fen FROM (SELECT balance_fen AS fen FROM account
            UNION ALL SELECT balance_fen FROM fund) AS parts) AS balances,
        (SELECT CAST(COALESCE(SUM(opening_fen), 0) AS BIGINT) AS fen FROM account) AS openings
        WHERE balances.fen <> openings.fen";
    TRADES = "SELECT COUNT(*) FROM trade";
    PAID_OFF = "SELECT trade.pid || '/' || trade.out_trade_no,
            CAST(CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.receipt_fen END AS TEXT),
            CAST(COALESCE(moved.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, credit, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS moved
            ON moved.bucket = trade.bucket AND moved.trade = trade.id AND moved.credit = trade.seller_id
        WHERE (trade.imported_no IS NULL OR moved.fen IS NOT NULL)
            AND COALESCE(moved.fen, 0) <> CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.receipt_fen END ORDER BY 1";
    STATUS_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, 'a status that its money and times allow'
        FROM trade WHERE NOT ((trade.status = 'WAIT_BUYER_PAY' AND trade.paid_at IS NULL AND trade.refunded_fen = 0)
            OR (trade.status IN ('TRADE_SUCCESS', 'TRADE_FINISHED') AND trade.paid_at IS NOT NULL
                AND trade.refunded_fen < trade.total_fen)
            OR (trade.status = 'TRADE_CLOSED' AND trade.paid_at IS NULL AND trade.refunded_fen = 0)
            OR (trade.status = 'TRADE_CLOSED' AND trade.paid_at IS NOT NULL AND trade.refunded_fen = trade.total_fen))
        ORDER BY 1";
    REFUNDS = "SELECT COUNT(*) FROM refund";
    REFUNDED_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(trade.refunded_fen AS TEXT),
            CAST(COALESCE(parts.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM refund GROUP BY bucket, trade) AS parts
            ON parts.bucket = trade.bucket AND parts.trade = trade.id
        WHERE trade.refunded_fen <> COALESCE(parts.fen, 0) ORDER BY 1";
    // Of what a coupon paid the seller got nothing, and gives nothing back.
    REPAID_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(trade.refunded_fen - COALESCE(shares.fen, 0) AS TEXT),
            CAST(COALESCE(moved.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(refunded_fen) AS BIGINT) AS fen FROM trade_voucher
            WHERE merchant_fen = deducted_fen GROUP BY bucket, trade) AS shares
            ON shares.bucket = trade.bucket AND shares.trade = trade.id
        LEFT JOIN (SELECT bucket, trade, debit, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, debit) AS moved
            ON moved.bucket = trade.bucket AND moved.trade = trade.id AND moved.debit = trade.seller_id
        LEFT JOIN (SELECT bucket, trade, credit, COUNT(*) AS times FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS paid
            ON paid.bucket = trade.bucket AND paid.trade = trade.id AND paid.credit = trade.seller_id
        WHERE (trade.imported_no IS NULL OR paid.times IS NOT NULL)
            AND trade.refunded_fen - COALESCE(shares.fen, 0) <> COALESCE(moved.fen, 0) ORDER BY 1";
    IMPORTS = "SELECT COUNT(*) FROM transfer WHERE kind = 'import' AND trade IS NULL";
    // An imported trade without an entry of its payment is in its chunk's entries: what was paid, and what had been refunded
    // until then, which is all that no entry of its own paid back since.
    IMPORTS_OFF = "SELECT sums.pid, CAST(sums.paid AS TEXT) || ' less ' || CAST(sums.back AS TEXT),
            CAST(sums.trades_paid AS TEXT) || ' less ' || CAST(sums.trades_back AS TEXT) FROM
        (SELECT pid, CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(back) AS BIGINT) AS back,
            CAST(SUM(trades_paid) AS BIGINT) AS trades_paid, CAST(SUM(trades_back) AS BIGINT) AS trades_back FROM
            (SELECT credit AS pid, amount_fen AS paid, 0 AS back, 0 AS trades_paid, 0 AS trades_back FROM transfer
                WHERE kind = 'import' AND trade IS NULL AND debit = 'outside/' || credit
            UNION ALL SELECT debit, 0, amount_fen, 0, 0 FROM transfer
                WHERE kind = 'import' AND trade IS NULL AND credit = 'outside/' || debit
            UNION ALL SELECT trade.pid, 0, 0, trade.receipt_fen, trade.refunded_fen - COALESCE(repaid.fen, 0) FROM trade
                LEFT JOIN (SELECT bucket, trade, credit, COUNT(*) AS times FROM transfer
                    WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS own
                    ON own.bucket = trade.bucket AND own.trade = trade.id AND own.credit = trade.seller_id
                LEFT JOIN (SELECT bucket, trade, debit, SUM(amount_fen) AS fen FROM transfer
                    WHERE trade IS NOT NULL GROUP BY bucket, trade, debit) AS repaid
                    ON repaid.bucket = trade.bucket AND repaid.trade = trade.id AND repaid.debit = trade.seller_id
                WHERE trade.imported_no IS NOT NULL AND own.times IS NULL) AS parts
            GROUP BY pid) AS sums
        WHERE sums.paid <> sums.trades_paid OR sums.back <> sums.trades_back ORDER BY 1";
    BUYERS_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(COALESCE(parts.fen, 0) AS TEXT),
            CAST(trade.refunded_fen - COALESCE(shares.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(refunded_fen) AS BIGINT) AS fen FROM trade_voucher GROUP BY bucket, trade)
            AS shares ON shares.bucket = trade.bucket AND shares.trade = trade.id
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(buyer_fen) AS BIGINT) AS fen FROM refund GROUP BY bucket, trade) AS parts
            ON parts.bucket = trade.bucket AND parts.trade = trade.id
        WHERE COALESCE(parts.fen, 0) <> trade.refunded_fen - COALESCE(shares.fen, 0) ORDER BY 1";
    USES = "SELECT COUNT(*) FROM trade_voucher";
    OFF_OFF = "SELECT sums.name, CAST(sums.less AS TEXT) || ' and ' || CAST(sums.merchant_less AS TEXT),
            CAST(sums.fen AS TEXT) || ' and ' || CAST(sums.merchant_fen AS TEXT) FROM
        (SELECT trade.pid || '/' || trade.out_trade_no AS name,
            CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.total_fen - trade.buyer_pay_fen END AS less,
            CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.total_fen - trade.receipt_fen END AS merchant_less,
            COALESCE(taken.fen, 0) AS fen, COALESCE(taken.merchant_fen, 0) AS merchant_fen FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(deducted_fen) AS BIGINT) AS fen,
            CAST(SUM(merchant_fen) AS BIGINT) AS merchant_fen FROM trade_voucher GROUP BY bucket, trade) AS taken
            ON taken.bucket = trade.bucket AND taken.trade = trade.id) AS sums
        WHERE sums.less <> sums.fen OR sums.merchant_less <> sums.merchant_fen ORDER BY 1";
    BILLS_OFF = "SELECT sums.name, CAST(sums.deducted AS TEXT) || ' less ' || CAST(sums.refunded AS TEXT),
            CAST(sums.used AS TEXT) || ' less ' || CAST(sums.back AS TEXT) FROM
        (SELECT CAST(voucher AS TEXT) || ' in trade ' || CAST(trade AS TEXT) AS name,
            SUM(deducted_fen) AS deducted, SUM(refunded_fen) AS refunded, SUM(used_fen) AS used, SUM(back_fen) AS back FROM
            (SELECT voucher, trade, deducted_fen, refunded_fen, 0 AS used_fen, 0 AS back_fen FROM trade_voucher
            UNION ALL SELECT voucher, trade, 0, 0, CASE WHEN kind = 'V_USE' THEN amount_fen ELSE 0 END,
                CASE WHEN kind = 'V_REFUND' THEN amount_fen ELSE 0 END FROM voucher_bill WHERE trade IS NOT NULL) AS parts
            GROUP BY voucher, trade) AS sums
        WHERE sums.deducted <> sums.used OR sums.refunded <> sums.back ORDER BY 1";
    VOUCHERS = "SELECT COUNT(*) FROM voucher";
    // A coupon that was used has one bill of it: with the trade that took it, or with none where its holder used it alone.
    VOUCHERS_OFF = "SELECT voucher.user_id || '/' || CAST(voucher.id AS TEXT), voucher.status,
            'a status that its trade, bills and times allow' FROM voucher
        LEFT JOIN trade ON trade.bucket = voucher.bucket AND trade.id = voucher.trade
        LEFT JOIN trade_voucher ON trade_voucher.bucket = voucher.bucket AND trade_voucher.trade = voucher.trade
            AND trade_voucher.voucher = voucher.id
        LEFT JOIN (SELECT bucket, voucher, COUNT(*) AS times, MAX(trade) AS trade FROM voucher_bill WHERE kind = 'V_USE'
            GROUP BY bucket, voucher) AS uses ON uses.bucket = voucher.bucket AND uses.voucher = voucher.id
        WHERE voucher.tool IS NOT NULL AND NOT (
            (voucher.status IN ('ENABLED', 'EXPIRED') AND voucher.trade IS NULL AND voucher.held_until IS NULL
                AND voucher.used_at IS NULL AND uses.times IS NULL)
            OR (voucher.status = 'USING' AND voucher.held_until IS NOT NULL AND voucher.used_at IS NULL
                AND uses.times IS NULL AND COALESCE(trade.status, '') = 'WAIT_BUYER_PAY')
            OR (voucher.status = 'USED' AND voucher.held_until IS NULL AND voucher.used_at IS NOT NULL
                AND COALESCE(uses.times, 0) = 1 AND COALESCE(uses.trade, 0) = COALESCE(voucher.trade, 0)
                AND (voucher.trade IS NULL OR (trade_voucher.voucher IS NOT NULL AND trade.paid_at IS NOT NULL
                    AND trade.refunded_fen < trade.total_fen)))
            OR (voucher.status = 'REFUNDED' AND voucher.held_until IS NULL AND voucher.used_at IS NOT NULL
                AND COALESCE(uses.times, 0) = 1 AND trade_voucher.voucher IS NOT NULL AND trade.paid_at IS NOT NULL
                AND trade.refunded_fen = trade.total_fen)) ORDER BY 1";
    NUMBERS_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, 'no claim', 'the claim of its number' FROM trade
        LEFT JOIN once ON once.scope = 'trade/' || trade.pid AND once.key = trade.out_trade_no AND once.subject = trade.id
        WHERE trade.imported_no IS NULL AND once.key IS NULL ORDER BY 1";
    SALES = "SELECT COUNT(*) FROM member_sales";
    SALES_OFF = "SELECT sums.pid || '/' || sums.user_id, CAST(sums.kept AS TEXT), CAST(sums.fen AS TEXT) FROM
        (SELECT pid, user_id, CAST(SUM(kept) AS BIGINT) AS kept, CAST(SUM(fen) AS BIGINT) AS fen FROM
            (SELECT pid, user_id, net_fen AS kept, 0 AS fen FROM member_sales
            UNION ALL SELECT pid, buyer_id, 0, total_fen - refunded_fen FROM trade WHERE paid_at IS NOT NULL) AS parts
            GROUP BY pid, user_id) AS sums
        WHERE sums.kept <> sums.fen ORDER BY 1";
    JOBS = "SELECT COUNT(*) FROM job";
    EXPIRE_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, COALESCE(job.kind, 'no job') FROM trade
        LEFT JOIN job ON job.bucket = trade.bucket AND job.subject = trade.id AND job.kind = 'trade_expire'
        WHERE (trade.status = 'WAIT_BUYER_PAY' AND job.kind IS NULL)
            OR (trade.status <> 'WAIT_BUYER_PAY' AND job.kind IS NOT NULL) ORDER BY 1";
    FINISH_OFF = "SELECT trade.pid || '/' || trade.out_trade_no, trade.status, COALESCE(job.kind, 'no job') FROM trade
        LEFT JOIN job ON job.bucket = trade.bucket AND job.subject = trade.id AND job.kind = 'trade_finish'
        WHERE (trade.status = 'TRADE_SUCCESS' AND job.kind IS NULL)
            OR (trade.status <> 'TRADE_SUCCESS' AND job.kind IS NOT NULL) ORDER BY 1";
    DELIVER_OFF = "SELECT notice.kind || ' ' || notice.subject, notice.state, COALESCE(job.kind, 'no job') FROM notice
        LEFT JOIN job ON job.bucket = notice.bucket AND job.subject = notice.id AND job.kind = 'notice_deliver'
        WHERE (notice.state = 'PENDING' AND job.kind IS NULL) OR (notice.state <> 'PENDING' AND job.kind IS NOT NULL)
        ORDER BY 1";
    ACTIVITIES = "SELECT COUNT(*) FROM activity";
    // What was done to an activity tells how it stands, and so does what an auditor said of it.
    ACTIVITIES_OFF = "SELECT activity.pid || '/' || activity.name, activity.status || ' ' || COALESCE(activity.audit_status, ''),
            CAST(COALESCE(done.made, 0) AS TEXT) || ' made, ' || CAST(COALESCE(done.enabled, 0) AS TEXT) || ' enabled, '
            || CAST(COALESCE(done.closed, 0) AS TEXT) || ' closed, ' || CAST(COALESCE(done.over, 0) AS TEXT) || ' over, '
            || CAST(COALESCE(done.asked, 0) AS TEXT) || ' asked, ' || CAST(COALESCE(done.refused, 0) AS TEXT) || ' refused'
        FROM activity LEFT JOIN (SELECT activity,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_CREATE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS made,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_ENABLE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS enabled,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_CLOSE_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS closed,
            CAST(SUM(CASE WHEN kind = 'CAMPAIGN_FINISH_ORDER' THEN 1 ELSE 0 END) AS BIGINT) AS over,
            CAST(SUM(CASE WHEN audit_status = 'AUDITING' THEN 1 ELSE 0 END) AS BIGINT) AS asked,
            CAST(SUM(CASE WHEN audit_status = 'REJECT' THEN 1 ELSE 0 END) AS BIGINT) AS refused
            FROM activity_order GROUP BY activity) AS done ON done.activity = activity.id
        WHERE COALESCE(done.made, 0) <> 1
            OR NOT ((activity.status = 'CREATED' AND COALESCE(activity.audit_status, '') = 'AUDITING'
                AND done.enabled = 0 AND done.closed = 0 AND done.over = 0 AND done.asked = 1 AND done.refused = 0)
            OR (activity.status = 'STARTED' AND activity.audit_status IS NULL
                AND done.enabled = 1 AND done.closed = 0 AND done.over = 0 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'FINISHED' AND activity.audit_status IS NULL
                AND done.enabled = 1 AND done.closed = 0 AND done.over = 1 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'CLOSED' AND activity.audit_status IS NULL
                AND done.enabled <= 1 AND done.closed = 1 AND done.over = 0 AND done.asked = 0 AND done.refused = 0)
            OR (activity.status = 'DISABLED' AND COALESCE(activity.audit_status, '') = 'REJECT'
                AND done.enabled = 0 AND done.closed = 0 AND done.over = 0 AND done.asked = 0 AND done.refused = 1))
        ORDER BY 1";
    // A card is one activity's only tool, coupons are of the other kind; and nothing is given nowhere.
    TOOLS_OFF = "SELECT activity.pid || '/' || activity.name, activity.kind,
            CAST(COALESCE(tools.cards, 0) AS TEXT) || ' cards, ' || CAST(COALESCE(tools.coupons, 0) AS TEXT) || ' coupons, '
            || CAST(COALESCE(places.shops, 0) AS TEXT) || ' shops' FROM activity
        LEFT JOIN (SELECT activity, CAST(SUM(CASE WHEN kind = 'POINT_CARD' THEN 1 ELSE 0 END) AS BIGINT) AS cards,
            CAST(SUM(CASE WHEN kind = 'POINT_CARD' THEN 0 ELSE 1 END) AS BIGINT) AS coupons
            FROM tool GROUP BY activity) AS tools ON tools.activity = activity.id
        LEFT JOIN (SELECT activity_shop.activity, COUNT(*) AS shops FROM activity_shop
            JOIN shop ON shop.shop_id = activity_shop.shop_id GROUP BY activity_shop.activity) AS places
            ON places.activity = activity.id
        WHERE COALESCE(places.shops, 0) = 0
            OR NOT ((activity.kind = 'POINT_SEND' AND COALESCE(tools.cards, 0) = 1 AND COALESCE(tools.coupons, 0) = 0)
            OR (activity.kind = 'DIRECT_SEND' AND COALESCE(tools.cards, 0) = 0 AND COALESCE(tools.coupons, 0) > 0))
        ORDER BY 1";
    ACTIVITY_NUMBERS_OFF = "SELECT activity.pid || '/' || activity.name, 'no claim', 'the claim of its key' FROM activity
        LEFT JOIN once ON once.scope = 'koubei.marketing.campaign.activity.create/' || activity.pid
            AND once.subject = activity.id
        WHERE once.key IS NULL ORDER BY 1";
    // The last second of an activity is whole; earlier builds planned its end within that second.
    ACTIVITY_ENDS_OFF = "SELECT activity.pid || '/' || activity.name, activity.status, COALESCE(CAST(job.due_at AS TEXT), 'no job')
        FROM activity LEFT JOIN job ON job.subject = activity.id AND job.kind = 'activity_finish'
        WHERE (activity.status = 'STARTED' AND (job.kind IS NULL
                OR job.due_at NOT IN (activity.ends_at + 1, activity.ends_at + 1000)))
            OR (activity.status <> 'STARTED' AND job.kind IS NOT NULL) ORDER BY 1";
    NOTICES = "SELECT COUNT(*) FROM notice";
    ATTEMPTS_OFF = "SELECT notice.kind || ' ' || notice.subject, CAST(notice.attempts AS TEXT),
            CAST(COALESCE(tried.times, 0) AS TEXT) FROM notice
        LEFT JOIN (SELECT bucket, notice, COUNT(*) AS times FROM notice_attempt GROUP BY bucket, notice) AS tried
            ON tried.bucket = notice.bucket AND tried.notice = notice.id
        WHERE notice.attempts <> COALESCE(tried.times, 0) ORDER BY 1";
    POINT_ACCOUNTS = "SELECT COUNT(*) FROM point_account";
    POINTS_OFF = "SELECT pid || '/' || user_id, CAST(available AS TEXT) || ' available, ' || CAST(frozen AS TEXT) || ' frozen, '
            || CAST(spent AS TEXT) || ' spent', CAST(free AS TEXT) || ' available, ' || CAST(held AS TEXT) || ' frozen, '
            || CAST(gone AS TEXT) || ' spent' FROM
        (SELECT MAX(pid) AS pid, user_id, CAST(SUM(available) AS BIGINT) AS available, CAST(SUM(frozen) AS BIGINT) AS frozen,
            CAST(SUM(spent) AS BIGINT) AS spent, CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(free) AS BIGINT) AS free,
            CAST(SUM(held) AS BIGINT) AS held, CAST(SUM(gone) AS BIGINT) AS gone FROM
            (SELECT pid, card, user_id, available, frozen, spent, total, 0 AS free, 0 AS held, 0 AS gone FROM point_account
            UNION ALL SELECT '', card, user_id, 0, 0, 0, 0,
                CASE WHEN kind IN ('DEPOSIT', 'CANCEL') THEN amount WHEN kind = 'COMMIT' THEN 0 ELSE 0 - amount END,
                CASE WHEN kind = 'FREEZE' THEN amount WHEN kind IN ('COMMIT', 'CANCEL') THEN 0 - amount ELSE 0 END,
                CASE WHEN kind IN ('CONSUME', 'COMMIT') THEN amount ELSE 0 END FROM point_log) AS parts
            GROUP BY card, user_id) AS sums
        WHERE available <> free OR frozen <> held OR spent <> gone OR total <> free + held + gone ORDER BY 1";
    FREEZES = "SELECT COUNT(*) FROM point_freeze";
    FREEZES_OFF = "SELECT COALESCE(CAST(id AS TEXT), 'no freeze'), CAST(waits AS TEXT), CAST(entered AS TEXT) FROM
        (SELECT id, CAST(SUM(waits) AS BIGINT) AS waits, CAST(SUM(entered) AS BIGINT) AS entered FROM
            (SELECT id, amount AS waits, 0 AS entered FROM point_freeze
            UNION ALL SELECT id, 0, amount FROM point_log WHERE kind = 'FREEZE'
            UNION ALL SELECT freeze_id, 0, 0 - amount FROM point_log WHERE kind IN ('COMMIT', 'CANCEL')) AS parts
            GROUP BY id) AS sums
        WHERE waits <> entered ORDER BY 1";
    FREEZE_ENDS_OFF = "SELECT CAST(held.card AS TEXT), CAST(held.freezes AS TEXT) || ' freezes', 'no job' FROM
        (SELECT card, COUNT(*) AS freezes FROM point_freeze GROUP BY card) AS held
        LEFT JOIN job ON job.subject = held.card AND job.kind = 'card_end' WHERE job.kind IS NULL ORDER BY 1";
    DEPOSITS = "SELECT COUNT(*) FROM point_log WHERE kind = 'DEPOSIT'";
    DEPOSITS_OFF = "SELECT point_log.user_id || '/' || COALESCE(point_log.biz_no, 'no trade'), 'no claim', 'the claim of its trade'
        FROM point_log LEFT JOIN once ON once.scope = 'point_deposit/' || CAST(point_log.card AS TEXT)
            AND once.key = point_log.biz_no AND once.subject = point_log.id
        WHERE point_log.kind = 'DEPOSIT' AND once.key IS NULL ORDER BY 1";
    PARTS = "SELECT COUNT(*) FROM participation";
    // Every time is a token that was used; where periods are counted, each time is in one of them.
    PARTS_OFF = "SELECT pid || '/' || user_id, CAST(times AS TEXT) || ' in all, ' || CAST(periods AS TEXT) || ' in periods',
            CAST(used AS TEXT) FROM
        (SELECT MAX(pid) AS pid, user_id, CAST(SUM(times) AS BIGINT) AS times, CAST(SUM(periods) AS BIGINT) AS periods,
            CAST(SUM(used) AS BIGINT) AS used FROM
            (SELECT pid, activity, user_id, CASE WHEN part = '' THEN times ELSE 0 END AS times,
                CASE WHEN part = '' THEN 0 ELSE times END AS periods, 0 AS used FROM participation
            UNION ALL SELECT pid, activity, user_id, 0, 0, 1 FROM prize_token WHERE used_at IS NOT NULL) AS parts
            GROUP BY activity, user_id) AS sums
        WHERE times <> used OR (periods <> 0 AND periods <> times) ORDER BY 1";
    BUDGETS = "SELECT COUNT(*) FROM counter WHERE kind IN ('budget', 'day_budget')";
    // Every token that was used took one of the budget, and one of its day's where days have one.
    BUDGETS_OFF = "SELECT COALESCE(activity.pid || '/' || activity.name, 'no activity'),
            CAST(sums.taken AS TEXT) || ' in all, ' || CAST(sums.daily AS TEXT) || ' on days', CAST(sums.used AS TEXT) FROM
        (SELECT subject, CAST(SUM(taken) AS BIGINT) AS taken, CAST(SUM(daily) AS BIGINT) AS daily,
            CAST(SUM(used) AS BIGINT) AS used FROM
            (SELECT subject, CASE WHEN kind = 'budget' THEN taken ELSE 0 END AS taken,
                CASE WHEN kind = 'day_budget' THEN taken ELSE 0 END AS daily, 0 AS used FROM counter
                WHERE kind IN ('budget', 'day_budget')
            UNION ALL SELECT activity, 0, 0, 1 FROM prize_token WHERE used_at IS NOT NULL) AS parts
            GROUP BY subject) AS sums
        LEFT JOIN activity ON activity.id = sums.subject
        WHERE sums.taken <> sums.used OR (sums.daily <> 0 AND sums.daily <> sums.used) ORDER BY 1";
    TOKENS = "SELECT COUNT(*) FROM prize_token";
    TOKENS_OFF = "SELECT prize_token.pid || '/' || prize_token.user_id,
            CASE WHEN prize_token.used_at IS NULL THEN 'not used' ELSE 'used' END,
            CASE WHEN given.token IS NULL THEN 'gave nothing' ELSE 'gave a voucher' END FROM prize_token
        LEFT JOIN (SELECT DISTINCT token, user_id FROM voucher WHERE token IS NOT NULL) AS given
            ON given.token = prize_token.token AND given.user_id = prize_token.user_id
        WHERE (prize_token.used_at IS NULL AND given.token IS NOT NULL)
            OR (prize_token.used_at IS NOT NULL AND given.token IS NULL) ORDER BY 1";
}

/// What is recomputed: its name, how many there are, and those that differ as (name, stored, computed).
const ROWS: [(&str, &str, &str); 30] = [
    ("account balances", ACCOUNTS, ACCOUNTS_OFF),
    ("fund balances", FUNDS, FUNDS_OFF),
    ("transfers between known accounts", TRANSFERS, TRANSFERS_OFF),
    ("the sum of all money", ACCOUNTS, MONEY_OFF),
    ("payments of trades", TRADES, PAID_OFF),
    ("statuses of trades", TRADES, STATUS_OFF),
    ("numbers of trades", TRADES, NUMBERS_OFF),
    ("refunds of trades", REFUNDS, REFUNDED_OFF),
    ("money paid back", REFUNDS, REPAID_OFF),
    ("entries of imports", IMPORTS, IMPORTS_OFF),
    ("buyers' part of refunds", REFUNDS, BUYERS_OFF),
    ("what vouchers took off trades", USES, OFF_OFF),
    ("bills of vouchers", USES, BILLS_OFF),
    ("statuses of vouchers", VOUCHERS, VOUCHERS_OFF),
    ("members' net payments", SALES, SALES_OFF),
    ("ends of unpaid trades", JOBS, EXPIRE_OFF),
    ("ends of refund periods", JOBS, FINISH_OFF),
    ("statuses of activities", ACTIVITIES, ACTIVITIES_OFF),
    ("tools and shops of activities", ACTIVITIES, TOOLS_OFF),
    ("keys of activities", ACTIVITIES, ACTIVITY_NUMBERS_OFF),
    ("ends of activities", ACTIVITIES, ACTIVITY_ENDS_OFF),
    ("deliveries that wait", JOBS, DELIVER_OFF),
    ("attempts of deliveries", NOTICES, ATTEMPTS_OFF),
    ("point accounts", POINT_ACCOUNTS, POINTS_OFF),
    ("freezes that wait", FREEZES, FREEZES_OFF),
    ("ends of freezes", FREEZES, FREEZE_ENDS_OFF),
    ("deposits of trades", DEPOSITS, DEPOSITS_OFF),
    ("prize tokens", TOKENS, TOKENS_OFF),
    ("participations", PARTS, PARTS_OFF),
    ("budgets of activities", BUDGETS, BUDGETS_OFF),
];

/// One line of the proof.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// What was recomputed.
    pub name: String,
    /// How many.
    pub checked: i64,
    /// How many are not what they should be.
    pub differences: usize,
    /// The first of them.
    pub named: Vec<Difference>,
}

/// Something that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// Whose.
    pub subject: String,
    /// What the store has.
    pub stored: String,
    /// What its parts come to.
    pub computed: String,
}

/// Recomputes everything that `tx` sees; use it in [`Store::read`](crate::Store::read), which sees one snapshot.
pub fn prove(tx: &mut Tx) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for (name, count, differ) in ROWS {
        let (checked,) = tx.query_one::<(i64,)>(count, params![])?;
        let found = tx.query::<(String, String, String)>(differ, params![])?;
        let difference = |(subject, stored, computed)| Difference { subject, stored, computed };
        let differences = found.len();
        let named = found.into_iter().take(NAMED).map(difference).collect();
        rows.push(Row { name: name.to_owned(), checked, differences, named });
    }
    Ok(rows)
}
