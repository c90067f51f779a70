/**
 * Strict cofactorless Ed25519 [SIG-2], and which public keys are acceptable [KEY-2].
 *
 * This folder imports nothing, so that it can be reviewed alone. SHA-512 is that of WebCrypto. So is the
 * equation, where the engine has Ed25519: engines compare R as bytes with [S]B - [k]A and check S < L, but
 * they differ on keys and R that are of small order or not canonical, which are rejected here first.
 *
 * @module
 */
import { integerOf } from "./field.js";
import { BASE, add, compress, decompress, isCanonicalAndLarge, isNeutral, multiply, negate } from "./point.js";

/** The order of the base point. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Entries of each cache below; a full one is emptied. */
const CACHE_SIZE = 1000;

/** Keys that WebCrypto imported, or null where it cannot. @type {Map<string, CryptoKey | null>} */
const importedKeys = new Map();

/** @param {Uint8Array} key @returns {Promise<CryptoKey | null>} */
async function importKey(key) {
  const name = key.join();
  const known = importedKeys.get(name);
  if (known !== undefined) return known;
  // Some engines reject a key here that others import and then never verify with: the arithmetic below decides.
  const imported = await crypto.subtle.importKey("raw", /** @type {any} */ (key), "Ed25519", false, ["verify"]).catch(() => null);
  if (importedKeys.size >= CACHE_SIZE) importedKeys.clear();
  importedKeys.set(name, imported);
  return imported;
}

/**
 * @param {Uint8Array} key @param {Uint8Array} message @param {Uint8Array} signature each of any length
 * @returns {Promise<boolean>} [SIG-2]
 */
export async function verifySignature(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  if (!isCanonicalAndLarge(key) || !isCanonicalAndLarge(r) || integerOf(signature.subarray(32)) >= L) return false;
  const handle = await importKey(key);
  if (handle === null) return verifyWithoutWebCrypto(key, message, signature);
  return crypto.subtle.verify("Ed25519", handle, /** @type {any} */ (signature), /** @type {any} */ (message));
}

/**
 * The equation, after the checks of {@link verifySignature}, for an engine without Ed25519: slow.
 * @param {Uint8Array} key 32 bytes @param {Uint8Array} message @param {Uint8Array} signature 64 bytes
 */
export async function verifyWithoutWebCrypto(key, message, signature) {
  const a = decompress(key);
  if (a === null) return false;
  const r = signature.subarray(0, 32);
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(r);
  hashed.set(key, 32);
  hashed.set(message, 64);
  const k = integerOf(new Uint8Array(await crypto.subtle.digest("SHA-512", hashed))) % L;
  const expected = compress(add(multiply(BASE, integerOf(signature.subarray(32))), multiply(negate(a), k)));
  return expected.every((byte, i) => byte === r[i]);
}

/** Results of {@link isAcceptableKey}, which takes milliseconds. @type {Map<string, boolean>} */
const acceptableKeys = new Map();

/** @param {Uint8Array} key @returns {boolean} canonical, on the curve, in the subgroup of prime order [KEY-2] */
export function isAcceptableKey(key) {
  if (key.length !== 32 || !isCanonicalAndLarge(key)) return false;
  const name = key.join();
  let known = acceptableKeys.get(name);
  if (known === undefined) {
    const point = decompress(key);
    known = point !== null && isNeutral(multiply(point, L));
    if (acceptableKeys.size >= CACHE_SIZE) acceptableKeys.clear();
    acceptableKeys.set(name, known);
  }
  return known;
}
