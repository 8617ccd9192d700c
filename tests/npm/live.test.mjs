// Following a slice: what is told is taken in, what is not is unknown, and what breaks is mended.

import assert from "node:assert/strict";
import { test } from "node:test";

import { control, lines, until } from "./control.mjs";
import { entry } from "./package.mjs";
import { keys, secret, signedChange, signedSlice, signer, signers } from "./signing.mjs";

const { follow, PolicyError } = await entry("index");

/** Follows what answers so, for the time of a test. */
async function followed(context, answer, options = {}, server = {}) {
  const plane = await control(answer, server);
  const live = follow(Object.assign(options, { url: plane.url, secret: options.secret ?? secret() }));
  context.after(async () => {
    live.close();
    await plane.stop();
  });
  return { live, plane };
}

test("what changes is answered from as soon as it is told", async (context) => {
  let stream;
  const { live, plane } = await followed(context, async (found) => {
    stream = found;
    stream.tell(lines.slice(await signedSlice()));
  });
  assert.deepEqual([live.status, live.revision, live.can("can_read", "doc:a")], ["connecting", 0, "unknown"]);
  assert.deepEqual(live.listObjects("can_read", "doc"), { found: [], complete: false });
  await live.ready;
  assert.deepEqual([live.status, live.revision, live.subject, live.error], ["live", 7, "user:ann", undefined]);
  const answers = () => ["doc:a", "doc:b", "doc:c"].map((doc) => live.can("can_read", doc));
  assert.deepEqual(answers(), [true, true, false]);
  const line = JSON.stringify(lines.change(await signedChange()));
  // In pieces, as networks have it.
  stream.tell(line.slice(0, 100));
  stream.tell(`${line.slice(100)}\n`);
  await until(live, () => live.revision === 8);
  assert.deepEqual(answers(), [true, false, true]);
  assert.deepEqual(live.listObjects("can_read", "doc"), { found: ["doc:a", "doc:c"], complete: true });
  assert.deepEqual(
    plane.asked.map(({ url, authorization }) => [url, authorization !== undefined]),
    [["/.well-known/jwks.json", false], ["/v1/slice/watch", true]],
  );
  live.close();
  assert.deepEqual([live.status, live.can("can_read", "doc:a")], ["ended", "unknown"]);
});

test("a stream that ends or breaks is gone on with, by a secret that is asked for anew", async (context) => {
  let connections = 0;
  let asked = 0;
  const { live, plane } = await followed(
    context,
    async (stream) => {
      connections += 1;
      if (connections === 1) {
        stream.tell(lines.slice(await signedSlice()));
        return stream.end();
      }
      if (connections === 2) return stream.break();
      if (connections === 3) return stream.status(503);
      return stream.tell(lines.change(await signedChange()));
    },
    { secret: async () => secret({ jti: (asked += 1) }) },
  );
  await until(live, () => live.error?.kind === "http");
  assert.equal(live.error.status, 503);
  assert.deepEqual([live.status, live.can("can_read", "doc:a")], ["live", true]);
  await until(live, () => live.revision === 8);
  assert.equal(live.error, undefined);
  assert.equal(asked, 4);
  const from = ["/v1/slice/watch", ...Array(3).fill("/v1/slice/watch?from=7")];
  assert.deepEqual(plane.streams().map(({ url }) => url), from);
  assert.equal(new Set(plane.streams().map(({ authorization }) => authorization)).size, 4);
});

