/**
 * The reader of format documents: a JSON object becomes an event format, or is rejected with its first fault
 * [FORMAT-1, FORMAT-2].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Body, BodyRole, DocumentFormat, OptionalRole, Proof, Role } from "./event-formats.js" */
/** @import { Path } from "./format-pointers.js" */
import { ensure } from "../errors.js";
import { compareStrings, utf8, utf8Length } from "../encoding/bytes.js";
import { canonicalBytes, canonicalJson, canonicalSha256 } from "../encoding/canonical.js";
import { parseJson } from "../encoding/json-reader.js";
import { escapeToken, pointerOf } from "../encoding/pointer.js";
import { objectOf } from "../encoding/values.js";
import { isBinding, isCovered, isInside, isOutside } from "./format-coverage.js";
import { EVENT_1, EVENT_1_DOCUMENT, EVENT_1_SHA256, INTEGRITY_1, UNKNOWN } from "./event-formats.js";
import { isAtOrAbove, overlap, pathOf } from "./format-pointers.js";

const FORMAT_TYPE = "pithbundle_event_format";
const FORMAT_VERSION = "1";
const MAX_BYTES = 16384;
const MAX_POINTERS = 32;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const WRAPPERS = [null, "body", "content", "data", "envelope", "event", "message", "payload", "signed"];
const REQUIRED_TYPES = ["array", "boolean", "integer", "number", "object", "string"];
/** The members of `body` and of `proof`, and the roles, in the order in which they are read. */
const BODY = ["base", "excluded", "required", "wrapper", "escape", "payload_wrapper", "roles", "constants", "time"];
const PROOF = ["roles", "constants", "algorithm_text", "signs", "signature_text", "id_text"];
const BODY_ROLES = /** @type {const} */ (["event_type", "subject", "target", "payload", "payload_sha256", "created_at", "signer_id"]);
const PROOF_ROLES = /** @type {const} */ (["signature", "event_id", "key_id", "fingerprint", "algorithm"]);
/** Roles that a document must name, and those that may be a constant. */
const NAMED = ["event_type", "target", "payload", "signer_id", "signature", "key_id"];
const MAY_BE_CONSTANT = ["event_type", "target", "signer_id", "key_id"];

/** @param {boolean} holds @param {string} pointer in the document @returns {asserts holds} */
function check(holds, pointer) {
  ensure(holds, "format", pointer);
}

/** @param {Value | undefined} value @param {string} pointer @param {readonly string[]} names of its members @returns {Obj} */
function objectAt(value, pointer, names) {
  check(value instanceof Map, pointer);
  for (const name of [...value.keys()].sort()) check(names.includes(name), `${pointer}/${escapeToken(name)}`);
  return value;
}

/** @template T @param {Obj} object @param {string} pointer @param {string} name @param {readonly T[]} options the first is the default @returns {T} */
function optionAt(object, pointer, name, options) {
  const value = object.has(name) ? object.get(name) : options[0];
  check(options.includes(value), `${pointer}/${name}`);
  return value;
}

/** @param {Value | undefined} value @param {string} pointer @returns {Path} */
function pathAt(value, pointer) {
  const path = typeof value === "string" ? pathOf(value) : null;
  check(path !== null, pointer);
  return path;
}

/** @param {Value | undefined} value @param {string} pointer @returns {string} 1 to 256 bytes */
function textAt(value, pointer) {
  check(typeof value === "string" && value !== "" && utf8Length(value) <= 256, pointer);
  return value;
}

/** @param {Value} value @param {string} pointer @returns {Path[]} of an array without repetition */
function pathsAt(value, pointer) {
  check(Array.isArray(value), pointer);
  const seen = new Set();
  return value.map((item, i) => {
    const path = pathAt(item, `${pointer}/${i}`);
    check(!seen.has(item), `${pointer}/${i}`);
    seen.add(item);
    return path;
  });
}

/**
 * @template {Value} T
 * @param {Obj} object @param {string} pointer @param {string} name @param {(value: Value) => boolean} isAllowed
 * @returns {(readonly [Path, T])[]} sorted by pointer
 */
function byPointerAt(object, pointer, name, isAllowed) {
  const members = object.has(name) ? object.get(name) : new Map();
  check(members instanceof Map, `${pointer}/${name}`);
  return [...members].sort(([a], [b]) => compareStrings(a, b)).map(([key, value]) => {
    const at = `${pointer}/${name}/${escapeToken(key)}`;
    const path = pathAt(key, at);
    check(isAllowed(value), at);
    return [path, value];
  });
}

/** @param {Value} value */
const isType = (value) => typeof value === "string" && REQUIRED_TYPES.includes(value);
/** @param {Value} value */
const isConstant = (value) => value === null || typeof value === "string" || typeof value === "boolean" || Number.isInteger(value);

