// The cases of other projects' suites, answered by the engine in WebAssembly: as the suite expects, and as natively.
//
// `cargo test -p tidegate-policy --test suites` writes the cases, one a line, each with the answer that the engine gave
// there (`native`).

import { rest } from "./rest.mjs";
import { same } from "./same.mjs";

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
function build({ Engine }, stages) {
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

/** What comes of a question on a store: an answer, a sorted list, or OpenFGA's code. */
function found(line, engine) {
  if (engine === undefined) return { broken: true };
  try {
    const answer = asks[line.ask](line, engine);
    return line.ask === "check" ? { answer } : { list: [...new Set(answer)].sort() };
  } catch (error) {
    if (!(error instanceof Code)) throw error;
    return { code: error.code };
  }
}

/** Whether that is what the suite expects. */
function asExpected({ expect }, found) {
  if (expect.member !== undefined && found.list !== undefined) {
    // A list with a wildcard in it says nothing of names.
    const open = found.list.some((name) => name.endsWith(":*"));
    return open || found.list.includes(expect.member.name) === expect.member.is;
  }
  if (expect.list !== undefined) return same(found.list, [...expect.list].sort());
  return same(found, expect);
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

const sorted = (items) => [...new Set(items.map((item) => JSON.stringify(item)))].sort();
const sameSet = (one, two) => same(sorted(one), sorted(two));

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

/** All forms of a model, or all that is wrong with it. */
function forms(make) {
  let model;
  const error = thrown(() => (model = make()));
  if (error !== undefined) return { errors: error.errors };
  const text = (run) => {
    let found = null;
    thrown(() => (found = run()));
    return found;
  };
  const { schema, modules } = model;
  const [dsl, dslWithSources] = [text(() => model.toDsl()), text(() => model.toDslWithSources())];
  const found = { text: model.text, schema, modules, dsl, dslWithSources, json: model.toJson() };
  model.free();
  return found;
}

/** Of each kind of case: what the package answers, and whether the suite expects that. */
const kinds = {
  lint: {
    answer: ({ Model }, { text }) => Model.lint(text),
    holds({ besides, expect }, all) {
      const found = all.filter(({ kind }) => !besides.includes(kind));
      const holds = [
        !("firstLine" in expect) || (found[0]?.line ?? null) === expect.firstLine,
        !("accepted" in expect) || (found.length === 0) === expect.accepted,
        !("kinds" in expect) || sameSet(found.map(({ kind }) => kind), expect.kinds),
        !("places" in expect) || sameSet(found.map(({ line, kind }) => [line, kind]), expect.places),
      ];
      return holds.every(Boolean);
    },
  },
  convert: {
    answer: ({ Model }, { text }) => forms(() => new Model(text)),
    holds({ expect }, { dsl, json }) {
      if ("refused" in expect) return (typeof dsl !== "string") === expect.refused;
      return dsl === expect.dsl && same(plain(json), plain(expect.json));
    },
  },
  modules: {
    answer: ({ Model }, { files }) => forms(() => Model.fromModules(files)),
    holds({ besides, expect }, found) {
      if (expect.errors === undefined) {
        const { dsl, text, dslWithSources, modules, json } = found;
        const texts = [dsl, text, dslWithSources, modules];
        return (
          same(texts, [expect.dsl, expect.dsl, expect.dslWithSources, expect.modules]) &&
          same(plain(json), plain(expect.json))
        );
      }
      const errors = (found.errors ?? []).filter(({ kind }) => !besides.includes(kind));
      const place = ({ file, line }) => [file, line];
      const each = expect.errors.every(({ file, line, kind }) =>
        // Where the suite names no kind, any is right.
        errors.some((error) => error.file === file && error.line === line && (kind === null || error.kind === kind)),
      );
      return each && sameSet(errors.map(place), expect.errors.map(place));
    },
  },
  fgaMod: {
    answer({ parseFgaMod }, { text }) {
      let found;
      const error = thrown(() => (found = parseFgaMod(text)));
      return error === undefined ? found : { errors: error.errors };
    },
    holds: ({ expect }, { errors = [] }) => same(errors.map(({ line, column }) => [line, column]), expect.places),
  },
  objectId: {
    answer({ Engine, isPortableId }, { id }) {
      const engine = new Engine({ model: TYPE, revision: 1 });
      const error = thrown(() => engine.check("user:a", "r", `type:${id}`));
      engine.free();
      return { answer: error === undefined && isPortableId(id) };
    },
    holds: ({ expect }, found) => same(found, expect),
  },
  model: {
    answer: ({ Model }, { text }) => forms(() => new Model(text)),
    holds: ({ expect }, { errors }) => (errors === undefined) === expect.answer,
  },
  tuple: {
    answer: ({ Model }, { model, tuple }) => ({
      refused: thrown(() => new Model(model ?? TYPE).validateTuple(tuple))?.kind ?? null,
    }),
    // Without a model the shape alone is judged.
    holds: ({ model, expect }, { refused }) => (refused === null || (model === null && refused !== "bad-name")) === expect.answer,
  },
  // A condition stands in a model, and is asked by a check.
  condition: {
    answer({ Engine }, { model, tuple, context }) {
      let engine;
      const error = thrown(() => (engine = new Engine({ model, tuples: [tuple], revision: 1 })));
      if (error !== undefined) return { refused: error.kind };
      const found = context === null ? { accepted: true } : engine.check("user:ann", "viewer", "doc:a", { context });
      engine.free();
      return found;
    },
    holds({ context, expect }, found) {
      if (found.refused !== undefined) return expect.refused === true;
      if (context === null) return expect.refused === false;
      if (expect.missing || expect.refused) return found.reason === "condition";
      return "met" in expect ? found.allowed === expect.met : found.reason !== "condition";
    },
  },
};

/** Lists in this language's order: the native one is that of bytes. */
const ordered = (native) => (native.list === undefined ? native : { list: native.list.sort() });

/** How many of the wrong ones are shown. */
const SHOWN = 5;

/** Of a file of cases: how many there are, how many hold and are answered as natively, and the first that are not. */
export async function answerSuite(package_, text) {
  let [total, passed, engine] = [0, 0];
  const shown = [];
  for (const text_ of text.split("\n").filter(Boolean)) {
    const line = JSON.parse(text_);
    if (line.stages !== undefined) {
      engine?.free();
      engine = undefined;
      await rest();
      thrown(() => (engine = build(package_, line.stages)));
      continue;
    }
    total += 1;
    let [answer, holds] = [undefined, false];
    try {
      answer = line.ask in kinds ? kinds[line.ask].answer(package_, line) : found(line, engine);
      holds = line.ask in kinds ? kinds[line.ask].holds(line, answer) : asExpected(line, answer);
    } catch (error) {
      answer = `${error.stack}`;
    }
    if (holds && same(answer, ordered(line.native))) passed += 1;
    else if (shown.length < SHOWN) {
      shown.push(`${text_.slice(0, 2000)}\n  ${holds ? "not as natively" : "not as expected"}: ${JSON.stringify(answer)}`);
    }
  }
  engine?.free();
  return { passed, total, shown };
}
