/**
 * The one error of the package.
 *
 * @module
 */

/** The only error that this package throws for any input [ERR-1]. */
export class PithError extends Error {
  /**
   * @param {string} code one of ERR-2
   * @param {string | null} [pointer] RFC 6901: the member at fault
   * @param {number | null} [offset] bytes from the start of the input to the token or item at fault
   */
  constructor(code, pointer = null, offset = null) {
    super(`${code}${pointer === null ? "" : ` at ${pointer || "the top"}`}`);
    this.name = "PithError";
    this.code = code;
    this.pointer = pointer;
    this.offset = offset;
  }
}

/**
 * Throws unless a requirement is met.
 * @param {boolean} holds @param {string} code @param {string | null} [pointer] @returns {asserts holds}
 */
export function ensure(holds, code, pointer = null) {
  if (!holds) throw new PithError(code, pointer);
}
