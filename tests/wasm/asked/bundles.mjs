// Bundles: verified by the host, loaded, and answering as the engine that they were made of.

import { base64url, concat, sha256, utf8 } from "./bytes.mjs";
import { equal, ok, rejects, throws } from "./same.mjs";

const ED25519 = { alg: "EdDSA", key: { name: "Ed25519" }, sign: { name: "Ed25519" } };
const P256 = { alg: "ES256", key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" } };

/** A key pair, and what a key set says of it. */
async function signer(algorithm = ED25519, kid = "bundles-1") {
  const pair = await crypto.subtle.generateKey(algorithm.key, true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { algorithm, kid, pair, jwk: { ...jwk, use: "sig", alg: algorithm.alg, kid, tidegate_use: "bundle" } };
}

const expect = { issuer: "https://tidegate.example", audience: "gateway", subject: "user:ann", nowS: 1_700_000_010 };

/** A bundle of a payload, with claims and a header changed. */
async function signed(payload, by, { claims = {}, header = {} } = {}) {
  const head = { typ: "tidegate-bundle+jwt", alg: by.algorithm.alg, kid: by.kid, ...header };
  const all = {
    iss: expect.issuer,
    aud: expect.audience,
    sub: expect.subject,
    scope: "whole",
    revision: 7,
    iat: 1_700_000_000,
    exp: 1_700_000_300,
    sha256: base64url(await sha256(payload)),
    length: payload.length,
    ...claims,
  };
  const message = `${base64url(utf8(JSON.stringify(head)))}.${base64url(utf8(JSON.stringify(all)))}`;
  const signature = await crypto.subtle.sign(by.algorithm.sign, by.pair.privateKey, utf8(message));
  return concat(utf8(`${message}.${base64url(new Uint8Array(signature))}\n`), payload);
}

/** Every question about the world's objects that its callers can ask. */
function* questions(input) {
  const relations = ["owner", "blocked", "viewer", "can_read", "can_write", "no_such"];
  for (const kind of ["full", "reads", "no-such-kind"]) {
    for (const resource of [...input.objects.map(({ object }) => object), "doc:none"]) {
      for (const action of relations) {
        for (const context of [{}, { hour: 12 }, { hour: 20 }]) {
          yield { caller: { object: "user:ann", kind }, action, resource, context };
        }
      }
    }
  }
}

const changed = (bytes, at) => bytes.map((byte, place) => (place === at(bytes) ? byte ^ 1 : byte));
const without = (jwk, field) => Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== field));

