/**
 * What the content of a format contains, and whether the format binds: computed, never declared [FORMAT-2, FORMAT-4].
 *
 * @module
 */
/** @import { Body, BodyRole } from "./event-formats.js" */
/** @import { Path } from "./format-pointers.js" */
import { isAtOrAbove, overlap } from "./format-pointers.js";

/** @typedef {Pick<Body, "base" | "excluded">} Content */

/** @param {Content} content @param {Path} path @returns {boolean} whether it is a part of the content */
export const isInside = ({ base, excluded }, path) => isAtOrAbove(base, path) && !excluded.some((one) => isAtOrAbove(one, path));

/** @param {Content} content @param {Path} path @returns {boolean} whether it and the content have nothing in common */
export const isOutside = ({ base, excluded }, path) => excluded.some((one) => isAtOrAbove(one, path)) || !overlap(base, path);

/** @param {Content} content @param {Path} path @returns {boolean} whether it is a part of the content with all that is below it */
export const isWhole = (content, path) => isInside(content, path) && !content.excluded.some((one) => isAtOrAbove(path, one));

/** @param {Body} body @param {BodyRole} name @returns {boolean} whether it is a constant, or its pointer is covered */
export function isCovered(body, name) {
  const role = body.roles.get(name);
  return role !== undefined && ("constant" in role || isWhole(body, role.path));
}

/** @param {Body} body @returns {boolean} [FORMAT-4] */
export function isBinding(body) {
  const isPayloadCovered = isCovered(body, "payload") || body.roles.has("payload_sha256");
  return isPayloadCovered && /** @type {BodyRole[]} */ (["event_type", "subject", "target", "created_at", "signer_id"]).every((name) => isCovered(body, name));
}
