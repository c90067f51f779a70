/** Where tests find data, as `tests/shared_data.py` has it, and a skip that CI turns into a failure. */
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const REPO = new URL("../../", import.meta.url);

/** @param {string} path in the repository */
export const file = (path) => new Uint8Array(readFileSync(new URL(path, REPO)));
/** @param {Uint8Array} bytes */
export const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

const folder = process.env.PITHBUNDLE_CORPORA;
const CORPORA = folder === undefined ? fileURLToPath(new URL("../shared/corpora/", REPO)) : `${folder}/`;

/** @param {string} name */
export const corpus = (name) => new Uint8Array(readFileSync(CORPORA + name));

/** A test that needs a public corpus. @param {string} name @param {string} needs @param {() => void | Promise<void>} body */
export function corpusTest(name, needs, body) {
  const missing = !existsSync(CORPORA + needs);
  const skip = missing && process.env.PITHBUNDLE_NO_SKIP !== "1" ? `${needs} is not in ${CORPORA}; PITHBUNDLE_CORPORA names the folder of the test data` : false;
  test(name, { skip }, body);
}
