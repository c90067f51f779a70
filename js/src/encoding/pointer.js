/**
 * JSON pointers, RFC 6901.
 *
 * @module
 */
import { FORBIDDEN } from "./values.js";

/** @param {string} name */
export const escapeToken = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
/** What no string may contain becomes U+FFFD [ERR-1]. @param {readonly (string | number)[]} path */
export const pointerOf = (path) => path.map((part) => `/${escapeToken(String(part)).replace(FORBIDDEN, "\ufffd")}`).join("");
