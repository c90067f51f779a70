/** One digest over every code point, by the recipe of vectors/titles.md, whatever version of Unicode the engine has. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { titleSha256, toHex, utf8 } from "../pithbundle.js";
import { canonicalTitle } from "../src/bundle/titles.js";

test("the digest of vectors/titles.md", async (t) => {
  const recipe = await readFile(new URL("../../vectors/titles.md", import.meta.url), "utf8");
  const expected = (/** @type {string} */ name) => new RegExp(`^${name} ([0-9a-f]+)$`, "m").exec(recipe)?.[1];
  const digest = createHash("sha256");
  let count = 0;
  for (let code = 1; code < 0x110000; code++) {
    if ((code >= 0xd800 && code < 0xe000) || (code >= 0xfdd0 && code < 0xfdf0) || (code & 0xfffe) === 0xfffe) continue;
    const c = String.fromCodePoint(code);
    const title = `${c}\n${c}\u03a3\nA${c}\u03a3\nA\u03a3${c}A`;
    const hash = createHash("sha256").update(canonicalTitle(title)).digest();
    // The public function hashes that text; a million times it would only take longer.
    if (code % 4096 === 1) assert.equal(await titleSha256(title), toHex(hash));
    digest.update(hash);
    count++;
  }
  t.diagnostic(`this engine has Unicode ${process.versions.unicode}`);
  assert.equal(String(count), expected("count"));
  assert.equal(digest.digest("hex"), expected("digest"));
});

test("a title outside of the data model is rejected", async () => {
  for (const [text, code] of [["\0", "string"], ["a\uffff", "string"], ["\ufdd0", "string"], ["\ud800", "surrogate"]]) {
    assert.throws(() => canonicalTitle(text), { code });
    await assert.rejects(titleSha256(text), { code });
  }
  assert.equal(canonicalTitle(" \u0130\u03a3 "), "i\u0307\u03c2");
  assert.equal(utf8(canonicalTitle("\u{10400}")).length, 4);
});
