// Proofs, as `/v1/explain` gives them: read without trust, held against what is asked, and turned into lines to show.
//
// The page has no model, so that it cannot tell whether a rule is one. What it can tell is whether the tree hangs
// together: that it begins at the question, that each tuple is on the object and relation that the lines around it
// speak of, and that it ends at the subject. About the page's own subject it also asks its signed slice each step.

export interface Goal {
  object: string;
  relation: string;
}

/** A piece of a line: words, or a name. */
export type Piece = string | { name: string };

/** `confirmed`: the slice in the page says so too. `told`: the server's word. */
export type Mark = "confirmed" | "told";

export interface Line {
  pieces: Piece[];
  /** A tuple stands for a stored fact; a goal for what is to be shown; the rest for neither. */
  kind: "goal" | "tuple" | "note";
  mark?: Mark;
  inner: Line[];
}

export interface Examined {
  root: Line;
  /** What does not hang together; none in order. */
  flaws: string[];
  /** Steps about the subject, and how many of them the slice confirms. */
  steps: number;
  confirmed: number;
}

/** What the slice in the page says; none where it is not about the subject. */
export type Asks = (relation: string, object: string) => boolean | "unknown";

/** Deeper than any proof is. */
const DEEPEST = 128;
const HIDDEN = "(hidden)";

interface Tuple {
  object: string;
  relation: string;
  subject: string;
}

/** `object#relation@subject`, and ` with CONDITION`. Neither an object nor a relation has a `#`, no type an `@`. */
export function readTuple(text: unknown): Tuple | undefined {
  if (typeof text !== "string") return undefined;
  const bare = text.split(" with ", 1)[0] ?? "";
  const hash = bare.indexOf("#");
  const at = bare.indexOf("@", hash);
  if (hash < 1 || at < hash + 2 || at === bare.length - 1) return undefined;
  return { object: bare.slice(0, hash), relation: bare.slice(hash + 1, at), subject: bare.slice(at + 1) };
}

const typeOf = (name: string) => name.slice(0, name.indexOf(":"));
const isHidden = (name: string) => name.endsWith(`:${HIDDEN}`);
const named = (name: string): Piece => ({ name });
const note = (...pieces: Piece[]): Line => ({ pieces, kind: "note", inner: [] });

/** Holds a proof against the question: may the subject do `goal.relation` on `goal.object`? */
export function examine(proof: unknown, subject: string, goal: Goal, asks?: Asks): Examined {
  const examiner = new Examiner(subject, asks);
  const root = examiner.goal(proof, goal, 0);
  return { root, flaws: examiner.flaws, steps: examiner.steps, confirmed: examiner.confirmed };
}

class Examiner {
  readonly flaws: string[] = [];
  steps = 0;
  confirmed = 0;

  constructor(
    private readonly subject: string,
    private readonly asks: Asks | undefined,
  ) {}

  /** That the subject has the relation of the object. */
  goal(proof: unknown, goal: Goal, depth: number): Line {
    const line: Line = {
      pieces: [named(goal.relation), " on ", named(goal.object)],
      kind: "goal",
      inner: this.yes(proof, goal, depth),
    };
    if (this.asks === undefined) return line;
    this.steps += 1;
    // A secret of a kind that may do less has a slice with less in it: a no is not against the proof.
    const isSo = !isHidden(goal.object) && this.asks(goal.relation, goal.object) === true;
    if (isSo) this.confirmed += 1;
    line.mark = isSo ? "confirmed" : "told";
    return line;
  }

  private flaw(what: string): Line[] {
    this.flaws.push(what);
    return [note(what)];
  }