/** @param {Obj} roles @param {string} name @param {string} pointer @returns {Role} */
function roleAt(roles, name, pointer) {
  const value = roles.get(name);
  if (!MAY_BE_CONSTANT.includes(name) || !(value instanceof Map)) return { path: pathAt(value, pointer) };
  const { size } = value;
  check(size === 1 && value.has("constant"), pointer);
  return { constant: textAt(value.get("constant"), pointer) };
}

/** @param {Value | undefined} value @returns {Body} without its key */
function readBody(value) {
  const body = objectAt(value, "/body", BODY);
  const base = pathAt(body.has("base") ? body.get("base") : "", "/body/base");
  const excluded = pathsAt(body.has("excluded") ? body.get("excluded") : [], "/body/excluded");
  const required = /** @type {Body["required"]} */ (byPointerAt(body, "/body", "required", isType));
  const wrapper = optionAt(body, "/body", "wrapper", WRAPPERS);
  const escape = optionAt(body, "/body", "escape", /** @type {const} */ (["none", "ascii"]));
  const payloadWrapper = optionAt(body, "/body", "payload_wrapper", WRAPPERS);
  const stated = objectAt(body.get("roles"), "/body/roles", BODY_ROLES);
  /** @type {Map<BodyRole, Role>} */
  const roles = new Map();
  for (const name of BODY_ROLES) if (stated.has(name) || NAMED.includes(name)) roles.set(name, roleAt(stated, name, `/body/roles/${name}`));
  const constants = byPointerAt(body, "/body", "constants", isConstant);
  const time = optionAt(body, "/body", "time", /** @type {const} */ (["rfc3339", "seconds", "milliseconds"]));
  return { base, excluded, required, wrapper, escape, payloadWrapper, roles, constants, time, key: "" };
}

/** @param {Obj} roles @returns {Proof["keyId"]} */
function keyIdAt(roles) {
  const pointer = "/proof/roles/key_id";
  if (!Array.isArray(roles.get("key_id"))) {
    const role = roleAt(roles, "key_id", pointer);
    return "path" in role ? [role.path] : role;
  }
  const paths = pathsAt(roles.get("key_id"), pointer);
  check(paths.length > 0, pointer);
  return paths;
}

/** @param {Value | undefined} value @returns {Proof} */
function readProof(value) {
  const proof = objectAt(value, "/proof", PROOF);
  const stated = objectAt(proof.get("roles"), "/proof/roles", PROOF_ROLES);
  /** @type {Map<OptionalRole, Path>} */
  const roles = new Map();
  /** @type {Proof["keyId"]} */
  let keyId = [];
  for (const name of PROOF_ROLES) {
    if (name === "key_id") keyId = keyIdAt(stated);
    else if (stated.has(name) || NAMED.includes(name)) roles.set(name, pathAt(stated.get(name), `/proof/roles/${name}`));
  }
  return {
    roles, keyId, constants: byPointerAt(proof, "/proof", "constants", isConstant),
    algorithmText: proof.has("algorithm_text") ? textAt(proof.get("algorithm_text"), "/proof/algorithm_text") : "ed25519",
    signs: optionAt(proof, "/proof", "signs", /** @type {const} */ (["digest", "hex", "prefixed", "bytes"])),
    signatureText: optionAt(proof, "/proof", "signature_text", /** @type {const} */ (["base64", "base64url", "hex"])),
    idText: optionAt(proof, "/proof", "id_text", /** @type {const} */ (["prefixed", "hex"])),
  };
}

/** @param {Body} body the requirements 1 to 3 of FORMAT-2 */
function ensureContent(body) {
  const { base, excluded, required, constants, roles } = body;
  excluded.forEach((path, i) => {
    const isBelow = path.length > base.length && isAtOrAbove(base, path);
    check(isBelow && !excluded.slice(0, i).some((one) => overlap(one, path)), `/body/excluded/${i}`);
  });
  for (const [name, members] of /** @type {const} */ ([["required", required], ["constants", constants]])) {
    for (const [path] of members) check(isInside(body, path), `/body/${name}/${escapeToken(pointerOf(path))}`);
  }
  for (const name of /** @type {const} */ (["target", "payload_sha256"])) check(!roles.has(name) || isCovered(body, name), `/body/roles/${name}`);
}

/** The pointers of `proof` with their locations, in the order of PROOF_ROLES. @param {Proof} proof @param {boolean} isListed whether `key_id` is an array */
function proofPointers({ roles, keyId, constants }, isListed) {
  const keyIds = Array.isArray(keyId) ? keyId : [];
  const role = (/** @type {OptionalRole} */ name) => {
    const path = roles.get(name);
    return path === undefined ? [] : [{ path, at: `/proof/roles/${name}` }];
  };
  return [
    ...role("signature"), ...role("event_id"), ...keyIds.map((path, i) => ({ path, at: `/proof/roles/key_id${isListed ? `/${i}` : ""}` })),
    ...role("fingerprint"), ...role("algorithm"),
    ...constants.map(([path]) => ({ path, at: `/proof/constants/${escapeToken(pointerOf(path))}` })),
  ];
}

