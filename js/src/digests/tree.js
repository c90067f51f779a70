/**
 * The tree of digests of a mirror: leaf lines, files, their names [MIRROR-1 to MIRROR-3].
 *
 * @module
 */
import { ensure } from "../errors.js";
import { concatBytes, decodeUtf8, utf8 } from "../encoding/bytes.js";
import { sha256Hex } from "../encoding/digest.js";
import { fromHex } from "../encoding/spellings.js";

/** The suffix of a record and its digest. @typedef {readonly [string, string]} LeafLine */
/** Returns a file by its name, 64 hex digits. @typedef {(name: string) => Promise<Uint8Array> | Uint8Array} Fetch */
/** @typedef {{ root: string, depth: number, records: number, files: Map<string, Uint8Array> }} Tree */

const RECORDS_OF_A_LEAF = 128;
const MAX_DEPTH = 6;
const NODE_BYTES = 4096;
const LEAF_BYTES = 65536;
const LEAF_LINE = /^([A-Z2-7]{26}) ([0-9a-f]{32})$/;
const NODE_LINE = /^([A-Z2-7]{1,6}) ([0-9a-f]{64})$/;

/** @param {string[]} digests canonical hash, `events_sha256`, `state_sha256`, `unverified_sha256`, in hex [MIRROR-1] */
export const leafDigest = async (...digests) => (await sha256Hex(concatBytes(digests.map((one) => fromHex(one, 32))))).slice(0, 32);

/** @param {number} records @returns {number} [MIRROR-2] */
export function depthOf(records) {
  let depth = 0;
  while (depth < MAX_DEPTH && records > RECORDS_OF_A_LEAF * 32 ** depth) depth++;
  return depth;
}

/**
 * The lines of a file without their line feeds.
 * @param {Uint8Array} bytes @returns {string[]}
 */
export function splitLines(bytes) {
  const lines = (decodeUtf8(bytes) ?? "?").split("\n");
  ensure(lines.pop() === "", "digest_invalid");
  return lines;
}

/**
 * Lines in their form, in the order of what each begins with, none of them twice.
 * @param {Uint8Array} bytes @param {RegExp} form @param {string} prefix of all of them
 * @returns {LeafLine[]}
 */
function readLines(bytes, form, prefix) {
  let last = "";
  return splitLines(bytes).map((line) => {
    const match = form.exec(line);
    ensure(match !== null && match[1].startsWith(prefix) && match[1] > last, "digest_invalid");
    last = match[1];
    return [match[1], match[2]];
  });
}

/** @param {Uint8Array} bytes @returns {LeafLine[]} [MIRROR-1] */
export const readLeafLines = (bytes) => readLines(bytes, LEAF_LINE, "");
/** @param {readonly LeafLine[]} lines */
export const leafLinesBytes = (lines) => utf8(lines.map(([suffix, digest]) => `${suffix} ${digest}\n`).join(""));

/** @param {readonly LeafLine[]} lines in the order of their suffixes @returns {Promise<Tree>} [MIRROR-2] */
export async function buildTree(lines) {
  const depth = depthOf(lines.length);
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  /** @param {Uint8Array} content */
  const put = async (content) => {
    const name = await sha256Hex(content);
    files.set(name, content);
    return name;
  };
  /** @param {string} prefix @param {readonly LeafLine[]} below @returns {Promise<string>} the name of its file */
  const fileOf = async (prefix, below) => {
    if (prefix.length === depth) {
      const content = leafLinesBytes(below);
      ensure(content.length <= LEAF_BYTES, "digest_invalid");
      return put(content);
    }
    let text = "";
    for (let start = 0, end = 0; start < below.length; start = end) {
      const child = below[start][0].slice(0, prefix.length + 1);
      while (end < below.length && below[end][0].startsWith(child)) end++;
      text += `${child} ${await fileOf(child, below.slice(start, end))}\n`;
    }
    return put(utf8(text));
  };
  return { root: await fileOf("", lines), depth, records: lines.length, files };
}

/**
 * A file, if it is that of its name.
 * @param {string} name @param {Fetch} fetch @param {number} limit bytes @returns {Promise<Uint8Array>}
 */
export async function fetchFile(name, fetch, limit) {
  const bytes = await fetch(name);
  ensure(bytes.length <= limit && (await sha256Hex(bytes)) === name, "digest_invalid");
  return bytes;
}

/**
 * All lines of the tree that a head names.
 * @param {string} root @param {number} records @param {Fetch} fetch @returns {Promise<LeafLine[]>} [MIRROR-3]
 */
export async function readTree(root, records, fetch) {
  const depth = depthOf(records);
  /** @type {LeafLine[]} */
  const found = [];
  /** @param {string} prefix @param {string} name @returns {Promise<void>} */
  const read = async (prefix, name) => {
    const isLeaf = prefix.length === depth;
    const bytes = await fetchFile(name, fetch, isLeaf ? LEAF_BYTES : NODE_BYTES);
    const lines = readLines(bytes, isLeaf ? LEAF_LINE : NODE_LINE, prefix);
    ensure(lines.length > 0 || records === 0, "digest_invalid");
    if (isLeaf) found.push(...lines);
    ensure(found.length <= records, "digest_invalid");
    for (const [child, childName] of isLeaf ? [] : lines) {
      ensure(child.length === prefix.length + 1, "digest_invalid");
      await read(child, childName);
    }
  };
  await read("", root);
  ensure(found.length === records, "digest_invalid");
  return found;
}
