-- Who operates: names, roles, sessions of the console, and what was done.

-- password is an Argon2id string, absent until it is set. link is the SHA-256 of a token that sets it, once, until
-- link_until. Times of this file are the machine's, but for at of operator_action, which is the store's.
CREATE TABLE operator (
    name TEXT PRIMARY KEY,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    password TEXT,
    link TEXT,
    link_until BIGINT,
    made_at BIGINT NOT NULL
);
CREATE INDEX operator_link ON operator (link);

-- pid is a merchant, or * for all.
CREATE TABLE operator_grant (
    name TEXT NOT NULL,
    pid TEXT NOT NULL,
    role TEXT NOT NULL,
    app_id TEXT,
    PRIMARY KEY (name, pid)
);

-- token is the SHA-256 of what the browser has. A row is there as long as the session is.
CREATE TABLE operator_session (
    token TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL
);
CREATE INDEX operator_session_name ON operator_session (name);

-- What operators did, never changed: hash is the SHA-256 of the row and of the hash before it. An act that takes long has
-- a row when it begins, whose code is empty, and one when it ends, with the same trace_id.
CREATE TABLE operator_action (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    wall_at BIGINT NOT NULL,
    operator TEXT NOT NULL,
    address TEXT NOT NULL,
    pid TEXT NOT NULL,
    method TEXT NOT NULL,
    request TEXT NOT NULL,
    code TEXT NOT NULL,
    sub_code TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    hash TEXT NOT NULL
);

-- The last of them, so that rows missing at the end are noticed too; one row, nr 0.
CREATE TABLE operator_action_end (
    nr SMALLINT PRIMARY KEY CHECK (nr = 0),
    id BIGINT NOT NULL,
    hash TEXT NOT NULL
);
