/**
 * The head of a mirror's digests, its signature, and two heads that contradict each other [MIRROR-4, MIRROR-6, MIRROR-7].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
import { PithError, ensure } from "../errors.js";
import { compareBytes, concatBytes, decodeUtf8, utf8 } from "../encoding/bytes.js";
import { canonicalBytes } from "../encoding/canonical.js";
import { sha256Hex } from "../encoding/digest.js";
import { parseJson } from "../encoding/json-reader.js";
import { LIMITS } from "../encoding/limits.js";
import { HEX64, fromBase64, fromHex, toHex } from "../encoding/spellings.js";
import { isTimestamp } from "../encoding/timestamps.js";
import { objectOf, without } from "../encoding/values.js";
import { isAcceptableKey, verifySignature } from "../ed25519/strict.js";
import { depthOf } from "./tree.js";

/**
 * @typedef {object} Head
 * @property {Obj} members
 * @property {Uint8Array} bytes of the file
 * @property {Uint8Array} content the canonical bytes without the signature
 * @property {string} sha256 of the content
 * @property {Uint8Array} message what a signature signs
 * @property {{ key: Uint8Array, signature: Uint8Array } | null} signature
 */

const HEAD_TYPE = "pithbundle_mirror_head";
const HEAD_VERSION = "1";
const HEAD_BYTES = 4096;
const CONTEXT = utf8("pithbundle mirror head v1\n");
const EVIDENCE_TYPE = "pithbundle_mirror_contradiction";
const EVIDENCE_VERSION = "1";

/** @param {Value} value @param {number} least */
const isCount = (value, least) => Number.isInteger(value) && Number(value) >= least;
/** @param {RegExp} form @returns {(value: Value) => boolean} */
const isText = (form) => (value) => typeof value === "string" && form.test(value);

/** What each member is, in the order in which they are examined. @type {Record<string, (value: any) => boolean>} */
const MEMBERS = {
  origin: isText(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/),
  rules: isText(/^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/),
  policy_sha256: isText(HEX64),
  root: isText(HEX64),
  generation: (value) => isCount(value, 1),
  generated_at: (value) => isText(/^.{19}Z$/)(value) && isTimestamp(value),
  records: (value) => isCount(value, 0),
  events: (value) => isCount(value, 0),
  previous: isText(HEX64),
  delta: isText(HEX64),
  archive: (value) => isText(/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*pith-archive\.json$/)(value) && value.length <= 256,
};
const OPTIONAL = ["previous", "delta", "archive"];

/** @param {Uint8Array} bytes @param {number} size bytes at most @returns {Value} */
function jsonOf(bytes, size) {
  try {
    return parseJson(bytes, { ...LIMITS, size });
  } catch (error) {
    if (!(error instanceof PithError)) throw error;
    throw new PithError("digest_invalid", error.pointer, error.offset);
  }
}

/** @param {Value | undefined} value @returns {Head["signature"]} [MIRROR-6] */
function readSignature(value) {
  if (value === undefined) return null;
  ensure(value instanceof Map && value.size === 2, "digest_invalid", "/signature");
  /** @param {string} name @param {(text: string) => Uint8Array} read */
  const bytes = (name, read) => {
    const text = value.get(name);
    try {
      if (typeof text === "string") return read(text);
    } catch {
      // The error below has the pointer.
    }
    throw new PithError("digest_invalid", `/signature/${name}`);
  };
  const signature = bytes("signature_b64", (text) => fromBase64(text, 64));
  const key = bytes("public_key_hex", (text) => fromHex(text, 32));
  ensure(isAcceptableKey(key), "digest_invalid", "/signature/public_key_hex");
  return { key, signature };
}

