/**
 * An element of `events` as a format reads it: its roles, its content, its meaning and its unsigned members
 * [FORMAT-3, FORMAT-5, FORMAT-8, EVT-5, EVT-6].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Body, BodyRole, DocumentFormat, OptionalRole, RequiredType } from "./event-formats.js" */
/** @import { Path } from "./format-pointers.js" */
import { PithError, ensure } from "../errors.js";
import { compareStrings } from "../encoding/bytes.js";
import { canonicalBytes, canonicalJson } from "../encoding/canonical.js";
import { pointerOf } from "../encoding/pointer.js";
import { objectOf } from "../encoding/values.js";
import { instantIn } from "./event-times.js";
import { hashFromText } from "./event-texts.js";
import { isCovered, isInside } from "./format-coverage.js";
import { atIndexedPath, atPath, withoutPaths } from "./format-pointers.js";

/** Limits of one event [LIM-6]: part of the rules, the same for all. */
const EVENT_SIZE = 262144;
const EVENT_DEPTH = 24;
const EVENT_NODES = 20000;

/** @typedef {ReadonlyMap<BodyRole, any>} Roles the values of the roles of `body` that a format names */
/**
 * An element as a format reads it.
 * @typedef {object} Reading
 * @property {DocumentFormat} format
 * @property {Obj} element
 * @property {Obj} content
 * @property {Roles} roles
 * @property {{ path: Path | null, keyId: Value | undefined }[]} keyIds sorted by pointer; `path` is null for a constant
 */

/** @type {Record<RequiredType, (value: Value | undefined) => boolean>} */
const IS_OF_TYPE = {
  object: (value) => value instanceof Map, array: Array.isArray, string: (value) => typeof value === "string",
  integer: Number.isInteger, number: (value) => typeof value === "number", boolean: (value) => typeof value === "boolean",
};

/** @param {Body} body @param {BodyRole} name @returns {RequiredType} */
function typeOfRole({ time }, name) {
  if (name === "payload") return "object";
  return name === "created_at" && time !== "rfc3339" ? "integer" : "string";
}

/** The values of the model that a constant can be are equal only to themselves. @param {Value | undefined} found @param {Value} constant */
const isConstant = (found, constant) => found === constant;

/**
 * @param {Body} body @param {(path: Path) => Value | undefined} at what is at a pointer
 * @param {BodyRole | null} [except] a role that is not read
 * @returns {Roles | null} null where the body does not read it [FORMAT-8]
 */
function rolesOf(body, at, except = null) {
  /** @type {Map<BodyRole, any>} */
  const roles = new Map();
  for (const [name, role] of body.roles) {
    if (name === except) continue;
    const value = "constant" in role ? role.constant : at(role.path);
    if (!IS_OF_TYPE[typeOfRole(body, name)](value)) return null;
    roles.set(name, value);
  }
  const isRead = body.excluded.every((path) => at(path.slice(0, -1)) instanceof Map)
    && body.required.every(([path, type]) => IS_OF_TYPE[type](at(path)))
    && body.constants.every(([path, constant]) => isConstant(at(path), constant));
  return isRead ? roles : null;
}

/** @param {Obj} element @param {Body} body @param {Path} path of `proof` @returns {Value | undefined} [FORMAT-2] */
const atProof = (element, body, path) => (isInside(body, path) ? atPath(element, path) : atIndexedPath(element, path));

/** @param {Reading} reading @param {OptionalRole} name @returns {Value | undefined} undefined also where the format does not name it */
export function optionalRole({ element, format: { body, proof } }, name) {
  const path = proof.roles.get(name);
  return path === undefined ? undefined : atProof(element, body, path);
}

/** @param {Obj} element @param {DocumentFormat} format @returns {Reading | null} null where the format does not read it [FORMAT-8] */
export function readingOf(element, format) {
  const { body, proof } = format;
  const base = atPath(element, body.base);
  const roles = base instanceof Map ? rolesOf(body, (path) => atPath(element, path)) : null;
  if (!(base instanceof Map) || roles === null) return null;
  const content = withoutPaths(base, body.excluded.map((path) => path.slice(body.base.length)));
  const { keyId } = proof;
  const keyIds = "constant" in keyId ? [{ path: null, keyId: keyId.constant }] : keyId.map((path) => ({ path, keyId: atProof(element, body, path) }));
  keyIds.sort((a, b) => compareStrings(pointerOf(a.path ?? []), pointerOf(b.path ?? [])));
  const reading = { format, element, content, roles, keyIds };
  const isSigned = (optionalRole(reading, "signature") ?? null) !== null;
  const isRequired = (/** @type {Path | null} */ path) => path !== null && (isSigned || isInside(body, path));
  const isRead = keyIds.every(({ path, keyId: claimed }) => !isRequired(path) || typeof claimed === "string")
    && proof.constants.every(([path, constant]) => !isRequired(path) || isConstant(atProof(element, body, path), constant));
  return isRead ? reading : null;
}

