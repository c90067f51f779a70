/**
 * Points of the curve (RFC 8032, sections 5.1.2 to 5.1.4).
 *
 * @module
 */
import { D, P, SQRT_M1, integerOf, inverse, mod, power } from "./field.js";

/** Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z. @typedef {readonly [bigint, bigint, bigint, bigint]} Point */

/** @type {Point} */
export const NEUTRAL = [0n, 1n, 1n, 0n];

/** @param {Point} a @param {Point} b @returns {Point} complete: the formulas are valid for equal points too */
export function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Point} point @returns {Point} */
export const negate = ([x, y, z, t]) => [mod(-x), y, z, mod(-t)];

/** @param {Point} point @param {bigint} scalar not negative @returns {Point} */
export function multiply(point, scalar) {
  let out = NEUTRAL;
  for (let p = point; scalar > 0n; scalar >>= 1n, p = add(p, p)) if (scalar & 1n) out = add(out, p);
  return out;
}

/** @param {Point} point */
export const isNeutral = ([x, y, z]) => x === 0n && y === z;

/** @param {bigint} y @param {bigint} sign the lowest bit of x @returns {Point | null} null where no point has this y and sign */
function fromY(y, sign) {
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(mod(u * power(v, 7n)), (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * SQRT_M1);
  if (mod(v * x * x) !== u || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** @param {Uint8Array} bytes 32 @returns {Point | null} null where not canonical or not on the curve */
export function decompress(bytes) {
  const encoded = integerOf(bytes);
  const y = encoded & (2n ** 255n - 1n);
  return y >= P ? null : fromY(y, encoded >> 255n);
}

/** @param {Point} point @returns {Uint8Array} 32 bytes */
export function compress([x, y, z]) {
  const scale = inverse(z);
  const encoded = mod(y * scale) | ((mod(x * scale) & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((encoded >> BigInt(8 * i)) & 255n));
}

/** The base point: y = 4/5, x even. */
export const BASE = /** @type {Point} */ (fromY(mod(4n * inverse(5n)), 0n));

/** y of one point of order 8; the other three have this y or -y. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y of the eight points of small order, which no other point has. */
const SMALL_Y = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/** @param {Uint8Array} bytes 32 @returns {boolean} y < p and the point, if there is one, not of small order */
export function isCanonicalAndLarge(bytes) {
  const y = integerOf(bytes) & (2n ** 255n - 1n);
  return y < P && !SMALL_Y.has(y);
}
