// A page without any tools: the package's files as they are, each of the builds.

const told = [];
const keys = await (await fetch("keys.json")).json();
const bytes = new Uint8Array(await (await fetch("slice.bin")).arrayBuffer());
for (const build of ["index", "ed25519", "full"]) {
  const { loadSlice } = await import(`./policy/dist/browser/${build}.js`);
  const slice = await loadSlice(bytes, { keys, issuer: "https://tidegate.example" });
  told.push([build, slice.can("can_read", "doc:a"), slice.can("can_read", "doc:c")]);
  const short = await import(`./policy/dist/browser/${build}.js?short`);
  const module = await (await fetch("short.wasm")).arrayBuffer();
  told.push(await short.init(module).then(() => "loaded", (error) => error.kind));
}
await fetch("told", { method: "POST", body: JSON.stringify(told) });
