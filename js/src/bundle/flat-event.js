/**
 * Flat events, which the format `integrity-1` reads [EVT-7].
 *
 * @module
 */
/** @import { Obj } from "../encoding/values.js" */
import { instantOf } from "../encoding/timestamps.js";
import { PithError, ensure } from "../errors.js";

/** @type {readonly (readonly [string, (value: any) => boolean])[]} */
const MEMBERS = [
  ["event_id", Number.isInteger], ["payload", (value) => value instanceof Map],
  ...["created_at", "event_type", "payload_sha256", "signing_key_id"].map((name) => /** @type {const} */ ([name, (/** @type {any} */ value) => typeof value === "string"])),
];

/** @param {Obj} element @returns {boolean} whether `integrity-1` reads it [FORMAT-8] */
export const isFlat = (element) => MEMBERS.every(([name, isOfType]) => isOfType(element.get(name)));

/** @param {Obj} element flat @returns {PithError | null} the first fault of its form [EVT-8] */
export function flatFault(element) {
  try {
    const signature = element.get("signature_b64") ?? null;
    ensure(signature === null || typeof signature === "string", "type", "/signature_b64");
    instantOf(element.get("created_at"), "/created_at");
    return null;
  } catch (fault) {
    if (!(fault instanceof PithError)) throw fault;
    return fault;
  }
}
