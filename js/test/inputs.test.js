/** What the page does with a file that cannot be read, and with a fault of its own. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readPolicy } from "../pithbundle.js";
import { checkInputs, policyOf } from "../src/page/inputs.js";

const POLICY = await readPolicy(null);
const BUNDLE = new Uint8Array(await readFile(new URL("../../vectors/demo/bundle.json", import.meta.url)));
/** @param {() => Promise<Uint8Array>} bytes */
const input = (bytes) => ({ name: "b.json", size: 5, bytes });
const gone = () => input(async () => { throw new DOMException("gone", "NotFoundError"); });
const broken = () => input(async () => { throw new TypeError("a fault of this program"); });
const nothing = () => {};

test("a file that the browser cannot read has the code io, and the others are checked", async () => {
  const { parts, rejected } = await checkInputs([gone(), input(async () => BUNDLE)], POLICY, nothing);
  assert.deepEqual(rejected.map(({ file, error }) => [file, error.code]), [["b.json", "io"]]);
  assert.equal(parts.length, 1);
  const policy = /** @type {any} */ (await policyOf(gone()));
  assert.equal(policy.error.code, "io");
});

test("any other exception is no fault of the file", async () => {
  await assert.rejects(checkInputs([broken()], POLICY, nothing), /a fault of this program/);
  await assert.rejects(policyOf(broken()), /a fault of this program/);
});

test("a fault of what shows the progress is no fault of the file", async () => {
  const shown = { name: "b.json", size: 5, bytes: async (/** @type {any} */ onRead) => { onRead(1); return BUNDLE; } };
  const fails = (/** @type {any} */ { done, activity }) => { if (done === 1 && activity === "reading") throw new RangeError("progress"); };
  await assert.rejects(checkInputs([shown], POLICY, fails), /progress/);
});
