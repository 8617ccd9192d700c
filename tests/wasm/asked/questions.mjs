// Lists, conditions, changes and models in WebAssembly.

import { equal, throws } from "./same.mjs";

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

export function questions({ whole: { Engine, Model, isPortableId, parseFgaMod } }) {
  const engine = () => new Engine({ model, tuples, revision: 1 });
  return {
    "a condition is met, is not, or has no answer": async () => {
      const ask = (context, object = "doc:b") => engine().check("user:ann", "viewer", object, { context });
      equal(ask({ size: 9 }), { allowed: true });
      equal(ask({ size: 10 }), { allowed: false, reason: "not-granted" });
      equal(ask({}), { allowed: false, reason: "condition" });
      equal(ask(undefined), { allowed: false, reason: "condition" });
      equal(ask({ size: 99 }, "doc:c"), { allowed: true }, "the tuple's value stands first");
    },

    "lists go page by page, and say what is missing": async () => {
      const objects = { subject: "user:ann", relation: "viewer", type: "doc" };
      const list = (more) => engine().listObjects({ ...objects, ...more });
      equal(list({}), { found: ["doc:a", "doc:c"], complete: false, reason: "condition" });
      equal(list({ context: { size: 1 } }), { found: ["doc:a", "doc:b", "doc:c"], complete: true });
      equal(list({ context: { size: 1 }, limit: 2 }), { found: ["doc:a", "doc:b"], next: "doc:b", complete: true });
      equal(list({ context: { size: 1 }, after: "doc:b" }), { found: ["doc:c"], complete: true });
      const users = { object: "doc:a", relation: "viewer", kind: "user", contextualTuples: ["doc:a#viewer@user:bob"] };
      equal(engine().listUsers(users), { found: ["user:ann", "user:bob"], complete: true });
    },

    "changes are made all or none": async () => {
      const held = engine();
      const seen = () => held.listObjects({ subject: "user:ann", relation: "viewer", type: "doc", context: { size: 1 } }).found;
      held.apply({ revision: 2, delete: [tuples[0]], write: ["doc:d#viewer@user:ann"] });
      equal(seen(), ["doc:b", "doc:c", "doc:d"]);
      throws(() => held.apply({ revision: 2, write: [] }), { kind: "bad-revision" });
      throws(() => held.apply({ revision: 3, delete: ["doc:d#viewer@user:ann"], write: ["doc:e#viewer@doc:a"] }), {
        kind: "bad-tuple",
      });
      equal([seen(), held.revision], [["doc:b", "doc:c", "doc:d"], 2]);
      held.apply({ revision: 3, model: model.replace("[user, user with small]", "[user]").replace(/condition[^]*/, "") });
      equal(seen(), ["doc:d"]);
    },

    "models are read, judged and converted": async () => {
      const read = new Model(model);
      equal(new Model(JSON.stringify(read.toJson())).toDsl(), read.toDsl());
      equal([read.schema, read.modules], ["1.1", []]);
      read.validateTuple(tuples[1]);
      throws(() => read.validateTuple("doc:a#viewer@doc:b"), { kind: "bad-tuple" });
      throws(() => read.validateTuple("doc:a"), { kind: "bad-name" });
      const [fault, ...rest] = Model.lint(model.replace("size < 10", "siz < 10"));
      equal([fault.kind, fault.line, fault.column, fault.warning, rest], ["invalid-expression", 8, 3, false, []]);
      const files = [
        { name: "core.fga", text: "module core\ntype user\n" },
        { name: "wiki.fga", text: "module wiki\ntype page\n  relations\n    define viewer: [user]\n" },
      ];
      equal(Model.fromModules(files).modules, ["core", "wiki"]);
      const broken = () => Model.fromModules([{ name: "x.fga", text: "type user\n" }]);
      equal(throws(broken, { kind: "bad-model" }).errors[0].file, "x.fga");
      equal(parseFgaMod("schema: '1.2'\ncontents:\n  - a.fga\n"), { schema: "1.2", contents: ["a.fga"] });
      equal([isPortableId("a/b"), isPortableId("a,b")], [true, false]);
    },

    "what is not known has a kind and a name": async () => {
      const ask = (more) => () => engine().listObjects({ subject: "user:ann", relation: "viewer", type: "doc", ...more });
      throws(ask({ type: "page" }), { kind: "unknown-type", type: "page" });
      throws(ask({ relation: "owner" }), { kind: "unknown-relation", type: "doc", relation: "owner" });
      throws(ask({ contextualTuples: ["doc:a#viewer@user:bob with large"] }), { kind: "bad-context" });
      throws(ask({ contextualTuple: [] }), { kind: "bad-input" });
    },
  };
}
