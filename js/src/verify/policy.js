/**
 * Policies: whose keys count, for what, until when, and in which event formats [POL-1 to POL-7, FORMAT-6, FORMAT-7].
 *
 * @module
 */
/** @import { EventFormat } from "../bundle/event-formats.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
import { PithError, ensure } from "../errors.js";
import { compareBytes, compareStrings, utf8Length } from "../encoding/bytes.js";
import { canonicalBytes } from "../encoding/canonical.js";
import { sha256Hex } from "../encoding/digest.js";
import { parseJson } from "../encoding/json-reader.js";
import { escapeToken } from "../encoding/pointer.js";
import { EVENT_ID, HEX64, fromHex, toHex } from "../encoding/spellings.js";
import { objectOf } from "../encoding/values.js";
import { EVENT_1, EVENT_1_SHA256, INTEGRITY_1, UNKNOWN } from "../bundle/event-formats.js";
import { event1, readFormatDocument } from "../bundle/format-document.js";
import { isAcceptableKey } from "../ed25519/strict.js";
import { fingerprints } from "./public-key.js";

/**
 * @typedef {object} PolicyKey
 * @property {string} signerId
 * @property {string} keyId
 * @property {Uint8Array} raw
 * @property {string} fingerprint hex
 * @property {string[] | "*"} eventTypes
 * @property {string} status
 * @property {string[]} acceptedEventIds of a revoked key
 * @property {EventFormat[]} formats of its events, in the order of FORMAT-7
 * @property {boolean} listsUnknown its events may be of another format [CHECK-13]
 */

/**
 * @typedef {object} Policy
 * @property {PolicyKey[]} keys sorted [POL-5]
 * @property {EventFormat[]} formats that its keys list, each once, in the order of FORMAT-7
 * @property {boolean} isEvent1Only whether every key lists `pithbundle-event-1` alone [FORMAT-14]
 * @property {Uint8Array} effective canonical bytes
 * @property {string} sha256
 */

const POLICY_TYPE = "pithbundle_policy";
const POLICY_VERSION = "1";
const KEY_MEMBERS = ["signer_id", "key_id", "public_key_hex", "event_types", "status", "accepted_event_ids", "event_formats"];
/** At most so many keys in a policy [POL-1], of one (`signer_id`, `key_id`), and of one `key_id` [POL-6]. */
const MAX_KEYS = 1000;
const MAX_KEYS_OF_PAIR = 4;
const MAX_KEYS_OF_KEY_ID = 16;
/** At most so many formats in a policy, and items of a key [FORMAT-6]. */
const MAX_FORMATS = 8;

/** The built-in policy [POL-5]. */
const BUILT_IN = objectOf({
  policy_type: POLICY_TYPE, policy_version: POLICY_VERSION,
  keys: [objectOf({
    signer_id: "pith.science", key_id: "pith-v1-2026-05",
    public_key_hex: "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3", event_formats: [INTEGRITY_1.name, UNKNOWN],
  })],
});

/** @param {Value} value @param {string} pointer @returns {string} */
function policyName(value, pointer) {
  ensure(typeof value === "string" && value !== "" && utf8Length(value) <= 256, "policy", pointer);
  return value;
}

/**
 * A list of strings without repeats.
 * @param {Value} value @param {string} pointer @param {(item: Value, pointer: string) => string} read of one item
 * @returns {string[]} sorted
 */
function policyList(value, pointer, read) {
  ensure(Array.isArray(value), "policy", pointer);
  /** @type {Set<string>} */
  const seen = new Set();
  value.forEach((item, i) => {
    const text = read(item, `${pointer}/${i}`);
    ensure(!seen.has(text), "policy", `${pointer}/${i}`);
    seen.add(text);
  });
  return [...seen].sort(compareStrings);
}

/** @param {EventFormat} a @param {EventFormat} b documents by `format_sha256`, then `integrity-1` [FORMAT-7] */
const byDigest = (a, b) => Number(a === INTEGRITY_1) - Number(b === INTEGRITY_1) || compareStrings(a.sha256, b.sha256);

/** @param {Value} item @param {string} pointer @returns {Promise<EventFormat | typeof UNKNOWN>} [FORMAT-6] */
async function policyFormat(item, pointer) {
  if (item === UNKNOWN) return UNKNOWN;
  if (item === INTEGRITY_1.name) return INTEGRITY_1;
  if (item === EVENT_1) return event1();
  ensure(item instanceof Map, "policy", pointer);
  try {
    return await readFormatDocument(item);
  } catch (fault) {
    throw fault instanceof PithError ? new PithError(fault.code, `${pointer}${fault.pointer}`) : fault;
  }
}

/** @param {Value} value @param {string} pointer @returns {Promise<Pick<PolicyKey, "formats" | "listsUnknown">>} [FORMAT-6] */
async function policyFormats(value, pointer) {
  ensure(Array.isArray(value) && value.length >= 1 && value.length <= MAX_FORMATS, "policy", pointer);
  /** @type {Map<string, EventFormat | typeof UNKNOWN>} */
  const found = new Map();
  for (const [i, item] of value.entries()) {
    const format = await policyFormat(item, `${pointer}/${i}`);
    const name = format === UNKNOWN ? UNKNOWN : format.sha256;
    ensure(!found.has(name), "policy", `${pointer}/${i}`);
    found.set(name, format);
  }
  return { formats: [...found.values()].filter((one) => one !== UNKNOWN).sort(byDigest), listsUnknown: found.has(UNKNOWN) };
}

