-- Companions, invitations, addresses, notifications, repeated requests, the change log, nodes.

-- Created along with another object, and deleted with it alone.
ALTER TABLE objects ADD COLUMN companion_of TEXT REFERENCES objects (uid) ON DELETE CASCADE;
-- The revision of the last change of the object or of what hangs right on it.
ALTER TABLE objects ADD COLUMN changed_revision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX objects_companion ON objects (companion_of);

-- Proven e-mail addresses, in lower case.
CREATE TABLE addresses (
    address TEXT NOT NULL PRIMARY KEY,
    owner_uid TEXT NOT NULL REFERENCES objects (uid) ON DELETE CASCADE,
    proven_at_s BIGINT NOT NULL
);
CREATE INDEX addresses_owner ON addresses (owner_uid);

-- Pending ones alone: what became of the others is in the audit log.
CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    object_uid TEXT NOT NULL REFERENCES objects (uid) ON DELETE CASCADE,
    -- One of both: an object, or an address in lower case.
    invitee_uid TEXT REFERENCES objects (uid) ON DELETE CASCADE,
    address TEXT,
    -- A JSON array.
    relations TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    invited_by_uid TEXT NOT NULL,
    created_at_s BIGINT NOT NULL,
    expires_at_s BIGINT NOT NULL,
    -- When the link of the mail was used; it works once.
    redeemed_at_s BIGINT
);
CREATE UNIQUE INDEX invitations_once
    ON invitations (object_uid, COALESCE(invitee_uid, ''), COALESCE(address, ''));
CREATE INDEX invitations_invitee ON invitations (invitee_uid);
CREATE INDEX invitations_address ON invitations (address);

-- Notifications that are still to be delivered, at least once.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    created_at_s BIGINT NOT NULL,
    -- JSON, without the code of a link: that is worked out anew on delivery.
    notification TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at_s BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at_s, id);

-- Answers to changes that came with an idempotency key; secrets' texts are left out.
CREATE TABLE repeats (
    actor_uid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    -- SHA-256 of the request, in hexadecimal.
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at_s BIGINT NOT NULL,
    PRIMARY KEY (actor_uid, idempotency_key)
);
CREATE INDEX repeats_created ON repeats (created_at_s);

-- What each revision changed of a snapshot, for those that follow. Old rows are compacted away.
CREATE TABLE changes (
    revision BIGINT NOT NULL PRIMARY KEY,
    at_s BIGINT NOT NULL,
    -- A JSON array.
    changes TEXT NOT NULL
);

-- When a node was heard of last.
CREATE TABLE nodes (
    uid TEXT NOT NULL PRIMARY KEY REFERENCES objects (uid) ON DELETE CASCADE,
    seen_at_s BIGINT NOT NULL
);

-- What a key signs or proves: secret, bundle, link. `pkcs8` may be sealed under the operator's key.
ALTER TABLE keys ADD COLUMN purpose TEXT NOT NULL DEFAULT 'secret';
ALTER TABLE keys ADD COLUMN retired_at_s BIGINT;

-- Several operations may share a revision, and a name may be used again: the uid tells whose row it is.
ALTER TABLE audit RENAME TO audit_first;
DROP INDEX audit_object;
CREATE TABLE audit (
    revision BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    at_s BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_uid TEXT NOT NULL,
    jti TEXT,
    operation TEXT NOT NULL,
    object TEXT NOT NULL,
    object_uid TEXT,
    before TEXT,
    after TEXT,
    PRIMARY KEY (revision, ordinal)
);
-- Of the object that has the name now, what happened since it was created. Names are worked out once, as
-- a log may be long.
WITH names AS MATERIALIZED (SELECT o.type || ':' || o.id AS name, o.uid, o.created_at_s FROM objects o)
INSERT INTO audit (revision, ordinal, at_s, actor, actor_uid, jti, operation, object, object_uid, before, after)
    SELECT a.revision, 0, a.at_s, a.actor, a.actor_uid, a.jti, a.operation, a.object, n.uid, a.before, a.after
    FROM audit_first a LEFT JOIN names n ON n.name = a.object AND a.at_s >= n.created_at_s;
DROP TABLE audit_first;
CREATE INDEX audit_object ON audit (object_uid, revision, ordinal);
CREATE INDEX audit_actor ON audit (actor_uid, revision, ordinal);
