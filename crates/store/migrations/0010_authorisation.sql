-- Merchants authorise apps of service providers, and members authorise apps, on pages.

-- Where a consent page may send browsers back to: a JSON list of addresses.
ALTER TABLE app ADD COLUMN redirect_uris TEXT NOT NULL DEFAULT '[]';

-- app_auth_token is the SHA-256 of the token in hexadecimal; the token itself in rows that a build before this one wrote. What a
-- merchant gave on a page has a refresh token too, of which the same is kept. replaced_at says that a newer pair took its place.
ALTER TABLE app_authorization ADD COLUMN granted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE app_authorization ADD COLUMN refresh_key TEXT;
ALTER TABLE app_authorization ADD COLUMN refresh_until BIGINT;
ALTER TABLE app_authorization ADD COLUMN replaced_at BIGINT;
CREATE INDEX app_authorization_refresh ON app_authorization (refresh_key);
CREATE INDEX app_authorization_pair ON app_authorization (app_id, pid, auth_app_id);

-- What a consent page hands out, to be exchanged for tokens once. key is the code's SHA-256; account_id the merchant or the user;
-- allowed a JSON list of methods, or of scopes.
CREATE TABLE auth_code (
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('merchant', 'member')),
    app_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    auth_app_id TEXT NOT NULL,
    allowed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (bucket, key)
);
CREATE INDEX auth_code_end ON auth_code (bucket, expires_at);

-- What a member lets an app know. Both keys are the SHA-256 of tokens; scopes is a JSON list.
CREATE TABLE user_authorization (
    bucket INTEGER NOT NULL,
    refresh_key TEXT NOT NULL,
    access_key TEXT NOT NULL,
    app_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    refresh_until BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (bucket, refresh_key)
);
CREATE INDEX user_authorization_end ON user_authorization (bucket, refresh_until);