  /** Why it holds. */
  private yes(value: unknown, goal: Goal, depth: number): Line[] {
    const node = fields(value);
    if (depth > DEEPEST || node === undefined) return this.flaw("a part of it cannot be read");
    const deeper = depth + 1;
    switch (node.kind) {
      case "itself":
        return node.object === goal.object && node.relation === goal.relation
          ? [note("which is the subject itself")]
          : this.flaw("it ends at another userset");
      case "tuple":
        return this.tuple(node, goal, deeper);
      case "computed": {
        const { object, relation, by } = node;
        if (object !== goal.object || typeof relation !== "string") {
          return this.flaw("a rule leads to another object");
        }
        return [this.goal(by, { object: goal.object, relation }, deeper)];
      }
      case "from": {
        const tuple = readTuple(node.tuple);
        const { relation } = node;
        if (tuple === undefined || typeof relation !== "string" || tuple.object !== goal.object) {
          return this.flaw("a link is of another object");
        }
        const link = this.told(node.tuple, tuple, "is");
        return [link, this.goal(node.by, { object: tuple.subject, relation }, deeper)];
      }
      case "union":
        return this.yes(node.by, goal, deeper);
      case "intersection":
        if (list(node.all).length === 0) return this.flaw("it has a part that says nothing");
        return [{ ...note("all of"), inner: list(node.all).flatMap((part) => this.yes(part, goal, deeper)) }];
      case "exclusion":
        return [
          ...this.yes(node.base, goal, deeper),
          { ...note("and it is not taken away"), inner: this.no(node.subtract, goal, deeper) },
        ];
      default:
        return this.flaw("it has a part that says nothing");
    }
  }

  private tuple(node: Record<string, unknown>, goal: Goal, depth: number): Line[] {
    const tuple = readTuple(node.tuple);
    if (tuple === undefined || tuple.object !== goal.object || tuple.relation !== goal.relation) {
      return this.flaw("a tuple is of another object or relation");
    }
    const line = this.told(node.tuple, tuple, "has");
    if (node.by === undefined || node.by === null) {
      const names = tuple.subject === this.subject || tuple.subject === `${typeOf(this.subject)}:*`;
      return names ? [line] : this.flaw("it ends at another subject");
    }
    const [object, relation] = tuple.subject.split("#");
    if (object === undefined || relation === undefined) {
      return this.flaw("a tuple that leads on names no userset");
    }
    return [line, this.goal(node.by, { object, relation }, depth)];
  }

  /** Why it does not hold. That nothing leads there is the server's word: no tree can show what is not. */
  private no(value: unknown, goal: Goal, depth: number): Line[] {
    const node = fields(value);
    if (depth > DEEPEST || node === undefined) return this.flaw("a part of it cannot be read");
    const deeper = depth + 1;
    const further = (parts: unknown) =>
      list(parts).flatMap((part): Line[] => {
        const followed = fields(part);
        const tuple = readTuple(followed?.tuple);
        if (followed === undefined || tuple === undefined) return this.flaw("a part of it cannot be read");
        const [object, relation] = tuple.subject.split("#");
        const next = { object: object ?? "", relation: relation ?? goal.relation };
        return [{ ...this.told(followed.tuple, tuple, relation === undefined ? "is" : "has"), inner: this.no(followed.by, next, deeper) }];
      });
    switch (node.kind) {
      case "no_tuple":
        return [
          { ...note("nobody gave ", named(text(node.relation)), " on ", named(text(node.object))), inner: further(node.usersets) },
        ];
      case "no_from":
        return [
          {
            ...note("no ", named(text(node.relation)), " by way of ", named(text(node.tupleset)), " of ", named(text(node.object))),
            inner: further(node.objects),
          },
        ];
      case "no_union":
        return list(node.all).flatMap((part) => this.no(part, goal, deeper));
      case "computed":
        return [{ ...note("not ", named(text(node.relation)), " on ", named(text(node.object))), inner: this.no(node.by, goal, deeper) }];
      case "no_intersection":
      case "no_base":
        return this.no(node.by, goal, deeper);
      case "exclusion":
        return [{ ...note("it is taken away again"), inner: this.yes(node.subtract, goal, deeper) }];
      case "circle":
        return [note("which leads back to what is asked")];
      case "too_deep":
        return [note("which is too far away to count")];
      default:
        return this.flaw("it has a part that says nothing");
    }
  }

  /** A link says what something is of another, a grant what somebody has there. */
  private told(text: unknown, tuple: Tuple, verb: "is" | "has"): Line {
    const condition = String(text).split(" with ").slice(1).join(" with ");
    const when: Piece[] = condition === "" ? [] : [", when ", named(condition)];
    return {
      pieces: [named(tuple.subject), ` ${verb} `, named(tuple.relation), verb === "is" ? " of " : " on ", named(tuple.object), ...when],
      kind: "tuple",
      inner: [],
    };
  }
}

function fields(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "?");
