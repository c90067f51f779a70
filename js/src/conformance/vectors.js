/**
 * Reads vector files by the contract of `vectors/README.md` section 3 and judges answers, in Node and in a page.
 *
 * @module
 */
import { concatBytes, utf8 } from "../encoding/bytes.js";
import { sha256Hex } from "../encoding/digest.js";
import { lenientBase64, toBase64 } from "../encoding/spellings.js";

/** @typedef {(path: string) => Promise<Uint8Array>} ReadFile a path under `vectors` */
/** @typedef {{ name: string, op: string, args: any, expect: any }} Request */
/** @typedef {{ op: string, args: any }} Asked */

/** Operations that an implementation may leave out; of the others `unsupported` is a failure. */
const EXTRA = [
  "status", "timeline", "proof", "verify_proof", "compare", "export", "accumulate", "leaf_line", "digest_depth", "digest_tree", "read_tree",
  "mirror_head", "mirror_delta", "follow_deltas", "contradiction", "verify_contradiction",
];
const FORMS = ["$text", "$hex", "$base64", "$concat", "$repeat", "$part", "$file", "$bundle"];

/** @param {any} value @returns {string | null} the form of BYTES, where it is that */
function formOf(value) {
  const names = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : [];
  return names.length === 1 && FORMS.includes(names[0]) ? names[0] : null;
}

/** @param {any} bytes @param {any} parts @param {ReadFile} read @returns {Promise<Uint8Array>} */
async function toBytes(bytes, parts, read) {
  const form = formOf(bytes);
  const inner = (/** @type {any} */ one) => toBytes(one, parts, read);
  const part = (/** @type {string} */ name) => inner(parts[name]);
  switch (form) {
    case "$text": return utf8(bytes.$text);
    case "$hex": return Uint8Array.from(bytes.$hex.match(/../g) ?? [], (/** @type {string} */ pair) => parseInt(pair, 16));
    case "$base64": return lenientBase64(bytes.$base64);
    case "$concat": return concatBytes(await Promise.all(bytes.$concat.map(inner)));
    case "$repeat": {
      const [one, times] = bytes.$repeat;
      const unit = await inner(one);
      const out = new Uint8Array(unit.length * times);
      for (let i = 0; i < times; i++) out.set(unit, i * unit.length);
      return out;
    }
    case "$part": return part(bytes.$part);
    case "$file": return read(bytes.$file);
    case "$bundle": {
      const [frame, ...events] = await Promise.all(bytes.$bundle.map(part));
      return concatBytes([frame, ...events.flatMap((event, i) => (i === 0 ? [event] : [utf8(","), event])), utf8("]}")]);
    }
    default: throw new Error(`not BYTES: ${JSON.stringify(bytes)}`);
  }
}

/** BYTES anywhere become base64. @param {any} value @param {any} parts @param {ReadFile} read @returns {Promise<any>} */
async function expanded(value, parts, read) {
  if (formOf(value) !== null) return toBase64(await toBytes(value, parts, read));
  if (Array.isArray(value)) return Promise.all(value.map((one) => expanded(one, parts, read)));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, one]) => [name, await expanded(one, parts, read)])));
}

/** The requests of a vector file: each vector, and each of its variants. @param {any} file @param {ReadFile} read */
export async function* requests(file, read) {
  const parts = file.parts ?? {};
  for (const vector of file.vectors) {
    const { id, op } = vector;
    const args = await expanded(vector.args, parts, read);
    const expect = await expanded(vector.expect, parts, read);
    yield /** @type {Request} */ ({ name: id, op, args, expect });
    for (const variant of vector.variants ?? []) {
      const changed = await expanded(variant.expect?.ok ?? {}, parts, read);
      const ok = expect.ok && { ...expect.ok, ...changed };
      yield { name: `${id} ${variant.name}`, op, args: { ...args, ...(await expanded(variant.args ?? {}, parts, read)) }, expect: { ...expect, ...(ok && { ok }) } };
    }
  }
}

/** @param {any} wanted @param {any} found @param {string} at @returns {Promise<string | null>} the first difference */
async function difference(wanted, found, at) {
  if (wanted !== null && typeof wanted === "object" && !Array.isArray(wanted) && Object.keys(wanted).join() === "$sha256") {
    const digest = typeof found === "string" ? await sha256Hex(lenientBase64(found)) : null;
    return digest === wanted.$sha256 ? null : `${at}: digest ${digest}`;
  }
  if (wanted === null || typeof wanted !== "object" || found === null || typeof found !== "object") {
    return wanted === found ? null : `${at}: ${JSON.stringify(found)?.slice(0, 200)}, wanted ${JSON.stringify(wanted)?.slice(0, 200)}`;
  }
  const names = Object.keys(wanted);
  if (Array.isArray(wanted) !== Array.isArray(found) || names.length !== Object.keys(found).length) return `${at}: ${JSON.stringify(found).slice(0, 200)}, wanted ${JSON.stringify(wanted).slice(0, 200)}`;
  for (const name of names) {
    const inner = Object.hasOwn(found, name) ? await difference(wanted[name], found[name], `${at}/${name}`) : `${at}/${name} is missing`;
    if (inner !== null) return inner;
  }
  return null;
}

/** @param {any} expect @param {any} answer @returns {Promise<string | null>} what is wrong, null where it passes */
export async function judge(expect, answer) {
  if (expect.error) {
    if (!answer.error) return `wanted ${expect.error.code}, got ${JSON.stringify(answer).slice(0, 200)}`;
    for (const name of ["code", "pointer", "offset"]) {
      const wanted = expect.error[name] ?? null;
      const found = answer.error[name] ?? null;
      if (wanted !== null && (found !== null || name === "code") && found !== wanted) return `${name}: ${found}, wanted ${wanted}`;
    }
    return null;
  }
  if (!answer.ok) return `wanted ok, got ${JSON.stringify(answer).slice(0, 200)}`;
  for (const [name, wanted] of Object.entries(expect.ok)) {
    const found = await difference(wanted, answer.ok[name], `/${name}`);
    if (found !== null) return found;
  }
  return null;
}

/**
 * @param {any} file @param {ReadFile} read @param {(op: string, args: any) => Promise<any>} ask
 * @returns {Promise<{ passed: number, unsupported: number, failed: string[] }>}
 */
export async function run(file, read, ask) {
  const result = { passed: 0, unsupported: 0, failed: /** @type {string[]} */ ([]) };
  for await (const { name, op, args, expect } of requests(file, read)) {
    const answer = await ask(op, args);
    if (answer.unsupported && EXTRA.includes(op)) result.unsupported++;
    else {
      const wrong = await judge(expect, answer);
      if (wrong === null) result.passed++;
      else result.failed.push(`${name}: ${wrong}`);
    }
  }
  return result;
}
