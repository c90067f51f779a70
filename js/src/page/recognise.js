/**
 * What a file is that is not a bundle or not a policy, by its first bytes or by the member that names its type.
 * Nothing of it is verified: it decides only what the page calls the file.
 *
 * @module
 */
/** @import { Value } from "../encoding/values.js" */
import { readCbor } from "../encoding/cbor-reader.js";
import { readJson } from "../encoding/json-reader.js";
import { STATE_LIMITS } from "../encoding/limits.js";

/** By the member that names the type: its value, and what such a file is. @type {readonly (readonly [string, string, string])[]} */
const TYPES = [
  ["bundle_type", "pith_open_graph_bundle", "a bundle"],
  ["policy_type", "pithbundle_policy", "a policy"],
  ["state_type", "pith_open_graph_state", "a state"],
  ["report_type", "pithbundle_report", "a report"],
  ["proof_type", "pithbundle_equivocation_proof", "a proof of a conflict"],
];

/** By the first bytes, as text of one byte a character. @type {readonly (readonly [RegExp, string])[]} */
const BEGINNINGS = [
  [/^$/, "empty"],
  [/^\x1f\x8b/, "compressed with gzip"],
  [/^PK\x03\x04/, "a zip archive"],
  [/^\x28\xb5\x2f\xfd/, "compressed with zstd"],
  [/^(?:\xff\xfe|\xfe\xff)/, "text in UTF-16"],
  [/^%PDF/, "a PDF"],
  [/^(?:\x89PNG|\xff\xd8\xff|<svg)/, "a picture"],
  [/^\s*<(?:!doctype html|html|head|body|\?xml)/i, "a web page"],
];

/** @param {Uint8Array} bytes @returns {Value | undefined} the document, if it can be read at all */
export function documentOf(bytes) {
  try {
    return (bytes[0] >= 0xa0 && bytes[0] <= 0xbf ? readCbor : readJson)(bytes, STATE_LIMITS).value;
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array} bytes @param {Value | undefined} document of these bytes @returns {string} empty where it is not known */
export function kindOf(bytes, document) {
  if (document instanceof Map) return TYPES.find(([member, value]) => document.get(member) === value)?.[2] ?? "";
  const beginning = String.fromCharCode(...bytes.subarray(0, 64));
  return BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1] ?? "";
}
