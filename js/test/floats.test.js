/** One text of each float [DATA-3], by exact arithmetic on BigInts: ties of every size, and drawn doubles. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, cborBytes, parseCbor, parseJson, utf8 } from "../pithbundle.js";

/** A double as an exact fraction: significand and 2 ** -places. @param {number} number positive, not whole @returns {[bigint, number]} */
function exact(number) {
  let places = 0;
  while (!Number.isInteger(number)) {
    number *= 2;
    places++;
  }
  return [BigInt(number), places];
}

/** @param {bigint} whole @param {number} decimals */
function plain(whole, decimals) {
  const digits = String(whole).padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The texts with the fewest digits that read back, nearest first, the even one first of equally near. @param {number} number */
function shortest(number) {
  const [significand, places] = exact(number);
  for (let decimals = 1; ; decimals++) {
    // significand / 2 ** places = low / 10 ** decimals + rest / (2 ** places * 10 ** decimals)
    const scaled = significand * 10n ** BigInt(decimals);
    const low = scaled >> BigInt(places);
    const far = (/** @type {bigint} */ whole) => {
      const away = (whole << BigInt(places)) - scaled;
      return away < 0n ? -away : away;
    };
    const found = [];
    for (let whole = low - 12n; whole <= low + 12n; whole++) if (whole > 0n && Number(plain(whole, decimals)) === number) found.push(whole);
    if (found.length === 0) continue;
    found.sort((a, b) => (far(a) < far(b) ? -1 : far(a) > far(b) ? 1 : Number((a & 1n) - (b & 1n))));
    return { texts: found.map((whole) => plain(whole, decimals)), tie: found.length > 1 && far(found[0]) === far(found[1]) };
  }
}

/** A fixed stream of numbers from 0 to 1. @param {number} seed */
function stream(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param {number} number @param {string[]} texts */
function check(number, texts) {
  const [text, ...others] = texts;
  assert.equal(String(number), text);
  assert.equal(canonicalJson(number), text);
  assert.equal(parseJson(utf8(text)), number);
  assert.equal(parseCbor(cborBytes(number)), number);
  for (const other of others) assert.throws(() => parseJson(utf8(other)), { code: "number_form", offset: 0 }, other);
}

test("ties of every size go to the even digit", (t) => {
  const random = stream(1);
  let ties = 0;
  for (let places = 2; places < 22; places++) {
    const unit = 5 ** places;
    const least = Math.max(1e16 / unit, 2 ** places / 1e4);
    const most = Math.min(1e18 / unit, 2 ** 53 - 1);
    for (let i = 0; i < 400; i++) {
      const whole = Math.floor(least + random() * (most - least));
      const number = (whole % 2 === 0 ? whole + 1 : whole) / 2 ** places;
      if (number < 1e-4 || number >= 1e15 || Number.isInteger(number)) continue;
      const { texts, tie } = shortest(number);
      if (!tie) continue;
      ties++;
      assert.match(texts[0], /[02468]$/);
      check(number, texts);
      check(-number, texts.map((text) => `-${text}`));
    }
  }
  t.diagnostic(`${ties} ties`);
  assert.ok(ties > 1500, String(ties));
});

test("drawn doubles", () => {
  const random = stream(2);
  for (let i = 0; i < 2000; i++) {
    const number = 10 ** (random() * 19 - 4);
    if (!Number.isInteger(number)) check(number, shortest(number).texts);
  }
});
