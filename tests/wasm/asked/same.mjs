// Whether two values are the same JSON, and what tests expect with it. Nothing here is a host's own.

/** A field that is undefined is a field. */
export function same(one, two) {
  if (Object.is(one, two)) return true;
  if (typeof one !== "object" || typeof two !== "object" || one === null || two === null) return false;
  if (Array.isArray(one) !== Array.isArray(two)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(two).length) return false;
  return names.every((name) => Object.hasOwn(two, name) && same(one[name], two[name]));
}

/** Of an error, what it says and holds. */
const shown = (value) =>
  value instanceof Error ? `${value.name}: ${value.message} ${JSON.stringify({ ...value })}` : JSON.stringify(value);

export function ok(holds, what) {
  if (!holds) throw new Error(what);
}

export function equal(found, expected, what = "") {
  ok(same(found, expected), `${what}: found ${shown(found)}, expected ${shown(expected)}`);
}

/** Runs what has to throw an error that is like this: its fields, and for `message` an expression that it matches. */
export function throws(run, expected, what = String(run)) {
  let thrown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  return isLike(thrown, expected, what);
}

/** The same of a promise. */
export async function rejects(run, expected, what = String(run)) {
  let thrown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  return isLike(thrown, expected, what);
}

function isLike(thrown, { message, ...fields }, what) {
  ok(thrown instanceof Error, `${what}: no error`);
  ok(message === undefined || message.test(thrown.message), `${what}: ${shown(thrown)} does not say ${message}`);
  for (const [name, field] of Object.entries(fields)) equal(thrown[name], field, `${what}: ${name} of ${shown(thrown)}`);
  return thrown;
}
