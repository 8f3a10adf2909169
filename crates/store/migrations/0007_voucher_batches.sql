-- Sending a template's vouchers to a list of recipients: a batch, done page by page.

-- source tells one list from another ("crowd ID", or "file" and a hash of its rows): a list is sent once, and again only as
-- another round. next_page is the first page that is not done; sent and refused are the sums of the pages'.
CREATE TABLE voucher_batch (
    id BIGINT NOT NULL PRIMARY KEY,
    template BIGINT NOT NULL,
    source TEXT NOT NULL,
    round BIGINT NOT NULL,
    name TEXT NOT NULL,
    memo TEXT,
    status TEXT NOT NULL CHECK (status IN ('RUNNING', 'STOPPED', 'DONE')),
    recipients BIGINT NOT NULL CHECK (recipients > 0),
    pages BIGINT NOT NULL CHECK (pages > 0),
    next_page BIGINT NOT NULL CHECK (next_page BETWEEN 0 AND pages),
    sent BIGINT NOT NULL CHECK (sent >= 0),
    refused BIGINT NOT NULL CHECK (refused >= 0),
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL,
    CHECK (sent + refused <= recipients),
    CHECK ((status = 'DONE') = (next_page = pages)),
    UNIQUE (template, source, round)
);

-- A line for each recipient of the page, and once the page is done a line for what each got.
CREATE TABLE voucher_batch_page (
    bucket INTEGER NOT NULL,
    batch BIGINT NOT NULL,
    page BIGINT NOT NULL,
    recipients TEXT NOT NULL,
    results TEXT,
    sent BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (bucket, batch, page)
);

-- With the template, so that a user's vouchers of one are found without a look at those of others.
DROP INDEX cash_voucher_of_user;
CREATE INDEX cash_voucher_of_user ON cash_voucher (bucket, user_id, status, ends_at, template);
