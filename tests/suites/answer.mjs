// The cases of other projects' suites, answered by the engine in WebAssembly: the same answers as natively.
//
//   node tests/suites/answer.mjs <JavaScript package> <folder of cases>
//
// `cargo test -p tidegate-policy --test suites` writes the cases, `target/suites/NAME.jsonl`, one a line. For each file
// `NAME.wasm.json` gets the counts. Exits with 1 when a case does not hold.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { pathToFileURL } from "node:url";

const [package_, folder] = process.argv.slice(2).map((path) => resolve(path));
const { Engine, Model, initSync, isPortableId, parseFgaMod } = await import(
  pathToFileURL(join(package_, "tidegate_wasm.js")).href
);
initSync({ module: readFileSync(join(package_, "tidegate_wasm_bg.wasm")) });

/** OpenFGA's code for each reason that a check or a list gives. */
const CODES = {
  "unknown-type": 2000,
  "unknown-relation": 2000,
  condition: 2000,
  "bad-context": 2027,
  "too-deep": 2002,
  "too-much": 2002,
};
/** Small, so that most lists have several pages. */
const PAGE = 2;
const TYPE = "model\n  schema 1.1\ntype user\n";

/** What happens on the way to an answer that has OpenFGA's code. */
class Code extends Error {
  constructor(code) {
    super(`code ${code}`);
    this.code = code;
  }
}

/** Runs, with what is thrown as a code. */
function coded(run, code) {
  try {
    return run();
  } catch (error) {
    if (error instanceof Code) throw error;
    if (error.kind === undefined) throw error;
    throw new Code(code(error));
  }
}

/** A malformed tuple has a code of its own; nothing else may be malformed but names. */
const malformed = (line) => (error) =>
  error.kind === "bad-name" && line.contextualTuples.some((tuple) => error.message.startsWith(`\`${tuple}\``))
    ? 2027
    : 2000;

/** The engine after these stages. */
function build(stages) {
  let engine;
  for (const [number, { model, tuples }] of stages.entries()) {
    const revision = number + 1;
    if (engine === undefined) engine = new Engine({ model, tuples, revision });
    else engine.apply({ model, write: tuples, revision });
  }
  return engine;
}

function given({ contextualTuples, context }) {
  return { contextualTuples, context };
}

/** All pages of a list. */
function pages(list) {
  const found = [];
  let after;
  do {
    const page = list(after);
    if (!page.complete) throw new Code(page.reason === undefined ? 2002 : CODES[page.reason]);
    found.push(...page.found);
    after = page.next;
  } while (after !== undefined);
  return found;
}

const asks = {
  check(line, engine) {
    const answer = coded(() => engine.check(line.subject, line.relation, line.object, given(line)), malformed(line));
    if (answer.allowed) return true;
    if (answer.reason === "not-granted") return false;
    throw new Code(CODES[answer.reason]);
  },
  listObjects(line, engine) {
    const { subject, relation, type } = line;
    const request = { subject, relation, type, ...given(line), limit: PAGE };
    // What is wrong with the subject has another code than what is wrong with the rest.
    const code = (error) => {
      if (error.kind === "unknown-type" && error.type === type) return 2021;
      if (error.kind === "unknown-relation" && error.type === type && error.relation === relation) return 2022;
      return CODES[error.kind] ?? malformed(line)(error);
    };
    return coded(() => pages((after) => engine.listObjects({ ...request, after })), code);
  },
  listUsers(line, engine) {
    const { object, relation } = line;
    const code = (error) =>
      ({ "unknown-type": 2021, "unknown-relation": 2022, "bad-context": 2027 })[error.kind] ?? malformed(line)(error);
    return line.filters.flatMap((kind) => {
      const request = { object, relation, kind, ...given(line), limit: PAGE };
      return coded(() => pages((after) => engine.listUsers({ ...request, after })), code);
    });
  },
};

/** Whether what comes of a question is what is expected. */
function answers(line, engine) {
  const { expect } = line;
  let found;
  try {
    found = asks[line.ask](line, engine);
  } catch (error) {
    if (!(error instanceof Code)) throw error;
    return [error.code === expect.code, error.code];
  }
  if (expect.list !== undefined) return [isDeepStrictEqual(new Set(found), new Set(expect.list)), found];
  if (expect.member !== undefined) {
    // A list with a wildcard in it says nothing of names.
    const open = found.some((name) => name.endsWith(":*"));
    return [open || found.includes(expect.member.name) === expect.member.is, found];
  }
  return [found === expect.answer, found];
}

/** What is thrown, if it has a kind. */
function thrown(run) {
  try {
    run();
  } catch (error) {
    if (error.kind === undefined) throw error;
    return error;
  }
  return undefined;
}

const set = (items) => new Set(items.map((item) => JSON.stringify(item)));
const same = (one, two) => isDeepStrictEqual(set(one), set(two));

/** Without fields that are null, and types in the order of their names. */
function plain(value) {
  if (Array.isArray(value)) {
    const items = value.map(plain);
    const types = items.every((item) => typeof item?.type === "string" && "relations" in item);
    return types ? items.sort((one, two) => (one.type < two.type ? -1 : 1)) : items;
  }
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}