/** @param {Obj} object depth and value count, level by level [LIM-6, EVT-6] */
function ensureShallow(object) {
  let nodes = 1;
  /** @type {Value[]} */
  let level = [object];
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

/** @param {Reading} reading @returns {string} the instant, empty where the format names no time; throws the first fault in the order of EVT-6 */
function ensureFormed(reading) {
  const { format: { body, proof }, roles, content } = reading;
  for (const name of /** @type {const} */ (["algorithm", "event_id", "fingerprint", "signature"])) {
    const value = optionalRole(reading, name);
    const isAbsent = value === undefined || (value === null && name === "signature");
    ensure(isAbsent || typeof value === "string", "type", pointerOf(proof.roles.get(name) ?? []));
  }
  const time = body.roles.get("created_at");
  const instant = time === undefined ? "" : instantIn(roles.get("created_at"), body.time, "path" in time ? pointerOf(time.path) : "");
  const measured = [content, ...(isCovered(body, "payload") ? [] : [roles.get("payload")])];
  measured.forEach(ensureShallow);
  for (const value of measured) ensure(canonicalBytes(value).length <= EVENT_SIZE, "event_size", "");
  return instant;
}

/** @param {Reading} reading @returns {string | PithError} the instant, or the fault [CHECK-1] */
export function instantOrFault(reading) {
  try {
    return ensureFormed(reading);
  } catch (fault) {
    if (!(fault instanceof PithError)) throw fault;
    return fault;
  }
}

/** @param {Body} body @param {Value} content @returns {Value} the signed value [FORMAT-3] */
export const signedValue = ({ wrapper }, content) => (wrapper === null ? content : objectOf({ [wrapper]: content }));

/** @param {DocumentFormat} format @param {Obj} content @param {Roles} roles @returns {Obj} [FORMAT-5] */
export function signerObject({ body }, content, roles) {
  const role = body.roles.get("signer_id");
  const path = role !== undefined && "path" in role ? role.path.slice(body.base.length) : [];
  const object = path.length >= 2 ? atPath(content, path.slice(0, -1)) : null;
  return object instanceof Map ? object : objectOf({ signer_id: roles.get("signer_id") });
}

/** @param {DocumentFormat} format that binds @param {Value} signed @returns {string | null} canonical; null where the value has none [FORMAT-5] */
export function meaningOf(format, signed) {
  const { body } = format;
  const content = body.wrapper === null ? signed : signed instanceof Map && signed.size === 1 ? signed.get(body.wrapper) : undefined;
  if (!(content instanceof Map)) return null;
  const at = (/** @type {Path} */ path) => atPath(content, path.slice(body.base.length));
  // A payload that the content hashes is not a part of the signed value.
  const isWhole = isCovered(body, "payload");
  const roles = rolesOf(body, at, isWhole ? null : "payload");
  if (roles === null || body.excluded.some((path) => at(path) !== undefined)) return null;
  const hash = roles.has("payload_sha256") ? hashFromText(roles.get("payload_sha256")) : "";
  const instant = parsedTime(roles.get("created_at"), body);
  if (hash === null || instant === null) return null;
  const payload = isWhole ? ["payload", roles.get("payload")] : ["sha256", hash, body.payloadWrapper];
  const names = ["event_type", "subject", "target", "signer_id", "created_at"].map((name) => roles.get(/** @type {BodyRole} */ (name)));
  return canonicalJson([...names, payload, instant, signerObject(format, content, roles)]);
}

/** @param {any} time @param {Body} body @returns {string | null} the instant, null where it is no time of the format */
function parsedTime(time, body) {
  try {
    return instantIn(time, body.time, null);
  } catch {
    return null;
  }
}
