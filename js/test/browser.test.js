/** The vectors in headless Chromium, from a page on localhost. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { REPO, shared, skip } from "./chromium.js";

const STAGES = ["json", "cbor", "number", "record", "signature", "policy", "event", "receipt", "check", "merge", "equivocation", "mirror", "real"];

test("every vector, in Chromium", { skip }, async (t) => {
  const paths = [];
  let count = 0;
  for (const stage of STAGES) {
    for (const name of await readdir(new URL(`vectors/${stage}/`, REPO))) {
      const path = `vectors/${stage}/${name}`;
      const text = name.endsWith(".json") ? await readFile(new URL(path, REPO), "utf8") : "";
      if (!text.slice(0, 200).includes('"vectors_version"')) continue;
      paths.push(`/${path}`);
      for (const vector of JSON.parse(text).vectors) count += 1 + (vector.variants ?? []).length;
    }
  }
  const page = await shared.browser.newPage();
  // Any page of the origin will do that does not forbid to fetch.
  await page.goto(`${shared.origin}/js/page.css`);
  const found = await page.evaluate(async (/** @type {string[]} */ all) => {
    const at = (/** @type {string} */ path) => new URL(path, location.href).href;
    const { run } = await import(at("/js/src/conformance/vectors.js"));
    const { operations } = await import(at("/js/src/conformance/operations.js"));
    const read = async (/** @type {string} */ path) => new Uint8Array(await (await fetch(`/vectors/${path}`)).arrayBuffer());
    const sum = { passed: 0, unsupported: 0, failed: /** @type {string[]} */ ([]) };
    for (const path of all) {
      const { passed, unsupported, failed } = await run(await (await fetch(path)).json(), read, operations);
      sum.passed += passed;
      sum.unsupported += unsupported;
      sum.failed.push(...failed.map((/** @type {string} */ one) => `${path} ${one}`));
    }
    return sum;
  }, paths);
  t.diagnostic(`${shared.browser.version()}: ${found.passed} passed, ${found.unsupported} of operations not built`);
  assert.deepEqual(found.failed, []);
  // Every request of every file has an outcome.
  assert.equal(found.passed + found.unsupported, count);
  assert.ok(found.passed > 1000);
  await page.close();
});
