/**
 * Arithmetic modulo p = 2^255 - 19, and the constants of the curve -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032,
 * section 5.1). No function here takes constant time: they see public keys and signatures, never a secret.
 *
 * @module
 */

export const P = 2n ** 255n - 19n;

/** @param {bigint} x */
export const mod = (x) => ((x % P) + P) % P;

/** @param {bigint} base @param {bigint} exponent not negative */
export function power(base, exponent) {
  let out = 1n;
  for (let b = base; exponent > 0n; exponent >>= 1n, b = mod(b * b)) if (exponent & 1n) out = mod(out * b);
  return out;
}

/** @param {bigint} x not 0 */
export const inverse = (x) => power(x, P - 2n);

export const D = mod(-121665n * inverse(121666n));
export const SQRT_M1 = power(2n, (P - 1n) / 4n);

/** @param {Uint8Array} bytes little-endian */
export const integerOf = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