/** @param {Value} value @param {string} pointer @returns {Promise<PolicyKey>} [POL-2], faults in the order of POL-7 */
async function policyKey(value, pointer) {
  ensure(value instanceof Map, "policy", pointer);
  for (const name of [...value.keys()].sort()) ensure(KEY_MEMBERS.includes(name), "policy", `${pointer}/${escapeToken(name)}`);
  const hex = value.get("public_key_hex");
  ensure(typeof hex === "string" && HEX64.test(hex), "policy", `${pointer}/public_key_hex`);
  const raw = fromHex(hex);
  ensure(isAcceptableKey(raw), "key_invalid", `${pointer}/public_key_hex`);
  const signerId = policyName(value.get("signer_id"), `${pointer}/signer_id`);
  const keyId = policyName(value.get("key_id"), `${pointer}/key_id`);
  const types = value.has("event_types") ? value.get("event_types") : "*";
  const eventTypes = types === "*" ? /** @type {const} */ ("*") : policyList(types, `${pointer}/event_types`, policyName);
  ensure(eventTypes.length > 0, "policy", `${pointer}/event_types`);
  const status = value.has("status") ? value.get("status") : "active";
  ensure(status === "active" || status === "retired" || status === "revoked", "policy", `${pointer}/status`);
  const listed = value.has("accepted_event_ids") ? value.get("accepted_event_ids") : [];
  ensure(Array.isArray(listed) && (status === "revoked" || listed.length === 0), "policy", `${pointer}/accepted_event_ids`);
  const acceptedEventIds = policyList(listed, `${pointer}/accepted_event_ids`, (item, at) => {
    ensure(typeof item === "string" && EVENT_ID.test(item), "policy", at);
    return item;
  });
  const listedFormats = value.has("event_formats") ? value.get("event_formats") : [EVENT_1];
  const formats = await policyFormats(listedFormats, `${pointer}/event_formats`);
  return { signerId, keyId, raw, fingerprint: (await fingerprints(raw)).hex, eventTypes, status, acceptedEventIds, ...formats };
}

/** @param {readonly PolicyKey[]} keys in the order of the file [POL-6, POL-7] */
function ensureNoClash(keys) {
  const seen = new Set();
  /** @type {Map<string, number>} */
  const counts = new Map();
  const count = (/** @type {string[]} */ ...names) => {
    const name = JSON.stringify(names);
    const found = (counts.get(name) ?? 0) + 1;
    counts.set(name, found);
    return found;
  };
  keys.forEach(({ signerId, keyId, raw }, i) => {
    ensure(!seen.has(toHex(raw)), "policy", `/keys/${i}/public_key_hex`);
    seen.add(toHex(raw));
    ensure(count(signerId, keyId) <= MAX_KEYS_OF_PAIR, "policy", `/keys/${i}/key_id`);
    ensure(count(keyId) <= MAX_KEYS_OF_KEY_ID, "policy", `/keys/${i}/key_id`);
  });
}

/** @param {PolicyKey} key @returns {Obj} with every default written out, `unknown` last of its formats [POL-5] */
const effectiveKey = (key) => objectOf({
  signer_id: key.signerId, key_id: key.keyId, public_key_hex: toHex(key.raw), event_types: key.eventTypes,
  status: key.status, accepted_event_ids: key.acceptedEventIds,
  event_formats: [...key.formats.map(({ sha256 }) => sha256), ...(key.listsUnknown ? [UNKNOWN] : [])],
});

/** @param {readonly PolicyKey[]} keys in the order of the file @returns {EventFormat[]} of all keys, each once [POL-7, FORMAT-6, FORMAT-7] */
function formatsOf(keys) {
  /** @type {Map<string, EventFormat>} */
  const formats = new Map();
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const [i, key] of keys.entries()) {
    for (const format of key.formats) {
      ensure((names.get(format.name) ?? format.sha256) === format.sha256, "policy", `/keys/${i}/event_formats`);
      names.set(format.name, format.sha256);
      formats.set(format.sha256, format);
    }
    ensure(formats.size <= MAX_FORMATS, "policy", `/keys/${i}/event_formats`);
  }
  return [...formats.values()].sort(byDigest);
}

/** @param {Uint8Array | null} bytes of a policy file, null for the built-in policy @returns {Promise<Policy>} [POL-1 to POL-7] */
export async function readPolicy(bytes) {
  const file = bytes === null ? BUILT_IN : parseJson(bytes);
  ensure(file instanceof Map, "policy", "");
  for (const [name, expected] of [["policy_type", POLICY_TYPE], ["policy_version", POLICY_VERSION]]) {
    ensure(file.get(name) === expected, "policy", `/${name}`);
  }
  for (const name of [...file.keys()].sort()) {
    ensure(["policy_type", "policy_version", "keys"].includes(name), "policy", `/${escapeToken(name)}`);
  }
  const listed = file.get("keys");
  ensure(Array.isArray(listed) && listed.length >= 1 && listed.length <= MAX_KEYS, "policy", "/keys");
  /** @type {PolicyKey[]} */
  const keys = [];
  for (const [i, value] of listed.entries()) keys.push(await policyKey(value, `/keys/${i}`));
  ensureNoClash(keys);
  const formats = formatsOf(keys);
  const isEvent1Only = keys.every((key) => !key.listsUnknown && key.formats.every(({ sha256 }) => sha256 === EVENT_1_SHA256));
  keys.sort((a, b) => compareBytes(a.raw, b.raw));
  const effective = canonicalBytes(objectOf({ policy_type: POLICY_TYPE, policy_version: POLICY_VERSION, keys: keys.map(effectiveKey) }));
  return { keys, formats, isEvent1Only, effective, sha256: await sha256Hex(effective) };
}
