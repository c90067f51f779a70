/** Every broken variant of the module is caught by the vector that `broken.js` names for it. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { requests, judge } from "../vectors.js";
import { BROKEN } from "./broken.js";

const JS = new URL("../", import.meta.url);
const VECTORS = new URL("../../vectors/", import.meta.url);
const source = await readFile(new URL("pithbundle.js", JS), "utf8");

/** @param {string} path */
const read = async (path) => new Uint8Array(await readFile(new URL(path, VECTORS)));

/** The file that holds a vector, with that vector alone. @param {string} id @returns {Promise<any>} */
async function fileOf(id) {
  const stage = id.split("/")[0];
  for (const name of await readdir(new URL(`${stage}/`, VECTORS))) {
    if (!name.endsWith(".json")) continue;
    const file = JSON.parse(await readFile(new URL(`${stage}/${name}`, VECTORS), "utf8"));
    const vectors = file.vectors?.filter((/** @type {any} */ vector) => vector.id === id) ?? [];
    if (vectors.length > 0) return { ...file, vectors };
  }
  throw new Error(`no vector ${id}`);
}

test("at least twenty variants, each with its own title", () => {
  assert.ok(BROKEN.length >= 20);
  assert.equal(new Set(BROKEN.map(({ title }) => title)).size, BROKEN.length);
});

for (const { title, find, put, vector } of BROKEN) {
  test(`${title}: ${vector}`, async () => {
    assert.equal(source.split(find).length, 2, "the text to change must stand once in pithbundle.js");
    const folder = await mkdtemp(join(tmpdir(), "pithbundle-"));
    try {
      await writeFile(join(folder, "package.json"), '{"type": "module"}');
      await writeFile(join(folder, "pithbundle.js"), source.replace(find, () => put));
      await copyFile(new URL("operations.js", JS), join(folder, "operations.js"));
      const { operations } = await import(pathToFileURL(join(folder, "operations.js")).href);
      const sound = (await import("../operations.js")).operations;
      let caught = 0;
      for await (const { name, op, args, expect } of requests(await fileOf(vector), read)) {
        assert.equal(await judge(expect, await sound(op, args)), null, name);
        if ((await judge(expect, await operations(op, args))) !== null) caught++;
      }
      assert.ok(caught > 0, "not caught");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