for (const [status, kind] of [[401, "unauthenticated"], [403, "forbidden"]]) {
  test(`${status} ends it`, async (context) => {
    const { live, plane } = await followed(context, (stream) => stream.status(status));
    await assert.rejects(live.ready, (error) => error instanceof PolicyError && error.kind === kind);
    assert.deepEqual([live.status, live.error.kind, live.error.status], ["ended", kind, status]);
    assert.equal(plane.streams().length, 1);
  });

  test(`${status} later ends it, and every answer with it`, async (context) => {
    let connections = 0;
    const { live } = await followed(context, async (stream) => {
      connections += 1;
      if (connections > 1) return stream.status(status);
      stream.tell(lines.slice(await signedSlice()));
      return stream.end();
    });
    await live.ready;
    assert.equal(live.can("can_read", "doc:a"), true);
    await until(live, () => live.status === "ended");
    assert.deepEqual([live.error.kind, live.can("can_read", "doc:a")], [kind, "unknown"]);
  });
}

test("what nobody confirms goes stale, and is good again when somebody does", async (context) => {
  let stream;
  const options = { maxStalenessS: 1 };
  const { live } = await followed(
    context,
    async (found) => {
      stream = found;
      stream.tell(lines.slice(await signedSlice()));
    },
    options,
  );
  await until(live, () => live.status === "stale");
  // From here on it does not go stale again, however long the rest takes.
  options.maxStalenessS = 300;
  assert.deepEqual([live.can("can_read", "doc:a"), live.revision], ["unknown", 7]);
  // Of a revision before, a line that says nothing, and one that nobody knows: none of them confirms.
  for (const line of [lines.heartbeat(6), {}, { later: {} }, null]) stream.tell(`${JSON.stringify(line)}\n`);
  const answers = [];
  live.subscribe(() => answers.push([live.status, live.can("can_read", "doc:a")]));
  // The second says nothing that is new.
  for (const _ of [1, 2]) stream.tell(lines.heartbeat(9));
  await until(live, () => live.status === "live");
  stream.tell(lines.change(await signedChange()));
  await until(live, () => live.revision === 8);
  assert.deepEqual(answers, [["live", true], ["live", true]]);
});

const stranger = await signer();
const later = await signer("bundles-9");
const changed = (bytes) => bytes.map((byte, place) => (place === bytes.length - 1 ? byte ^ 1 : byte));
for (const [what, make, kind] of [
  ["tampered with", async () => lines.change(changed(await signedChange())), "digest"],
  ["of a wrong key", async () => lines.change(await signedChange("plain", { by: stranger })), "head-signature"],
  ["of another revision", async () => lines.change(await signedChange("plain", { claims: { from: 8, revision: 9 } })), "not-next"],
  ["of another subject", async () => lines.change(await signedChange("plain", { claims: { sub: "user:bob" } })), "subject"],
  ["expired", async () => lines.change(await signedChange("plain", { atS: 1_700_000_000 })), "expired"],
  ["a slice", async () => lines.change(await signedSlice()), "scope"],
  ["nothing", async () => ({ change: { bundle: "" } }), "no-head"],
  ["no base64", async () => ({ change: {} }), "line-malformed"],
  ["no JSON", async () => "{\n", "line-malformed"],
]) {
  test(`a change that is ${what} changes nothing, and the slice is asked for as a whole`, async (context) => {
    let connections = 0;
    const { live, plane } = await followed(context, async (stream) => {
      connections += 1;
      if (connections > 1) return undefined;
      stream.tell(lines.slice(await signedSlice()));
      return stream.tell(await make());
    });
    await until(live, () => live.error !== undefined);
    assert.equal(live.error.kind, kind);
    assert.deepEqual([live.status, live.revision, live.can("can_read", "doc:b")], ["live", 7, true]);
    await until({ subscribe: (look) => onAsked(plane, 2, look) }, () => plane.streams().length === 2);
    const whole = what === "no JSON" ? "/v1/slice/watch?from=7" : "/v1/slice/watch";
    assert.equal(plane.streams()[1].url, whole);
  });
}

/** Calls when so many streams have been asked for. */
function onAsked(plane, count, look) {
  const timer = setInterval(() => plane.streams().length >= count && look(), 5);
  return () => clearInterval(timer);
}

