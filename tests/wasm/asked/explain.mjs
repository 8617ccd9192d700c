// Explanations and many checks at once.

import { equal, ok, throws } from "./same.mjs";

export function explain({ whole: { Engine }, text }) {
  const world = async (name) => JSON.parse(await text(`vectors/bundles/${name}.json`));
  return {
    "an allow is explained by a proof": async () => {
      const engine = new Engine(await world("plain"));
      const { answer, proof, complete } = engine.explain("user:ann", "can_read", "doc:b");
      equal([answer, complete], ["allowed", true]);
      const tuples = [...JSON.stringify(proof).matchAll(/"tuple":"([^"]*)"/g)].map(([, tuple]) => tuple);
      equal(tuples, ["doc:b#viewer@team:x#member", "team:x#member@user:ann"]);
    },

    "a deny is explained by what would turn it": async () => {
      const engine = new Engine(await world("plain"));
      const denied = engine.explain("user:ann", "can_read", "doc:c");
      equal(denied.answer, "denied");
      equal(denied.remedies[0], { add: [], remove: ["doc:c#blocked@user:ann"] });
      const contextualTuples = ["doc:d#viewer@user:ann"];
      equal(engine.explain("user:ann", "can_read", "doc:d").answer, "denied");
      equal(engine.explain("user:ann", "can_read", "doc:d", { contextualTuples }).answer, "allowed");
    },

    "a deny that hangs on a condition names it": async () => {
      const engine = new Engine(await world("conditions"));
      const { conditions } = engine.explain("user:ann", "can_read", "doc:d");
      equal(conditions.length, 1);
      const [{ condition, parameters, missing, tuple }] = conditions;
      equal([condition, parameters, missing], ["during", ["hour"], ["hour"]]);
      ok(tuple.startsWith("doc:d#viewer@user:ann with during"), tuple);
    },

    "a question that cannot be asked throws": async () => {
      const engine = new Engine(await world("plain"));
      throws(() => engine.explain("user:ann", "no_such", "doc:a"), { kind: "unknown-relation" });
      throws(() => engine.explain("ann", "viewer", "doc:a"), { kind: "bad-name" });
    },

    "many checks answer as each does": async () => {
      const engine = new Engine(await world("conditions"));
      const requests = [];
      for (const subject of ["user:ann", "user:bob", "team:x#member", "user:nobody"]) {
        for (const relation of ["owner", "viewer", "can_read", "no_such"]) {
          for (const object of ["doc:a", "doc:b", "doc:c", "doc:d"]) {
            requests.push({ subject, relation, object }, { subject, relation, object, context: { hour: 12 } });
            requests.push({ subject, relation, object, contextualTuples: [`${object}#owner@user:bob`] });
          }
        }
      }
      const answers = engine.checkMany(requests);
      const each = requests.map(({ subject, relation, object, ...given }) => engine.check(subject, relation, object, given));
      equal(answers, each);
      equal([...new Set(answers.map(({ reason }) => reason))].sort(), ["condition", "not-granted", "unknown-relation", undefined]);
      equal(engine.checkMany([]), []);
      throws(() => engine.checkMany([requests[0], { subject: "user:ann" }]), { kind: "bad-input" });
      throws(() => engine.checkMany({}), { kind: "bad-input" });
    },
  };
}
