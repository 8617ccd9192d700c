// Signatures of Ed25519 (RFC 8032) that no signer makes: of an R of small order, and under keys with a part of small
// order. The host's own Ed25519 takes those of which the points are written as they should be; that is asserted of each.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";

const PRIME = 2n ** 255n - 19n;
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (number, by = PRIME) => ((number % by) + by) % by;

function power(base, exponent) {
  let [found, square] = [1n, mod(base)];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) found = mod(found * square);
    square = mod(square * square);
  }
  return found;
}

const inverse = (number) => power(number, PRIME - 2n);
const D = mod(-121665n * inverse(121666n));

function add([x1, y1], [x2, y2]) {
  const product = mod(D * x1 * x2 * y1 * y2);
  return [mod((x1 * y2 + x2 * y1) * inverse(1n + product)), mod((y1 * y2 + x1 * x2) * inverse(1n - product))];
}

const NEUTRAL = [0n, 1n];

function times(number, point) {
  let [found, double] = [NEUTRAL, point];
  for (let left = number; left > 0n; left >>= 1n) {
    if (left & 1n) found = add(found, double);
    double = add(double, double);
  }
  return found;
}

/** A point of this y, if there is one (RFC 8032 §5.1.3). */
function pointOf(y) {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  const root = power(square, (PRIME + 3n) / 8n);
  const x = [root, mod(root * power(2n, (PRIME - 1n) / 4n))].find((x) => mod(x * x) === square);
  return x === undefined ? undefined : [x, y];
}

/** A point of order 8: what is left of some point, times the order of the base point. */
function ofOrder8() {
  for (let y = 2n; ; y += 1n) {
    const point = pointOf(y);
    const left = point && times(ORDER, point);
    if (left && times(4n, left)[1] !== 1n) return left;
  }
}

const evenX = ([x, y]) => (x & 1n ? [PRIME - x, y] : [x, y]);
const BASE = evenX(pointOf(mod(4n * inverse(5n))));
const SMALL = ofOrder8();

export const little = (number) => Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse();
export const numberOf = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
/** A point in 32 bytes (RFC 8032 §5.1.2). */
const encoded = ([x, y]) => little(y | ((x & 1n) << 255n));

/** The encodings of the points whose order divides 8, each times the point of order 8. */
export const smallPoints = Array.from({ length: 8 }, (_, at) => encoded(times(BigInt(at), SMALL)));

/** Who holds the private scalar of a key: with a part of order 8, if it is `mixed`. */
export function forger({ mixed }) {
  const scalar = numberOf(createHash("sha256").update("a key of these tests").digest()) % ORDER;
  const own = times(scalar, BASE);
  const key = encoded(mixed ? add(own, SMALL) : own);
  const x = key.toString("base64url");
  return {
    x,
    /**
     * A text and its signature, whose R is `r` of the base point and `small` of that of order 8. Under a mixed key this
     * holds for one text in eight: `textOf(0)` and so on are tried. R may be written otherwise, `as` these bytes.
     */
    signed(textOf, { r, small, as }) {
      const point = as ?? encoded(add(times(r, BASE), times(BigInt(small), SMALL)));
      for (let turn = 0; turn < 1000; turn += 1) {
        const text = textOf(turn);
        const digest = createHash("sha512").update(Buffer.concat([point, key, Buffer.from(text)])).digest();
        const hash = numberOf(digest) % ORDER;
        if (mixed ? (hash + BigInt(small)) % 8n !== 0n : small !== 0) continue;
        const signature = Buffer.concat([point, little((r + hash * scalar) % ORDER)]);
        const host = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
        assert.ok(as || verify(null, Buffer.from(text), host, signature), "the host's Ed25519 takes it");
        return { text, signature };
      }
      throw new Error("none of a thousand texts");
    },
  };
}
