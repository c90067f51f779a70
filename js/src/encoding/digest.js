/**
 * SHA-256, by WebCrypto.
 *
 * @module
 */
import { toHex } from "./spellings.js";

/** @param {Uint8Array} bytes */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {any} */ (bytes)));
/** @param {Uint8Array} bytes @returns {Promise<string>} hex */
export const sha256Hex = async (bytes) => toHex(await sha256(bytes));