/** @param {Uint8Array} bytes @returns {Promise<Head>} its signature is not checked [MIRROR-4] */
export async function readHead(bytes) {
  const members = jsonOf(bytes, HEAD_BYTES);
  ensure(members instanceof Map && members.get("head_type") === HEAD_TYPE, "digest_invalid", "/head_type");
  ensure(members.get("head_version") === HEAD_VERSION, "version", "/head_version");
  const known = ["head_type", "head_version", "depth", "signature", ...Object.keys(MEMBERS)];
  const required = known.filter((name) => name !== "signature" && !OPTIONAL.includes(name));
  ensure([...members.keys()].every((name) => known.includes(name)) && required.every((name) => members.has(name)), "digest_invalid", "");
  for (const [name, isSound] of Object.entries(MEMBERS)) ensure(!members.has(name) || isSound(members.get(name)), "digest_invalid", `/${name}`);
  ensure(members.has("previous") === members.get("generation") > 1, "digest_invalid", "/previous");
  ensure(!members.has("delta") || members.has("previous"), "digest_invalid", "/delta");
  ensure(members.get("depth") === depthOf(members.get("records")), "digest_invalid", "/depth");
  const signature = readSignature(members.get("signature"));
  ensure(compareBytes(canonicalBytes(members), bytes) === 0, "digest_invalid", "");
  const content = canonicalBytes(without(members, ["signature"]));
  return { members, bytes, content, sha256: await sha256Hex(content), message: concatBytes([CONTEXT, content]), signature };
}

/**
 * What a reader knows of a head who pinned a key for the mirror [MIRROR-6].
 * @param {Head} head @param {Uint8Array} pinned @returns {Promise<"signed" | "unsigned" | "other_key" | "invalid">}
 */
export async function headSignature({ message, signature }, pinned) {
  if (signature === null) return "unsigned";
  if (toHex(signature.key) !== toHex(pinned)) return "other_key";
  return (await verifySignature(pinned, message, signature.signature)) ? "signed" : "invalid";
}

/** @param {Head} one @param {Head} other @returns {string | null} why two signed heads contradict each other */
function reasonOf(one, other) {
  const isSame = (/** @type {string} */ name) => one.members.get(name) === other.members.get(name);
  if (!isSame("origin") || one.sha256 === other.sha256) return null;
  if (isSame("generation") && !(isSame("root") && isSame("policy_sha256"))) return "generation";
  return one.members.has("previous") && isSame("previous") ? "previous" : null;
}

/**
 * The evidence that two heads contradict each other, or null [MIRROR-7].
 * @param {Head} one @param {Head} other @param {Uint8Array} pinned
 * @returns {Promise<{ reason: string, bytes: Uint8Array } | null>}
 */
export async function contradictionOf(one, other, pinned) {
  const reason = reasonOf(one, other);
  for (const head of [one, other]) if (reason === null || (await headSignature(head, pinned)) !== "signed") return null;
  const heads = one.sha256 < other.sha256 ? [one, other] : [other, one];
  const evidence = objectOf({
    contradiction_type: EVIDENCE_TYPE, contradiction_version: EVIDENCE_VERSION, reason, heads: heads.map(({ bytes }) => decodeUtf8(bytes)),
  });
  return { reason: String(reason), bytes: canonicalBytes(evidence) };
}

/** @param {Uint8Array} bytes @param {Uint8Array} pinned @returns {Promise<string>} the reason [MIRROR-7] */
export async function verifyContradiction(bytes, pinned) {
  const evidence = jsonOf(bytes, 4 * HEAD_BYTES);
  ensure(evidence instanceof Map && evidence.get("contradiction_type") === EVIDENCE_TYPE, "digest_invalid", "/contradiction_type");
  ensure(evidence.get("contradiction_version") === EVIDENCE_VERSION, "version", "/contradiction_version");
  const texts = evidence.get("heads");
  ensure(Array.isArray(texts) && texts.length === 2 && texts.every((text) => typeof text === "string"), "digest_invalid", "/heads");
  const [one, other] = await Promise.all(texts.map((text) => readHead(utf8(text))));
  const found = await contradictionOf(one, other, pinned);
  ensure(found !== null, "digest_invalid", "/heads");
  ensure(compareBytes(found.bytes, bytes) === 0, "digest_invalid", "");
  return found.reason;
}
