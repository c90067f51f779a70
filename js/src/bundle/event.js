/**
 * One element of `events`: its form [EVT-1 to EVT-7], and the signed content that a format makes of it.
 *
 * @module
 */
/** @import { JsonType, Obj, Value } from "../encoding/values.js" */
/** @import { EventFormat } from "./event-formats.js" */
import { PithError, ensure } from "../errors.js";
import { compareStrings } from "../encoding/bytes.js";
import { canonicalBytes } from "../encoding/canonical.js";
import { sha256 } from "../encoding/digest.js";
import { pointerOf } from "../encoding/pointer.js";
import { toHex } from "../encoding/spellings.js";
import { instantOf } from "../encoding/timestamps.js";
import { member, without } from "../encoding/values.js";
import { EVENT_V1 } from "./event-formats.js";

/** Limits of one event [LIM-6]: part of the rules, the same for all. */
const EVENT_SIZE = 262144;
const EVENT_DEPTH = 24;
const EVENT_NODES = 20000;

const FLAT_ONLY = ["payload_sha256", "signature_b64", "signing_key_id"];
const ENVELOPE_ONLY = ["signature", "signer", "subject_pith_number", "target"];
/** @type {readonly (readonly [string, JsonType])[]} */
const SIGNER = [["key_id", "string"], ["public_key_fingerprint", "string"], ["signer_id", "string"], ["signer_type", "string"]];

/**
 * A well-formed element.
 * @typedef {object} Event
 * @property {Obj} value
 * @property {string} instant
 * @property {Uint8Array} eventV1Bytes the canonical bytes of its signed content under event-v1; none of a flat event
 */

/** @param {Obj} element @returns {boolean} false where it has both spellings: it is checked as an envelope and is malformed [EVT-7] */
export const isFlat = (element) => FLAT_ONLY.some((name) => element.has(name)) && !ENVELOPE_ONLY.some((name) => element.has(name));

/** Members in sorted order [EVT-6, EVT-7]. @param {Obj} element */
function ensureFlatMembers(element) {
  member(element, "created_at", "string", "");
  member(element, "event_id", "integer", "");
  member(element, "event_type", "string", "");
  member(element, "payload", "object", "");
  member(element, "payload_sha256", "string", "");
  if ((element.get("signature_b64") ?? null) !== null) member(element, "signature_b64", "string", "");
  member(element, "signing_key_id", "string", "");
}

/** Members in sorted order [EVT-1, EVT-6]. @param {Obj} element */
function ensureEnvelopeMembers(element) {
  member(element, "created_at", "string", "");
  if (element.has("event_id")) member(element, "event_id", "string", "");
  member(element, "event_type", "string", "");
  member(element, "payload", "object", "");
  if (element.has("signature") && element.get("signature") !== null) {
    const signature = member(element, "signature", "object", "");
    member(signature, "key_id", "string", "/signature");
    ensure(member(signature, "kind", "string", "/signature") === "pith_event_signature", "type", "/signature/kind");
    member(signature, "signature_b64", "string", "/signature");
  }
  const signer = member(element, "signer", "object", "");
  for (const [name, type] of SIGNER) member(signer, name, type, "/signer");
  member(element, "subject_pith_number", "string", "");
  member(element, "target", "string", "");
}

/** @param {Obj} content depth and value count, level by level [LIM-6, EVT-6] */
function ensureWithinLimits(content) {
  let nodes = 1;
  /** @type {Value[]} */
  let level = [content];
  for (let depth = 1; level.length > 0; depth++) {
    /** @type {Value[]} */
    const next = [];
    ensure(depth <= EVENT_DEPTH, "depth", "");
    for (const container of level) {
      const inner = Array.isArray(container) ? container : container instanceof Map ? container.values() : [];
      for (const value of inner) {
        nodes++;
        if (value instanceof Map || Array.isArray(value)) next.push(value);
      }
    }
    ensure(nodes <= EVENT_NODES, "nodes", "");
    level = next;
  }
}

/** @param {Obj} element @param {boolean} flat @returns {Event} throws the first fault in the order of EVT-6 */
function readEvent(element, flat) {
  ensure(flat || !FLAT_ONLY.some((name) => element.has(name)), "type", "");
  if (flat) ensureFlatMembers(element);
  else ensureEnvelopeMembers(element);
  const instant = instantOf(element.get("created_at"), "/created_at");
  if (flat) return { value: element, instant, eventV1Bytes: new Uint8Array() };
  const content = without(element, ["event_id", "signature"]);
  ensureWithinLimits(content);
  const eventV1Bytes = canonicalBytes(content);
  ensure(eventV1Bytes.length <= EVENT_SIZE, "event_size", "");
  return { value: element, instant, eventV1Bytes };
}

/** @param {Obj} element @param {boolean} flat @returns {Event | PithError} */
export function eventOrFault(element, flat) {
  try {
    return readEvent(element, flat);
  } catch (fault) {
    if (!(fault instanceof PithError)) throw fault;
    return fault;
  }
}

/** @typedef {{ id: string, digest: Uint8Array, bytes: Uint8Array, members: Obj }} SignedContent of an element under a format [EVT-4] */

/** @param {Event} event @param {EventFormat} format @returns {Promise<SignedContent>} */
export async function signedContentOf({ value, eventV1Bytes }, format) {
  const members = format.excluded === null ? value.get("payload") : without(value, format.excluded);
  const bytes = format === EVENT_V1 ? eventV1Bytes : canonicalBytes(members);
  const digest = await sha256(bytes);
  return { id: `sha256:${toHex(digest)}`, digest, bytes, members };
}

/** @param {Obj} element @param {EventFormat} format @returns {string[]} sorted pointers of what is not signed [EVT-5, RULE-1] */
export function unsignedMembers(element, { excluded }) {
  const isExcluded = (/** @type {string} */ name) => (excluded === null ? name !== "payload" : excluded.includes(name));
  const out = [...element.keys()].filter((name) => name !== "event_id" && name !== "signature" && isExcluded(name));
  const signature = [...(element.get("signature")?.keys() ?? [])];
  const extra = signature.filter((name) => !["kind", "key_id", "algorithm", "signature_b64"].includes(name));
  return [...out.map((name) => pointerOf([name])), ...extra.map((name) => pointerOf(["signature", name]))].sort(compareStrings);
}