const judges = {
  lint({ text, besides, expect }) {
    const found = Model.lint(text).filter(({ kind }) => !besides.includes(kind));
    const kinds = found.map(({ kind }) => kind);
    const places = found.map(({ line, kind }) => [line, kind]);
    const holds = [
      !("firstLine" in expect) || (found[0]?.line ?? null) === expect.firstLine,
      !("accepted" in expect) || (found.length === 0) === expect.accepted,
      !("kinds" in expect) || same(kinds, expect.kinds),
      !("places" in expect) || same(places, expect.places),
    ];
    return [holds.every(Boolean), places];
  },
  convert({ text, expect }) {
    if ("refused" in expect) {
      const error = thrown(() => new Model(text).toDsl());
      return [(error !== undefined) === expect.refused, error?.message];
    }
    const model = new Model(text);
    const [dsl, json] = [model.toDsl(), model.toJson()];
    return [dsl === expect.dsl && isDeepStrictEqual(plain(json), plain(expect.json)), dsl];
  },
  modules({ files, besides, expect }) {
    if (expect.errors !== undefined) {
      const errors = thrown(() => Model.fromModules(files))?.errors ?? [];
      const found = errors.filter(({ kind }) => !besides.includes(kind));
      const place = ({ file, line }) => [file, line];
      const holds = expect.errors.every(({ file, line, kind }) =>
        // Where the suite names no kind, any is right.
        found.some((error) => error.file === file && error.line === line && (kind === null || error.kind === kind)),
      );
      return [holds && same(found.map(place), expect.errors.map(place)), found];
    }
    const model = Model.fromModules(files);
    const holds =
      model.toDsl() === expect.dsl &&
      model.text === expect.dsl &&
      model.toDslWithSources() === expect.dslWithSources &&
      isDeepStrictEqual(model.modules, expect.modules) &&
      isDeepStrictEqual(plain(model.toJson()), plain(expect.json));
    return [holds, model.toDslWithSources()];
  },
  fgaMod({ text, expect }) {
    const errors = thrown(() => parseFgaMod(text))?.errors ?? [];
    const places = errors.map(({ line, column }) => [line, column]);
    return [isDeepStrictEqual(places, expect.places), places];
  },
  objectId({ id, expect }) {
    const error = thrown(() => new Engine({ model: TYPE, revision: 1 }).check("user:a", "r", `type:${id}`));
    const found = error === undefined && isPortableId(id);
    return [found === expect.answer, found];
  },
  model({ text, expect }) {
    const error = thrown(() => new Model(text));
    return [(error === undefined) === expect.answer, error?.message];
  },
  tuple({ model, tuple, expect }) {
    const error = thrown(() => new Model(model ?? TYPE).validateTuple(tuple));
    // Without a model the shape alone is judged.
    const found = model === null ? error?.kind !== "bad-name" : error === undefined;
    return [found === expect.answer, error?.message];
  },
  // A condition stands in a model, and is asked by a check.
  condition({ condition, context, expect }) {
    const { name } = condition;
    const model = JSON.stringify({
      schema_version: "1.1",
      type_definitions: [
        { type: "user" },
        {
          type: "doc",
          relations: { viewer: { this: {} } },
          metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user", condition: name }] } } },
        },
      ],
      conditions: { [name]: condition },
    });
    let engine;
    const error = thrown(() => {
      engine = new Engine({ model, tuples: [`doc:a#viewer@user:ann with ${name}`], revision: 1 });
    });
    if (error !== undefined) return [expect.refused === true, error.message];
    if (context === null) return [expect.refused === false, "accepted"];
    const found = engine.check("user:ann", "viewer", "doc:a", { context });
    if (expect.missing || expect.refused) return [found.reason === "condition", found];
    return ["met" in expect ? found.allowed === expect.met : found.reason !== "condition", found];
  },
};

let wrong = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort()) {
  let [total, passed, engine, broken] = [0, 0];
  for (const text of readFileSync(join(folder, file), "utf8").split("\n").filter(Boolean)) {
    const line = JSON.parse(text);
    if (line.stages !== undefined) {
      engine?.free();
      engine = undefined;
      broken = thrown(() => (engine = build(line.stages)));
      continue;
    }
    total += 1;
    let [holds, found] = [false, broken?.message];
    try {
      if (line.ask in judges) [holds, found] = judges[line.ask](line);
      else if (engine !== undefined) [holds, found] = answers(line, engine);
    } catch (error) {
      found = `${error.stack}`;
    }
    if (holds) passed += 1;
    else console.error(`${file}: ${text.slice(0, 2000)}\n  found ${JSON.stringify(found)}`);
  }
  engine?.free();
  const suite = file.slice(0, -".jsonl".length);
  writeFileSync(join(folder, `${suite}.wasm.json`), JSON.stringify({ passed, total }));
  console.log(`${suite}: ${passed}/${total}`);
  wrong += total - passed;
}
process.exit(wrong === 0 ? 0 : 1);
