-- Columns are BIGINT and TEXT alone, so that SQLite and PostgreSQL share every statement.
-- Times are seconds since the epoch, UTC (_s); uids and jtis are UUIDs in text form.

CREATE TABLE meta (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    -- The one locked row: the revision of the last change.
    revision BIGINT NOT NULL,
    -- How often the store was opened for writing: leases of an earlier opening are lost.
    incarnation BIGINT NOT NULL
);
INSERT INTO meta (id, revision, incarnation) VALUES (1, 0, 0);

CREATE TABLE objects (
    uid TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    -- For look-ups that ignore case, and so that no two names differ only by it.
    id_folded TEXT NOT NULL,
    parent TEXT REFERENCES objects (uid) ON DELETE CASCADE,
    display_name TEXT,
    created_at_s BIGINT NOT NULL,
    valid_from_s BIGINT NOT NULL,
    UNIQUE (type, id_folded)
);
CREATE INDEX objects_parent ON objects (parent, type, id_folded);

CREATE TABLE tuples (
    object_uid TEXT NOT NULL REFERENCES objects (uid) ON DELETE CASCADE,
    relation TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    -- Empty for every object of the type (`type:*`).
    subject_uid TEXT REFERENCES objects (uid) ON DELETE CASCADE,
    -- Empty text unless the subject is a userset (`type:id#relation`).
    subject_relation TEXT NOT NULL
);
CREATE UNIQUE INDEX tuples_once
    ON tuples (object_uid, relation, subject_type, COALESCE(subject_uid, ''), subject_relation);
CREATE INDEX tuples_subject ON tuples (subject_uid);

-- What is known of secrets. Their text is in no table.
CREATE TABLE secrets (
    jti TEXT NOT NULL PRIMARY KEY,
    subject_uid TEXT NOT NULL REFERENCES objects (uid) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    audiences TEXT NOT NULL,
    description TEXT,
    issued_at_s BIGINT NOT NULL,
    expires_at_s BIGINT,
    revoked_at_s BIGINT,
    issued_by TEXT NOT NULL,
    issued_by_uid TEXT NOT NULL
);
CREATE INDEX secrets_subject ON secrets (subject_uid, jti);

CREATE TABLE keys (
    kid TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    -- PKCS#8 DER in base64. Whoever reads it can mint: the file is its owner's alone.
    pkcs8 TEXT NOT NULL,
    created_at_s BIGINT NOT NULL
);

-- One row for each change. Names, not references: it outlives what it tells of.
CREATE TABLE audit (
    revision BIGINT NOT NULL PRIMARY KEY,
    at_s BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_uid TEXT NOT NULL,
    jti TEXT,
    operation TEXT NOT NULL,
    object TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX audit_object ON audit (object, revision);

-- Accounts are a uid, or a uid with ".anonymous", without a reference: they outlive their owner.
CREATE TABLE limits (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    limit_bytes BIGINT NOT NULL,
    PRIMARY KEY (account, kind)
);

-- granted = spent + returned + forfeited + outstanding
CREATE TABLE balances (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    window_start_s BIGINT NOT NULL,
    window_end_s BIGINT NOT NULL,
    granted_bytes BIGINT NOT NULL,
    spent_bytes BIGINT NOT NULL,
    returned_bytes BIGINT NOT NULL,
    forfeited_bytes BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (account, window_start_s, kind)
);

CREATE TABLE leases (
    id TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    incarnation BIGINT NOT NULL,
    -- A JSON array of accounts.
    chain TEXT NOT NULL,
    kind TEXT NOT NULL,
    window_start_s BIGINT NOT NULL,
    window_end_s BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    spent_bytes BIGINT NOT NULL,
    returned_bytes BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    -- open, closed, forfeited
    state TEXT NOT NULL,
    changed_at_s BIGINT NOT NULL
);
CREATE INDEX leases_state ON leases (state, changed_at_s);
