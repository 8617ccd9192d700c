// A page without any tools: the package's files as they are, each of the builds.

const told = [];
const get = async (name) => (await fetch(name)).json();
const keys = await get("keys.json");
const bytes = new Uint8Array(await (await fetch("slice.bin")).arrayBuffer());
const issuer = "https://tidegate.example";
const kind = (error) => error.kind;
for (const build of ["index", "ed25519", "full"]) {
  const { loadSlice } = await import(`./policy/dist/browser/${build}.js`);
  const slice = await loadSlice(bytes, { keys, issuer });
  told.push([build, slice.can("can_read", "doc:a"), slice.can("can_read", "doc:c")]);
  const short = await import(`./policy/dist/browser/${build}.js?short`);
  const module = await (await fetch("short.wasm")).arrayBuffer();
  told.push(await short.init(module).then(() => "loaded", kind));
}

// The same in a browser that has no Ed25519.
const secrets = await get("secrets.json");
const { secret, answer } = secrets.cases.find(({ answer, now_s }) => answer.claims && now_s === undefined);
const { importKey } = crypto.subtle;
crypto.subtle.importKey = function (format, key, algorithm, ...rest) {
  if (algorithm.name !== "Ed25519") return importKey.call(this, format, key, algorithm, ...rest);
  return Promise.reject(new DOMException("Algorithm: Unrecognized name", "NotSupportedError"));
};
for (const build of ["index", "ed25519", "full"]) {
  const { loadSlice, verifySecret } = await import(`./policy/dist/browser/${build}.js?without`);
  const loaded = await loadSlice(bytes, { keys, issuer }).then((slice) => slice.can("can_read", "doc:a"), ({ kind, message }) => [kind, message]);
  const expect = { issuer: secrets.issuer, audience: secrets.audience, now: secrets.now_s };
  const set = structuredClone(secrets.key_sets.good);
  const verified = await verifySecret(secret, set, expect).then(({ sub }) => sub === answer.claims.sub, ({ kind, message }) => [kind, message]);
  told.push([build, loaded, verified]);
}
await fetch("told", { method: "POST", body: JSON.stringify(told) });
