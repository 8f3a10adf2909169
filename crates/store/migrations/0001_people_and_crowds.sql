-- Who exists, what members are like, and the crowds that merchants save.
--
-- One text for every engine. Times are UTC milliseconds, money is fen, positions are degrees times 10^7, flags are 0 or 1.
-- Tables that grow with members lead every key with the bucket; the others have few rows, seldom written.

-- What the store knows about itself: its mode, its clock, its keys (sealed).
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Counters handed out in blocks.
CREATE TABLE id_lease (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

-- A merchant's balance and login are in account, under the same number: they change with every trade.
CREATE TABLE merchant (
    pid TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    mid TEXT,
    options TEXT NOT NULL
);

CREATE TABLE shop (
    shop_id TEXT NOT NULL PRIMARY KEY,
    pid TEXT NOT NULL REFERENCES merchant (pid),
    store_id TEXT,
    name TEXT NOT NULL,
    address TEXT,
    shop_type TEXT,
    lon_e7 INTEGER,
    lat_e7 INTEGER,
    CHECK ((lon_e7 IS NULL) = (lat_e7 IS NULL))
);
CREATE INDEX shop_of_merchant ON shop (pid, shop_id);

-- Tags beside the eight that every merchant has. "values" is a JSON list of [value, label].
CREATE TABLE tag (
    pid TEXT NOT NULL REFERENCES merchant (pid),
    code TEXT NOT NULL,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    codes TEXT NOT NULL,
    PRIMARY KEY (pid, code)
);

CREATE TABLE app (
    app_id TEXT NOT NULL PRIMARY KEY,
    pid TEXT NOT NULL,
    public_key TEXT NOT NULL,
    aes_key TEXT,
    isv SMALLINT NOT NULL CHECK (isv IN (0, 1)),
    methods TEXT NOT NULL,
    notify_charset TEXT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    version BIGINT NOT NULL
);

CREATE TABLE app_authorization (
    app_auth_token TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES app (app_id),
    pid TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    methods TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    version BIGINT NOT NULL
);

-- A picture that pages show.
CREATE TABLE image (
    id TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL
);

-- A person or a merchant with a balance. opening_fen is what a world file gave; the rest of the balance is from entries.
CREATE TABLE account (
    bucket INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    login_id TEXT,
    taobao_nick TEXT,
    opening_fen BIGINT NOT NULL DEFAULT 0 CHECK (opening_fen BETWEEN 0 AND 4000000000000000),
    balance_fen BIGINT NOT NULL DEFAULT 0 CHECK (balance_fen BETWEEN 0 AND 4000000000000000),
    pay_codes TEXT NOT NULL DEFAULT '[]',
    pay_pin TEXT,
    student SMALLINT NOT NULL DEFAULT 0 CHECK (student IN (0, 1)),
    member_cards TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (bucket, user_id)
);

-- What a merchant knows about a user. "tags" is a JSON object of texts, sorted by code.
CREATE TABLE member (
    bucket INTEGER NOT NULL,
    pid TEXT NOT NULL,
    user_id TEXT NOT NULL,
    tags TEXT NOT NULL,
    home_lon_e7 INTEGER,
    home_lat_e7 INTEGER,
    work_lon_e7 INTEGER,
    work_lat_e7 INTEGER,
    version BIGINT NOT NULL,
    PRIMARY KEY (bucket, pid, user_id)
);

CREATE TABLE crowd (
    bucket INTEGER NOT NULL,
    id BIGINT NOT NULL,
    pid TEXT NOT NULL,
    name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ENABLE', 'DISABLE')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, id)
);
CREATE INDEX crowd_of_merchant ON crowd (bucket, pid, created_at, id);

-- Keys from outside that were used, for good. A stored answer, or the id of what was made with the key.
CREATE TABLE once (
    bucket INTEGER NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    answer TEXT,
    subject BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, scope, key)
);

-- What other processes must learn. origin and seq name a row; tx is the PostgreSQL transaction that wrote it.
CREATE TABLE changes (
    bucket INTEGER NOT NULL,
    origin BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    tx BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (bucket, origin, seq)
);

-- The last refused signatures, as a ring.
CREATE TABLE signature_trouble (
    slot BIGINT NOT NULL PRIMARY KEY,
    trace_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    app_id TEXT NOT NULL,
    method TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL
);