/** The requirements 4 to 6 of FORMAT-2. @param {Body} body @param {ReturnType<typeof proofPointers>} pointers */
function ensureProof(body, pointers) {
  for (const { path, at } of pointers) {
    const mayBeInside = at !== "/proof/roles/signature" && at !== "/proof/roles/event_id";
    check(isOutside(body, path) || (mayBeInside && isInside(body, path)), at);
  }
  const payload = body.roles.get("payload");
  /** @type {Path[]} */
  const seen = payload !== undefined && "path" in payload && !isCovered(body, "payload") ? [payload.path] : [];
  for (const { path, at } of pointers) {
    if (isInside(body, path)) continue;
    check(!seen.some((one) => overlap(one, path)), at);
    seen.push(path);
  }
}

/** @param {Role} role @returns {Value} */
const roleValue = (role) => ("constant" in role ? objectOf({ constant: role.constant }) : pointerOf(role.path));
/** @param {readonly (readonly [Path, Value])[]} members */
const byPointer = (members) => new Map(members.map(([path, value]) => [pointerOf(path), value]));
/** @param {readonly Path[]} paths */
const sortedPointers = (paths) => paths.map(pointerOf).sort(compareStrings);

/** @param {Body} body @param {Proof} proof @returns {Obj} the effective document without `name` [FORMAT-1] */
function effectiveDocument(body, proof) {
  const { keyId } = proof;
  const roles = [...proof.roles].map(([name, path]) => /** @type {const} */ ([name, pointerOf(path)]));
  return objectOf({
    format_type: FORMAT_TYPE, format_version: FORMAT_VERSION,
    body: objectOf({
      base: pointerOf(body.base), excluded: sortedPointers(body.excluded), required: byPointer(body.required), wrapper: body.wrapper,
      escape: body.escape, payload_wrapper: body.payloadWrapper, constants: byPointer(body.constants), time: body.time,
      roles: new Map([...body.roles].map(([name, role]) => [name, roleValue(role)])),
    }),
    proof: objectOf({
      roles: new Map(/** @type {[string, Value][]} */ ([...roles, ["key_id", "constant" in keyId ? roleValue(keyId) : sortedPointers(keyId)]])),
      constants: byPointer(proof.constants), algorithm_text: proof.algorithmText, signs: proof.signs, signature_text: proof.signatureText, id_text: proof.idText,
    }),
  });
}

/** @param {Body} body @param {Proof} proof @returns {number} pointers of the effective document */
function countPointers({ excluded, required, roles, constants }, proof) {
  const inBody = [...roles.values()].filter((role) => "path" in role).length;
  return 1 + excluded.length + required.length + inBody + constants.length + proofPointers(proof, true).length;
}

/** @param {Value} document @returns {Promise<DocumentFormat>} throws `format` [FORMAT-1, FORMAT-2] */
export async function readFormatDocument(document) {
  check(document instanceof Map, "");
  check(canonicalBytes(document).length <= MAX_BYTES, "");
  check(document.get("format_type") === FORMAT_TYPE, "/format_type");
  check(document.get("format_version") === FORMAT_VERSION, "/format_version");
  objectAt(document, "", ["format_type", "format_version", "name", "body", "proof"]);
  const name = document.get("name");
  check(typeof name === "string" && NAME.test(name) && name !== UNKNOWN && name !== INTEGRITY_1.name, "/name");
  const body = readBody(document.get("body"));
  const proof = readProof(document.get("proof"));
  check(countPointers(body, proof) <= MAX_POINTERS, "");
  const effective = effectiveDocument(body, proof);
  check(canonicalBytes(new Map([["name", name], ...effective])).length <= MAX_BYTES, "");
  ensureContent(body);
  ensureProof(body, proofPointers(proof, Array.isArray(document.get("proof").get("roles").get("key_id"))));
  const sha256 = await canonicalSha256(effective);
  check(name !== EVENT_1 || sha256 === EVENT_1_SHA256, "/name");
  return { name, sha256, effective, body: { ...body, key: canonicalJson(effective.get("body")) }, proof, isBinding: isBinding(body) };
}

/** @type {Promise<DocumentFormat> | null} */
let builtIn = null;

/** @returns {Promise<DocumentFormat>} the built-in document `pithbundle-event-1` */
export function event1() {
  builtIn ??= readFormatDocument(parseJson(utf8(EVENT_1_DOCUMENT)));
  return builtIn;
}