export async function bundles({ whole: { Engine, Slice, UnverifiedBundle }, core, text, bytes }) {
  const ed25519 = await signer();
  const p256 = await signer(P256, "bundles-2");
  const stranger = await signer();
  const keys = { keys: [ed25519.jwk, p256.jwk] };
  const [plain, conditions] = await Promise.all(
    ["plain", "conditions"].map(async (name) => JSON.parse(await text(`vectors/bundles/${name}.json`))),
  );
  const [whole, slicePayload] = await Promise.all(
    ["whole", "slice"].map((scope) => bytes(`vectors/bundles/plain.${scope}.bin`)),
  );
  const UID = plain.objects[0].uid;
  const SLICE = { scope: "slice", uid: UID };
  const bundle = (payload, { by = ed25519, ...changes } = {}) => signed(payload, by, changes);

  const answersAsTheWhole = (name, input, docs) => async () => {
    const expected = new Engine(input);
    for (const by of [ed25519, p256]) {
      const payload = await bytes(`vectors/bundles/${name}.whole.bin`);
      const loaded = await Engine.fromBundle(await bundle(payload, { by }), keys, expect);
      equal(loaded.revision, 7);
      const ofSlice = await bytes(`vectors/bundles/${name}.slice.bin`);
      const signed = await bundle(ofSlice, { by, claims: SLICE });
      const slice = await Slice.fromBundle(signed, keys, { ...expect, uid: UID });
      equal([slice.subject, slice.revision], ["user:ann", 7]);
      let allowed = 0;
      for (const question of questions(input)) {
        const answer = expected.decide(question);
        equal(loaded.decide(question), answer, JSON.stringify(question));
        slice.kind = question.caller.kind;
        const found = slice.can(question.action, question.resource, question.context);
        equal(found, Number(answer.allowed), JSON.stringify(question));
        allowed += answer.allowed;
      }
      ok(allowed > 10, `${allowed} allowed`);
      slice.kind = "reads";
      const reads = slice.listObjects("can_read", "doc", { hour: 12 });
      equal(reads, { found: docs, complete: true });
    }
  };

  // What is wrong, and the kind of the error.
  const refused = [
    ["no line", () => utf8("x"), {}, "no-head"],
    ["no signature", () => utf8("a.b\n"), {}, "head-malformed"],
    ["no base64url", () => utf8("a=.b.c\n"), {}, "head-malformed"],
    ["another type", () => bundle(whole, { header: { typ: "tidegate+jwt" } }), {}, "head-type"],
    ["one more header", () => bundle(whole, { header: { crit: [] } }), {}, "head-header"],
    ["an unknown key", () => bundle(whole, { header: { kid: "other" } }), {}, "head-unknown-key"],
    ["another's signature", () => bundle(whole, { by: stranger }), {}, "head-signature"],
    ["another algorithm", () => bundle(whole, { header: { alg: "ES256" } }), {}, "head-algorithm"],
    ["no algorithm", () => bundle(whole, { header: { alg: "none" } }), {}, "head-algorithm"],
    ["an inherited algorithm", () => bundle(whole, { header: { alg: "constructor" } }), {}, "head-algorithm"],
    ["a changed head", async () => changed(await bundle(whole), (bytes) => bytes.indexOf(".".charCodeAt(0)) + 20), {}, "head-signature"],
    ["a changed payload", async () => changed(await bundle(whole), (bytes) => bytes.length - 1), {}, "digest"],
    ["a payload cut short", async () => (await bundle(whole)).subarray(0, -1), {}, "length"],
    ["one more claim", () => bundle(whole, { claims: { more: 1 } }), {}, "head-claims"],
    ["a number as text", () => bundle(whole, { claims: { revision: "7" } }), {}, "head-claims"],
    ["a uid without a slice", () => bundle(whole, { claims: { uid: UID } }), {}, "head-claims"],
    ["another issuer", () => bundle(whole), { issuer: "https://other.example" }, "issuer"],
    ["another audience", () => bundle(whole), { audience: "slice" }, "audience"],
    ["another subject", () => bundle(whole), { subject: "user:bob" }, "subject"],
    ["expired", () => bundle(whole), { nowS: 1_700_000_300 }, "expired"],
    ["issued ahead", () => bundle(whole), { nowS: 1_600_000_000 }, "issued-ahead"],
    ["older than what is held", () => bundle(whole), { heldRevision: 8 }, "older"],
    ["a slice", () => bundle(slicePayload, { claims: SLICE }), {}, "scope"],
    ["no payload", () => bundle(utf8("x")), {}, "payload-version"],
    ["no subject expected", () => bundle(whole), { subject: undefined }, "bad-input"],
    ["a misspelled expectation", () => bundle(whole), { heldRevison: 8 }, "bad-input"],
  ];

  return {
    "plain: a bundle and a slice answer as the whole": answersAsTheWhole("plain", plain, ["doc:a", "doc:b"]),

    "conditions: a bundle and a slice answer as the whole": answersAsTheWhole("conditions", conditions, [
      "doc:a",
      "doc:b",
      "doc:d",
    ]),

    "a slice answers for the kinds that it was made for": async () => {
      const signed = await bundle(slicePayload, { claims: SLICE });
      const slice = await Slice.fromBundle(signed, keys, expect);
      slice.kind = "full";
      equal(slice.can("can_read", "doc:a"), 1);
      equal(slice.can("can_read", "doc:none"), 0);
      slice.kind = "no-such-kind";
      equal(slice.can("can_read", "doc:a"), 0);
      throws(() => slice.can("can_read", "doc"), { kind: "bad-name" });
    },

    "what is no bundle for this reader is refused": async () => {
      for (const [what, make, change, kind] of refused) {
        const made = await make();
        const load = async () => Engine.fromBundle(made, keys, { ...expect, ...change });
        await rejects(load, { kind }, what);
      }
    },

    "keys that are not for bundles, or twice, are none": async () => {
      const signed = await bundle(whole);
      const sets = [{ keys: [] }, {}, { keys: [without(ed25519.jwk, "tidegate_use")] }, { keys: [ed25519.jwk, ed25519.jwk] }];
      for (const set of sets) {
        await rejects(async () => Engine.fromBundle(signed, set, expect), { kind: "head-unknown-key" });
      }
    },

    "a slice for another of the name, and a whole, are no slice": async () => {
      const signed = await bundle(slicePayload, { claims: SLICE });
      const other = { ...expect, uid: plain.objects[1].uid };
      await rejects(async () => Slice.fromBundle(signed, keys, other), { kind: "uid" });
      const all = await bundle(whole);
      await rejects(async () => Slice.fromBundle(all, keys, expect), { kind: "scope" });
    },

    "a host that verifies by itself": async () => {
      const signed = await bundle(whole);
      const apart = new UnverifiedBundle(signed);
      const { keyId, algorithm, message, signature, payload } = apart.parts();
      equal([keyId, algorithm], ["bundles-1", "EdDSA"]);
      ok(await crypto.subtle.verify(ED25519.sign, ed25519.pair.publicKey, signature, message));
      equal(payload, whole);
      const digest = await sha256(payload);
      equal(apart.verifiedByHost(digest, expect, "engine").revision, 7);
      throws(() => apart.verifiedByHost(digest, expect, "slice"), { kind: "scope" });
      throws(() => apart.verifiedByHost(digest, expect, "other"), { kind: "bad-input" });
      for (const wrong of [digest.subarray(1), new Uint8Array(32), new Uint8Array(0)]) {
        throws(() => apart.verifiedByHost(wrong, expect, "engine"), { kind: "digest" });
      }
    },

    "the core alone decides as the whole, and refuses conditions that it was built without": async () => {
      const expected = new Engine(plain);
      const loaded = await core.Engine.fromBundle(await bundle(whole), keys, expect);
      for (const question of questions(plain)) {
        equal(loaded.decide(question), expected.decide(question), JSON.stringify(question));
      }
      const conditions = await bundle(await bytes("vectors/bundles/conditions.whole.bin"));
      await rejects(async () => core.Engine.fromBundle(conditions, keys, expect), { kind: "payload-unsupported" });
    },
  };
}
