// Lists, conditions, changes and models in WebAssembly.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Engine, Model, isPortableId, parseFgaMod } from "./package.mjs";

const model = `model
  schema 1.1
type user
type doc
  relations
    define viewer: [user, user with small]
condition small(size: int) {
  size < 10
}
`;
const tuples = ["doc:a#viewer@user:ann", "doc:b#viewer@user:ann with small", 'doc:c#viewer@user:ann with small {"size":5}'];
const engine = () => new Engine({ model, tuples, revision: 1 });

test("a condition is met, is not, or has no answer", () => {
  const ask = (context, object = "doc:b") => engine().check("user:ann", "viewer", object, { context });
  assert.deepEqual(ask({ size: 9 }), { allowed: true });
  assert.deepEqual(ask({ size: 10 }), { allowed: false, reason: "not-granted" });
  assert.deepEqual(ask({}), { allowed: false, reason: "condition" });
  assert.deepEqual(ask(undefined), { allowed: false, reason: "condition" });
  assert.deepEqual(ask({ size: 99 }, "doc:c"), { allowed: true }, "the tuple's value stands first");
});

test("lists go page by page, and say what is missing", () => {
  const objects = { subject: "user:ann", relation: "viewer", type: "doc" };
  const list = (more) => engine().listObjects({ ...objects, ...more });
  assert.deepEqual(list({}), { found: ["doc:a", "doc:c"], complete: false, reason: "condition" });
  assert.deepEqual(list({ context: { size: 1 } }), { found: ["doc:a", "doc:b", "doc:c"], complete: true });
  assert.deepEqual(list({ context: { size: 1 }, limit: 2 }), { found: ["doc:a", "doc:b"], next: "doc:b", complete: true });
  assert.deepEqual(list({ context: { size: 1 }, after: "doc:b" }), { found: ["doc:c"], complete: true });
  const users = { object: "doc:a", relation: "viewer", kind: "user", contextualTuples: ["doc:a#viewer@user:bob"] };
  assert.deepEqual(engine().listUsers(users), { found: ["user:ann", "user:bob"], complete: true });
});

test("changes are made all or none", () => {
  const held = engine();
  const seen = () => held.listObjects({ subject: "user:ann", relation: "viewer", type: "doc", context: { size: 1 } }).found;
  held.apply({ revision: 2, delete: [tuples[0]], write: ["doc:d#viewer@user:ann"] });
  assert.deepEqual(seen(), ["doc:b", "doc:c", "doc:d"]);
  assert.throws(() => held.apply({ revision: 2, write: [] }), { kind: "bad-revision" });
  assert.throws(() => held.apply({ revision: 3, delete: ["doc:d#viewer@user:ann"], write: ["doc:e#viewer@doc:a"] }), {
    kind: "bad-tuple",
  });
  assert.deepEqual([seen(), held.revision], [["doc:b", "doc:c", "doc:d"], 2]);
  held.apply({ revision: 3, model: model.replace("[user, user with small]", "[user]").replace(/condition[^]*/, "") });
  assert.deepEqual(seen(), ["doc:d"]);
});

test("models are read, judged and converted", () => {
  const read = new Model(model);
  assert.equal(new Model(JSON.stringify(read.toJson())).toDsl(), read.toDsl());
  assert.deepEqual([read.schema, read.modules], ["1.1", []]);
  read.validateTuple(tuples[1]);
  assert.throws(() => read.validateTuple("doc:a#viewer@doc:b"), { kind: "bad-tuple" });
  assert.throws(() => read.validateTuple("doc:a"), { kind: "bad-name" });
  const [fault, ...rest] = Model.lint(model.replace("size < 10", "siz < 10"));
  assert.deepEqual([fault.kind, fault.line, fault.column, fault.warning, rest], ["invalid-expression", 8, 3, false, []]);
  const files = [
    { name: "core.fga", text: "module core\ntype user\n" },
    { name: "wiki.fga", text: "module wiki\ntype page\n  relations\n    define viewer: [user]\n" },
  ];
  assert.deepEqual(Model.fromModules(files).modules, ["core", "wiki"]);
  const broken = () => Model.fromModules([{ name: "x.fga", text: "type user\n" }]);
  assert.throws(broken, (error) => error.kind === "bad-model" && error.errors[0].file === "x.fga");
  assert.deepEqual(parseFgaMod("schema: '1.2'\ncontents:\n  - a.fga\n"), { schema: "1.2", contents: ["a.fga"] });
  assert.deepEqual([isPortableId("a/b"), isPortableId("a,b")], [true, false]);
});

test("what is not known has a kind and a name", () => {
  const ask = (more) => () => engine().listObjects({ subject: "user:ann", relation: "viewer", type: "doc", ...more });
  assert.throws(ask({ type: "page" }), { kind: "unknown-type", type: "page" });
  assert.throws(ask({ relation: "owner" }), { kind: "unknown-relation", type: "doc", relation: "owner" });
  assert.throws(ask({ contextualTuples: ["doc:a#viewer@user:bob with large"] }), { kind: "bad-context" });
  assert.throws(ask({ contextualTuple: [] }), { kind: "bad-input" });
});
