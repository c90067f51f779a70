/** What the page says: every outcome, verdict and code of the specification has its words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES, COVERED, MARKS, OUTCOMES, VERDICTS } from "../src/words.js";
import { file } from "./data.js";

/** @param {string} name of a page of the specification */
const page = (name) => new TextDecoder().decode(file(`spec/${name}.md`));

test("every code of the specification is explained, and no other", () => {
  const [, section] = page("errors").split("## Codes");
  const codes = [...section.split("\n## ")[0].matchAll(/`([a-z0-9_ ]+)`/g)].flatMap(([, list]) => list.split(" "));
  assert.ok(codes.length > 40);
  assert.deepEqual(Object.keys(CODES).sort(), codes.sort());
});

test("every outcome of REPORT-2 is explained", () => {
  const clause = page("reports").split("**REPORT-2**")[1].split("\n")[0];
  for (const name of Object.keys(OUTCOMES)) assert.ok(clause.includes(`\`${name}\``), name);
  assert.equal(Object.keys(OUTCOMES).length, 6);
  assert.deepEqual(Object.keys(OUTCOMES).filter((name) => OUTCOMES[name].grade === "good"), ["valid"]);
});

test("every grade has a mark of its own", () => {
  assert.equal(new Set(Object.values(MARKS)).size, 3);
  for (const { grade } of [...Object.values(OUTCOMES), ...Object.values(VERDICTS)]) assert.ok(MARKS[grade]);
  assert.deepEqual(Object.keys(VERDICTS).filter((name) => VERDICTS[name].grade === "good").sort(), ["unknown_type", "verified"]);
  assert.deepEqual(Object.keys(COVERED).sort(), ["neither", "recomputed", "stated"]);
});
