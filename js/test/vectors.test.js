/** Every committed conformance vector, through the operations of the worker. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { operations } from "../operations.js";
import { run } from "../vectors.js";

const ROOT = new URL("../../vectors/", import.meta.url);
const STAGES = ["json", "cbor", "number", "record", "signature", "policy", "event", "receipt", "check", "merge", "equivocation", "mirror", "real"];

/** @param {string} path */
const read = async (path) => new Uint8Array(await readFile(new URL(path, ROOT)));

for (const stage of STAGES) {
  const names = (await readdir(new URL(`${stage}/`, ROOT)).catch(() => [])).filter((name) => name.endsWith(".json"));
  for (const name of names) {
    const text = new TextDecoder().decode(await read(`${stage}/${name}`));
    // `real` holds the registry's own files beside the vectors.
    if (!text.slice(0, 200).includes('"vectors_version"')) continue;
    test(`vectors/${stage}/${name}`, async (t) => {
      const { passed, unsupported, failed } = await run(JSON.parse(text), read, operations);
      t.diagnostic(`${passed} passed, ${unsupported} of operations not built`);
      assert.deepEqual(failed, []);
      assert.ok(passed + unsupported > 0);
    });
  }
}
