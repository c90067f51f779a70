/** Every committed conformance vector, through the operations of the worker. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { operations } from "../src/conformance/operations.js";
import { run } from "../src/conformance/vectors.js";

const ROOT = new URL("../../vectors/", import.meta.url);
const STAGES = ["json", "cbor", "number", "record", "signature", "policy", "event", "receipt", "check", "merge", "equivocation", "mirror", "real"];

/** @param {string} path */
const read = async (path) => new Uint8Array(await readFile(new URL(path, ROOT)));

for (const stage of STAGES) {
  // A stage that is not there is a failure: nothing would be shown of it.
  const names = (await readdir(new URL(`${stage}/`, ROOT))).filter((name) => name.endsWith(".json"));
  test(`vectors/${stage} has vectors`, () => assert.ok(names.length > 0));
  for (const name of names) {
    const text = new TextDecoder().decode(await read(`${stage}/${name}`));
    // `real` also contains files of the registry.
    if (!text.slice(0, 200).includes('"vectors_version"')) continue;
    test(`vectors/${stage}/${name}`, async (t) => {
      const file = JSON.parse(text);
      const { passed, unsupported, failed } = await run(file, read, operations);
      t.diagnostic(`${passed} passed, ${unsupported} of operations not built`);
      assert.deepEqual(failed, []);
      // Every request that the file makes has an outcome.
      const count = file.vectors.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + 1 + (one.variants ?? []).length, 0);
      assert.ok(count > 0);
      assert.equal(passed + unsupported, count);
    });
  }
}
