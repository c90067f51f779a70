/**
 * One digest over many merges, by the recipe of `vectors/accumulated.md`.
 *
 * @module
 */
/** @import { CheckedBundle, ValidEvent } from "../verify/verdicts.js" */
import { PithError } from "../errors.js";
import { utf8 } from "../encoding/bytes.js";
import { sha256, sha256Hex } from "../encoding/digest.js";
import { stateBytes, stateOf } from "../merge/state.js";

/**
 * @param {CheckedBundle} bundle of events that are all valid @param {string} seed @param {number} count of merges
 * @returns {Promise<string>} hex
 */
export async function accumulate({ record, elements }, seed, count) {
  const digests = new Uint8Array(32 * count);
  for (let index = 0; index < count; index++) {
    const block = await sha256(utf8(`${seed}/${index}`));
    /** @type {Map<string, ValidEvent>} */
    const drawn = new Map();
    // Two bundles, with one bit of eight bytes for each event; neither order nor overlap matters.
    for (const first of [0, 8]) {
      elements.slice(0, 64).forEach(({ valid }, i) => {
        if (((block[first + 7 - (i >> 3)] >> (i & 7)) & 1) === 0) return;
        if (valid === null) throw new PithError("type");
        drawn.set(valid.id, valid);
      });
    }
    digests.set(await sha256(stateBytes(stateOf(record, [...drawn.values()]), drawn.size)), 32 * index);
  }
  return sha256Hex(digests);
}
