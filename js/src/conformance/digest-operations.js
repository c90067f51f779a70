/**
 * The operations on the digests of a mirror, `vectors/README.md` section 2.
 *
 * @module
 */
import * as pith from "../../pithbundle.js";
import { lenientBase64 } from "../encoding/spellings.js";

/** @typedef {Record<string, any>} Args */

/** @param {string} text */
const linesOf = (text) => pith.readLeafLines(lenientBase64(text));
/** @param {readonly pith.LeafLine[]} lines */
const linesText = (lines) => pith.toBase64(pith.leafLinesBytes(lines));
/** @param {string} text */
const headOf = (text) => pith.readHead(lenientBase64(text));

/** @param {[string, string][]} files @returns {(name: string) => Uint8Array} */
function fetchOf(files) {
  const byName = new Map(files);
  return (name) => {
    const text = byName.get(name);
    if (text === undefined) throw new Error(`the file ${name} is missing`);
    return lenientBase64(text);
  };
}

/** @type {Record<string, (args: Args) => Promise<object> | object>} */
export const DIGEST_OPERATIONS = {
  digest_depth: ({ records }) => ({ depth: pith.depthOf(records) }),
  async digest_tree({ lines }) {
    const { root, depth, records, files } = await pith.buildTree(linesOf(lines));
    return { root, depth, records, files: [...files.keys()].sort() };
  },
  async read_tree({ root, records, files }) {
    return { lines: linesText(await pith.readTree(root, records, fetchOf(files))) };
  },
  async mirror_head({ data, key }) {
    const head = await headOf(data);
    const { content, sha256, message } = head;
    return { content: pith.toBase64(content), sha256, message: pith.toBase64(message), signature: await pith.headSignature(head, lenientBase64(key)) };
  },
  async mirror_delta({ before, after, previous }) {
    const bytes = await pith.deltaOf(linesOf(before), linesOf(after), previous);
    return { delta: bytes && pith.toBase64(bytes) };
  },
  async follow_deltas({ head, lines, files }) {
    const found = await pith.followDeltas(await headOf(head), linesOf(lines), fetchOf(files));
    return { lines: found && linesText(found) };
  },
  async contradiction({ heads, key }) {
    const [one, other] = await Promise.all(heads.map(headOf));
    const found = await pith.contradictionOf(one, other, lenientBase64(key));
    return { evidence: found && pith.toBase64(found.bytes) };
  },
  async verify_contradiction({ data, key }) {
    return { reason: await pith.verifyContradiction(lenientBase64(data), lenientBase64(key)) };
  },
};
