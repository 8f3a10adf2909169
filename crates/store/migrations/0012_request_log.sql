-- The request log: a line for each call that was answered, and for some of them all of it.

-- share 0 is of verified calls, 1 of others; each has a part of the room for itself. id rises in the order in which lines are
-- written, whoever writes them. at is the store's clock, logged_at the machine's; end_bytes is how much the share has ever
-- held up to this line, so that the difference of two is what lies between them. made is the ids that the call was given for
-- what it made, with commas.
CREATE TABLE call_log (
    share SMALLINT NOT NULL CHECK (share IN (0, 1)),
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    logged_at BIGINT NOT NULL,
    end_bytes BIGINT NOT NULL,
    took_us BIGINT NOT NULL,
    trace_id TEXT NOT NULL,
    app_id TEXT,
    pid TEXT,
    method TEXT NOT NULL,
    door TEXT NOT NULL,
    code TEXT NOT NULL,
    sub_code TEXT NOT NULL,
    cause TEXT NOT NULL,
    address TEXT NOT NULL,
    bytes_in BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    made TEXT NOT NULL,
    PRIMARY KEY (share, id)
);

-- What was sent and answered, as JSON; of calls that were recorded in full.
CREATE TABLE call_log_full (
    share SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (share, id)
);
