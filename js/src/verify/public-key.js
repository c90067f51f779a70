/**
 * Fingerprints of public keys [KEY-3, KEY-4].
 *
 * @module
 */
import { ensure } from "../errors.js";
import { sha256 } from "../encoding/digest.js";
import { base32, toHex } from "../encoding/spellings.js";
import { isAcceptableKey } from "../ed25519/strict.js";

/** @param {Uint8Array} key raw @returns {Promise<{ hex: string, base32: string }>} throws `key_invalid` [KEY-2] */
export async function fingerprints(key) {
  ensure(isAcceptableKey(key), "key_invalid");
  const digest = await sha256(key);
  return { hex: toHex(digest.subarray(0, 16)), base32: base32(digest, 26) };
}
