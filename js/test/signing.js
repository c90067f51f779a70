/** Test keys, and elements of made-up registries, written from the specification and not from the package. */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Published test key N: its seed is the SHA-256 of "pithbundle test key N". @param {number} number */
export function testKey(number) {
  const seed = createHash("sha256").update(`pithbundle test key ${number}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    hex: raw.toString("hex"), fingerprint: sha256(raw).slice(0, 32),
    sign: (/** @type {Uint8Array | string} */ message) => sign(null, Buffer.from(message), key),
  };
}

/** @param {Uint8Array | string} bytes @returns {string} hex */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The canonical text of plain values with names that no engine reorders. @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** As Python writes with ensure_ascii. @param {string} text */
export const ascii = (text) => [...Buffer.from(text, "utf16le").swap16().toString("binary").matchAll(/([\s\S])([\s\S])/g)]
  .map(([, high, low]) => high.charCodeAt(0) * 256 + low.charCodeAt(0))
  .map((unit) => (unit >= 0x20 && unit <= 0x7e ? String.fromCharCode(unit) : `\\u${unit.toString(16).padStart(4, "0")}`)).join("");
