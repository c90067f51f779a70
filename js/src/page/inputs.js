/**
 * Reads and checks the files that a page was given: what could be checked, and what was rejected and why.
 *
 * @module
 */
/** @import { Policy } from "../../pithbundle.js" */
/** @import { Value } from "../encoding/values.js" */
/** @import { Part, Rejection } from "../report.js" */
import { BUNDLE_LIMITS, PithError, check, readBundle, readPolicy, readRecord } from "../../pithbundle.js";
import { detailAt } from "../report.js";
import { documentOf, kindOf } from "./recognise.js";

/** @typedef {{ name: string, size: number, bytes: (onRead?: (count: number) => void) => Promise<Uint8Array> }} Input */
/** @typedef {Rejection & { kind: string }} NamedRejection `kind`: what the file is, where that is known */
/** @typedef {{ name: string, done: number, of: number, activity: "reading" | "checking" }} Progress files or bytes that are done */

/** Bytes of an input that are shown from the offset of a fault. */
const EXCERPT = 24;

/** @param {Uint8Array} bytes @param {Value | undefined} document @param {PithError} error @returns {Promise<string>} may quote text of the input */
async function detailOf(bytes, document, { code, pointer, offset }) {
  if (code === "size" && pointer === null && offset === null) return `it has ${bytes.length} bytes; the limit is ${BUNDLE_LIMITS.size}`;
  if (offset !== null) {
    const rest = new TextDecoder().decode(bytes.subarray(offset, offset + EXCERPT));
    return rest === "" ? "the file ends there" : `there it has ${JSON.stringify(rest)}`;
  }
  const detail = detailAt(document, pointer);
  if (!(document instanceof Map) || !["/canonical_sha256", "/pith_number"].includes(pointer ?? "")) return detail;
  const { sha256, pithNumber } = await readRecord(document.get("canonical_record"), "/canonical_record");
  return `${detail}; recomputed from the record it is ${pointer === "/pith_number" ? pithNumber : sha256}`;
}

/** @param {Input} input @param {Uint8Array} bytes @param {unknown} error @returns {Promise<NamedRejection>} */
async function rejection({ name }, bytes, error) {
  if (!(error instanceof PithError)) throw error;
  const document = documentOf(bytes);
  const owner = error.pointer?.startsWith("/canonical_record") ? "record" : error.pointer === null ? null : "bundle";
  return { file: name, error, owner, detail: await detailOf(bytes, document, error), kind: kindOf(bytes, document) };
}

/**
 * The bytes of an input, or why it is rejected. A browser reports a file that cannot be read as a
 * DOMException; anything else is a fault of this program, and is thrown.
 *
 * @param {Input} input @param {(count: number) => void} [onRead] @returns {Promise<Uint8Array | PithError>}
 */
async function bytesOf(input, onRead) {
  if (input.size > BUNDLE_LIMITS.size) return new PithError("size");
  try {
    return await input.bytes(onRead);
  } catch (error) {
    if (error instanceof DOMException) return new PithError("io");
    throw error;
  }
}

/**
 * @param {readonly Input[]} inputs @param {Policy} policy @param {(progress: Progress) => unknown} onProgress waited for, so that a page can be painted
 * @returns {Promise<{ parts: Part[], rejected: NamedRejection[] }>}
 */
export async function checkInputs(inputs, policy, onProgress) {
  /** @type {Part[]} */
  const parts = [];
  /** @type {NamedRejection[]} */
  const rejected = [];
  const of = inputs.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const input of inputs) {
    const { name, size } = input;
    await onProgress({ name, done: before, of, activity: "reading" });
    const bytes = await bytesOf(input, (count) => void onProgress({ name, done: before + count, of, activity: "reading" }));
    before += size;
    if (bytes instanceof PithError) {
      const detail = bytes.code === "size" ? `it has ${size} bytes; the limit is ${BUNDLE_LIMITS.size}` : "";
      rejected.push({ file: name, error: bytes, owner: null, detail, kind: "" });
      continue;
    }
    await onProgress({ name, done: before, of, activity: "checking" });
    try {
      const bundle = await readBundle(bytes);
      parts.push({ file: name, checked: await check(bundle, policy), values: bundle.elements });
    } catch (error) {
      rejected.push(await rejection(input, bytes, error));
    }
  }
  return { parts, rejected };
}

/** @param {Input | null} input null for the built-in policy @returns {Promise<Policy | NamedRejection>} */
export async function policyOf(input) {
  if (input === null) return readPolicy(null);
  const bytes = await bytesOf(input);
  if (bytes instanceof PithError) return { file: input.name, error: bytes, owner: null, detail: "", kind: "" };
  try {
    return await readPolicy(bytes);
  } catch (error) {
    return { ...(await rejection(input, bytes, error)), owner: null };
  }
}
