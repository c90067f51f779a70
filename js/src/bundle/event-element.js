/**
 * What an element contains outside of its content: the pointers of its proof and of a hashed payload. From them
 * follow the unsigned members of an element, and the element that is exported [EVT-5, FORMAT-12].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { DocumentFormat } from "./event-formats.js" */
/** @import { Path } from "./format-pointers.js" */
import { compareStrings } from "../encoding/bytes.js";
import { pointerOf } from "../encoding/pointer.js";
import { signatureText } from "./event-texts.js";
import { isCovered, isInside, isWhole } from "./format-coverage.js";
import { isAtOrAbove, isIndex } from "./format-pointers.js";

/** @param {DocumentFormat} format @returns {Path[]} of its proof and of a payload that its content hashes, where they are no part of the content */
function outsidePointers({ body, proof }) {
  const payload = body.roles.get("payload");
  const isHashed = body.roles.has("payload_sha256") && !isCovered(body, "payload");
  return [
    ...(isHashed && payload !== undefined && "path" in payload ? [payload.path] : []),
    ...[...proof.roles.values(), ...("constant" in proof.keyId ? [] : proof.keyId), ...proof.constants.map(([path]) => path)].filter((path) => !isInside(body, path)),
  ];
}

/** @param {Obj} element @param {DocumentFormat} format that reads it @returns {string[]} sorted pointers [EVT-5] */
export function unsignedMembers(element, format) {
  const { body } = format;
  const outside = outsidePointers(format);
  /** @type {string[]} */
  const out = [];
  /** @param {Obj | any[]} container @param {Path} path of it */
  const visit = (container, path) => {
    const members = container instanceof Map ? container : container.map((value, i) => /** @type {[string, Value]} */ ([String(i), value]));
    for (const [token, value] of members) {
      const at = [...path, token];
      // An item of an array that no token indexes is at no pointer.
      const isReached = container instanceof Map || isIndex(token);
      if (isReached && (isWhole(body, at) || outside.some((one) => isAtOrAbove(one, at)))) continue;
      // Whether a covered pointer or one of the proof is below.
      const isPassed = isReached && (isAtOrAbove(at, body.base) || isInside(body, at) || outside.some((one) => isAtOrAbove(at, one)));
      const isPresent = value !== null || !(isPassed || Array.isArray(container));
      if (isPassed && (value instanceof Map || Array.isArray(value))) visit(value, at);
      else if (isPresent) out.push(pointerOf(at));
    }
  };
  visit(element, []);
  return out.sort(compareStrings);
}

/** @param {readonly Path[]} outside @param {Path} path @returns {boolean} whether the container at a path is written as an array [FORMAT-12] */
function isArray(outside, path) {
  const next = outside.filter((one) => one.length > path.length && isAtOrAbove(path, one)).map((one) => one[path.length]);
  return next.length > 0 && next.every(isIndex);
}

/**
 * @param {Value | undefined} container at a path, not changed @param {Path} path @param {Path} rest @param {Value} value
 * @param {(path: Path) => boolean} isArrayAt where there is no container yet
 * @returns {Value} a container with the value at the rest of the path
 */
function withValue(container, path, rest, value, isArrayAt) {
  if (rest.length === 0) return value;
  const [token, ...below] = rest;
  const inner = (/** @type {Value | undefined} */ found) => withValue(found ?? undefined, [...path, token], below, value, isArrayAt);
  if (Array.isArray(container) || (container === undefined && isArrayAt(path))) {
    const items = Array.isArray(container) ? [...container] : [];
    while (items.length <= Number(token)) items.push(null);
    items[Number(token)] = inner(items[Number(token)]);
    return items;
  }
  const members = new Map(container instanceof Map ? container : []);
  return members.set(token, inner(members.get(token)));
}

/**
 * @typedef {object} ExportedParts of a valid event
 * @property {Obj} content
 * @property {Obj} payload
 * @property {{ keyId: string, fingerprint: string }} key
 * @property {Uint8Array} signature
 * @property {string} id
 */

/** @param {DocumentFormat} format @param {ExportedParts} parts @returns {Obj} [FORMAT-12] */
export function elementOf(format, { content, payload, key, signature, id }) {
  const { body, proof } = format;
  const outside = outsidePointers(format);
  /** @type {Value} */
  let element = withValue(undefined, [], body.base, content, () => false);
  const role = body.roles.get("payload");
  const hashed = role !== undefined && "path" in role && outside.includes(role.path) ? role.path : null;
  // First, since only objects lead to it.
  if (hashed !== null) element = withValue(element, [], hashed, payload, () => false);
  const ofProof = outside.filter((path) => path !== hashed);
  const write = (/** @type {Path | undefined} */ path, /** @type {Value} */ value) => {
    if (path !== undefined && ofProof.includes(path)) element = withValue(element, [], path, value, (at) => isArray(ofProof, at));
  };
  write(proof.roles.get("signature"), signatureText(signature, proof.signatureText));
  write(proof.roles.get("event_id"), proof.idText === "hex" ? id.slice(7) : id);
  if (!("constant" in proof.keyId)) for (const path of proof.keyId) write(path, key.keyId);
  write(proof.roles.get("fingerprint"), key.fingerprint);
  write(proof.roles.get("algorithm"), proof.algorithmText);
  for (const [path, constant] of proof.constants) write(path, constant);
  return /** @type {Obj} */ (element);
}