for (const [what, claims, kind] of [
  ["an older slice", { revision: 6 }, "older"],
  ["another's slice", { sub: "user:bob" }, "subject"],
  ["another issuer's slice", { iss: "https://other.example" }, "issuer"],
  ["one of another object of the name", { uid: "00000000-0000-0000-0000-000000000009" }, "uid"],
]) {
  test(`${what} does not take the place of what is held`, async (context) => {
    const { live } = await followed(context, async (stream) => {
      stream.tell(lines.slice(await signedSlice()));
      stream.tell(lines.slice(await signedSlice("plain", { claims })));
    });
    await until(live, () => live.error !== undefined);
    assert.deepEqual([live.error.kind, live.revision, live.can("can_read", "doc:a")], [kind, 7, true]);
  });
}

test("a new key is fetched, but not at each line that has one", async (context) => {
  const now = Date.now;
  const sets = [keys, { keys: [later.jwk] }];
  const { live, plane } = await followed(
    context,
    async (stream) => stream.tell(lines.slice(await signedSlice("plain", { by: later }))),
    {},
    { keySet: () => sets.shift() ?? keys },
  );
  await until(live, () => live.error?.kind === "head-unknown-key");
  assert.equal(live.can("can_read", "doc:a"), "unknown");
  await until({ subscribe: (look) => onAsked(plane, 2, look) }, () => plane.streams().length === 2);
  assert.equal(plane.asked.filter(({ url }) => url.endsWith("jwks.json")).length, 1);
  context.mock.method(Date, "now", () => now() + 11_000);
  await live.ready;
  assert.equal(live.can("can_read", "doc:a"), true);
  assert.equal(plane.asked.filter(({ url }) => url.endsWith("jwks.json")).length, 2);
});

test("a key that is taken away is believed no more", async (context) => {
  const now = Date.now;
  const sets = [keys];
  let stream;
  const { live } = await followed(
    context,
    async (found) => {
      stream = found;
      stream.tell(lines.slice(await signedSlice()));
    },
    {},
    { keySet: () => sets.shift() ?? { keys: [later.jwk] } },
  );
  await live.ready;
  context.mock.method(Date, "now", () => now() + 61_000);
  stream.end();
  await until(live, () => live.error?.kind === "head-unknown-key");
  assert.equal(live.revision, 7);
});

test("keys that are given are the only ones", async (context) => {
  const { live, plane } = await followed(
    context,
    async (stream) => stream.tell(lines.slice(await signedSlice("plain", { by: later }))),
    { keys: { keys: [signers.ed25519.jwk] } },
  );
  await until(live, () => live.error?.kind === "head-unknown-key");
  assert.equal(live.status, "connecting");
  assert.ok(plane.asked.every(({ url }) => !url.endsWith("jwks.json")));
});

test("another's secret does not get what was held before it", async (context) => {
  const whose = [secret(), secret({ sub: "user:bob", uid: "00000000-0000-0000-0000-000000000002" })];
  let connections = 0;
  const { live, plane } = await followed(
    context,
    async (stream) => {
      connections += 1;
      if (connections > 1) return undefined;
      stream.tell(lines.slice(await signedSlice()));
      return stream.end();
    },
    { secret: () => whose.shift() },
  );
  await live.ready;
  await until({ subscribe: (look) => onAsked(plane, 2, look) }, () => plane.streams().length === 2);
  assert.deepEqual([live.can("can_read", "doc:a"), live.revision], ["unknown", 0]);
  assert.equal(plane.streams()[1].url, "/v1/slice/watch");
});

test("what is about to expire is asked for anew, as a whole", async (context) => {
  const { live, plane } = await followed(context, async (stream) => {
    const exp = Math.floor(Date.now() / 1000) + (plane_streams() === 1 ? 30 : 600);
    stream.tell(lines.slice(await signedSlice("plain", { claims: { exp } })));
  });
  function plane_streams() {
    return plane.streams().length;
  }
  await live.ready;
  await until({ subscribe: (look) => onAsked(plane, 2, look) }, () => plane_streams() === 2);
  assert.equal(plane.streams()[1].url, "/v1/slice/watch");
  assert.equal(live.can("can_read", "doc:a"), true);
});

