/**
 * The changes between two generations of a tree of digests [MIRROR-5].
 *
 * @module
 */
/** @import { Head } from "./head.js" */
/** @import { Fetch, LeafLine } from "./tree.js" */
import { ensure } from "../errors.js";
import { utf8 } from "../encoding/bytes.js";
import { buildTree, fetchFile, splitLines } from "./tree.js";

/** The digests of a record before and after; null where it is not listed. @typedef {readonly [string | null, string | null]} Change */

const TITLE = "pithbundle mirror delta v1";
const DELTA_BYTES = 1048576;
const MAX_DELTAS = 64;
const HEADING = /^from ([0-9a-f]{64})\nto ([0-9a-f]{64})\nprevious (none|[0-9a-f]{64})$/;
const CHANGE = /^(?:(\+|-) ([A-Z2-7]{26}) ([0-9a-f]{32})|(~) ([A-Z2-7]{26}) ([0-9a-f]{32}) ([0-9a-f]{32}))$/;

/** @param {string} suffix @param {Change} change */
function changeLine(suffix, [before, after]) {
  if (before === null) return `+ ${suffix} ${after}\n`;
  return after === null ? `- ${suffix} ${before}\n` : `~ ${suffix} ${before} ${after}\n`;
}

/**
 * The file of the changes, or null if it would be too large.
 * @param {readonly LeafLine[]} before @param {readonly LeafLine[]} after each in the order of the suffixes
 * @param {string | null} previous the delta that leads to the root before @returns {Promise<Uint8Array | null>}
 */
export async function deltaOf(before, after, previous) {
  const [old, now] = [new Map(before), new Map(after)];
  const suffixes = [...new Set([...old.keys(), ...now.keys()])].sort();
  const [from, to] = [(await buildTree(before)).root, (await buildTree(after)).root];
  const changes = suffixes.flatMap((suffix) => {
    const [left, right] = [old.get(suffix) ?? null, now.get(suffix) ?? null];
    return left === right ? [] : [changeLine(suffix, [left, right])];
  });
  const bytes = utf8(`${TITLE}\nfrom ${from}\nto ${to}\nprevious ${previous ?? "none"}\n${changes.join("")}`);
  return bytes.length > DELTA_BYTES ? null : bytes;
}

/** @param {string} line @returns {[string, Change]} */
function readChange(line) {
  const match = CHANGE.exec(line);
  ensure(match !== null && (match[4] === undefined || match[6] !== match[7]), "digest_invalid");
  if (match[4] !== undefined) return [match[5], [match[6], match[7]]];
  return match[1] === "+" ? [match[2], [null, match[3]]] : [match[2], [match[3], null]];
}

/** @param {Uint8Array} bytes @returns {{ from: string, to: string, previous: string | null, changes: [string, Change][] }} */
function readDelta(bytes) {
  const lines = splitLines(bytes);
  ensure(lines[0] === TITLE, "version");
  const heading = HEADING.exec(lines.slice(1, 4).join("\n"));
  ensure(heading !== null, "digest_invalid");
  const changes = lines.slice(4).map(readChange);
  changes.forEach(([suffix], i) => ensure(i === 0 || changes[i - 1][0] < suffix, "digest_invalid"));
  return { from: heading[1], to: heading[2], previous: heading[3] === "none" ? null : heading[3], changes };
}

/**
 * The lines of a head, from those of an earlier root; null if the deltas do not reach back to it.
 * @param {Head} head @param {readonly LeafLine[]} held @param {Fetch} fetch @returns {Promise<LeafLine[] | null>}
 */
export async function followDeltas({ members }, held, fetch) {
  const start = (await buildTree(held)).root;
  let [wanted, name] = [members.get("root"), members.get("delta") ?? null];
  const chain = [];
  while (wanted !== start) {
    if (name === null || chain.length === MAX_DELTAS) return null;
    const delta = readDelta(await fetchFile(name, fetch, DELTA_BYTES));
    ensure(delta.to === wanted, "digest_invalid");
    chain.push(delta);
    [wanted, name] = [delta.from, delta.previous];
  }
  const lines = new Map(held);
  for (const { changes } of chain.reverse()) {
    for (const [suffix, [before, after]] of changes) {
      ensure((lines.get(suffix) ?? null) === before, "digest_invalid");
      if (after === null) lines.delete(suffix);
      else lines.set(suffix, after);
    }
  }
  const result = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  const { root, records } = await buildTree(result);
  ensure(root === members.get("root") && records === members.get("records"), "digest_invalid");
  return result;
}
