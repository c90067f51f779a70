/** The messages of the page: every outcome, verdict and code of the specification has one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CODES, clauseOf } from "../src/codes.js";
import { COVERED, MARKS, OUTCOMES, VERDICTS } from "../src/page/messages.js";
import { counted, nextOf } from "../src/wording.js";
import { file } from "./data.js";

/** @param {string} page of the specification @param {string} anchor of a clause */
const clause = (page, anchor) =>
  new TextDecoder().decode(file(`spec/${page}.md`)).split(`<a id="${anchor}"></a>`)[1].split("\n### ")[0];

test("every code of the specification is explained, with its clause, and no other", () => {
  const section = clause("errors", "err-2");
  const rows = [...section.matchAll(/^\| `([a-z0-9_]+)` \|.*\| \[([A-Z]+-\d+)\] \|$/gm)];
  for (const [, code, owner] of rows) assert.equal(clauseOf(code), owner, code);
  const codes = rows.map(([, code]) => code);
  codes.push(...[...section.matchAll(/`(warn_[a-z]+)`/g)].map(([, code]) => code));
  assert.ok(codes.length > 40);
  assert.deepEqual(Object.keys(CODES).sort(), codes.sort());
});

test("a message says claimed, not stated", () => {
  const texts = JSON.stringify([Object.values(CODES), Object.values(COVERED), Object.values(OUTCOMES), Object.values(VERDICTS)]);
  assert.doesNotMatch(texts, /\bstated?s?\b/);
  assert.match(texts, /claimed hash/);
});

test("every outcome of REPORT-2 is explained", () => {
  const outcomes = [...clause("reports", "report-2").matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(OUTCOMES).sort(), outcomes.sort());
  assert.equal(Object.keys(OUTCOMES).length, 6);
  assert.deepEqual(Object.keys(OUTCOMES).filter((name) => OUTCOMES[name].grade === "good"), ["valid"]);
});

test("every grade has a mark of its own", () => {
  assert.equal(new Set(Object.values(MARKS)).size, 3);
  for (const { grade } of [...Object.values(OUTCOMES), ...Object.values(VERDICTS)]) assert.ok(MARKS[grade]);
  assert.deepEqual(Object.keys(VERDICTS).filter((name) => VERDICTS[name].grade === "good").sort(), ["unknown_type", "verified"]);
  assert.deepEqual(Object.keys(COVERED).sort(), ["claimed", "neither", "recomputed"]);
});

test("one is counted in the singular", () => {
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "row")), ["0 rows", "1 row", "2 rows"]);
  assert.deepEqual([[2, 5], [2, 2], [1, 1]].map(([count, rest]) => nextOf(count, rest, "row")), ["2 more rows of 5", "2 more rows", "1 more row"]);
});