test("it waits longer each time, half a minute at most, and not all at once", async (context) => {
  const waits = [];
  const real = globalThis.setTimeout;
  const PATIENCE_MS = [10_000, 15_000];
  const live = await new Promise((resolve) => {
    context.mock.method(globalThis, "setTimeout", (call, ms) => {
      if (PATIENCE_MS.includes(ms)) return undefined;
      waits.push(ms);
      if (waits.length === 12) resolve(found);
      else real(call, 0);
      return undefined;
    });
    const offline = () => Promise.reject(new TypeError("offline"));
    const found = follow({ url: "http://127.0.0.1:9", secret: secret(), fetch: offline });
  });
  assert.equal(live.error.kind, "keys-unavailable");
  assert.equal(live.status, "connecting");
  live.close();
  waits.forEach((ms, failures) => {
    const longest = Math.min(500 * 2 ** (failures + 1), 30_000);
    assert.ok(ms >= longest / 2 && ms <= longest, `${failures}: ${ms} of ${longest}`);
  });
  assert.ok(new Set(waits.slice(6)).size > 1, waits.join(" "));
});

test("a secret that cannot be had is tried again", async (context) => {
  let tries = 0;
  const { live } = await followed(
    context,
    async (stream) => stream.tell(lines.slice(await signedSlice())),
    {
      secret: () => {
        tries += 1;
        if (tries === 1) throw new Error("signed out");
        return secret();
      },
    },
  );
  await until(live, () => live.error?.kind === "no-secret");
  await live.ready;
});

test("a secret goes to the control plane and nowhere else", async (context) => {
  const other = await control((stream) => stream.status(200));
  context.after(other.stop);
  const { live } = await followed(context, (stream, request) => {
    request.socket.write(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${other.url}/v1/slice/watch\r\ncontent-length: 0\r\n\r\n`);
  });
  await until(live, () => live.error !== undefined);
  assert.equal(live.error.kind, "disconnected");
  assert.equal(other.asked.length, 0);
});

test("a listener that throws keeps nobody from being told, and ends nothing", async (context) => {
  const faults = [];
  // What is not caught ends a program: the test's own runner is told of it instead.
  const runners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => faults.push(error.message));
  context.after(() => {
    process.removeAllListeners("uncaughtException");
    for (const runner of runners) process.on("uncaughtException", runner);
  });
  let stream;
  let connections = 0;
  const { live } = await followed(context, async (found) => {
    stream = found;
    connections += 1;
    if (connections === 1) stream.tell(lines.slice(await signedSlice()));
    else if (connections === 2) stream.status(503);
    else stream.tell(lines.change(await signedChange()));
  });
  let told = 0;
  live.subscribe(() => {
    told += 1;
    throw new Error(`fault ${told}`);
  });
  const seen = [];
  live.subscribe(() => seen.push([live.status, live.revision, live.error?.kind]));
  await live.ready;
  stream.end();
  await until(live, () => live.revision === 8);
  assert.deepEqual(seen, [["live", 7, undefined], ["live", 7, "http"], ["live", 8, undefined]]);
  live.close();
  assert.equal(seen.at(-1)[0], "ended");
  // Each is reported once whoever told it is done.
  await new Promise(setImmediate);
  assert.deepEqual(faults, Array.from({ length: told }, (_, at) => `fault ${at + 1}`));
  assert.equal(told, seen.length);
});

test("closed before it began, it is over", async (context) => {
  const { live } = await followed(context, () => undefined);
  live.close();
  await assert.rejects(live.ready, { kind: "closed" });
  assert.equal(live.status, "ended");
});
