/** What trips JavaScript: keys, order, numbers, bytes; and that only PithError leaves for any input. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pith from "../pithbundle.js";
import { operations } from "../operations.js";
import { file } from "./data.js";

const { parseCbor, parseJson, utf8 } = pith;
const text = (/** @type {string} */ json) => pith.canonicalText(parseJson(utf8(json)));
const code = (/** @type {() => any} */ call) => {
  try {
    call();
    return "ok";
  } catch (error) {
    if (!(error instanceof pith.PithError)) throw error;
    return error.code;
  }
};

test("no key has a meaning or a place of its own", () => {
  assert.equal(text('{"b":1,"__proto__":{"x":2},"10":3,"9":4,"constructor":5}'), '{"10":3,"9":4,"__proto__":{"x":2},"b":1,"constructor":5}');
  assert.equal(code(() => parseJson(utf8('{"__proto__":1,"__proto__":2}'))), "duplicate_key");
  assert.equal(code(() => parseJson(utf8('{"toString":1}'))), "ok");
  assert.equal(/** @type {any} */ ({}).x, undefined);
});

test("text sorts by code point", () => {
  const texts = ["a", "", "\u{1f600}", "\ue000", "\uffee", "ab", "\ud7ff", "b"];
  const bytes = (/** @type {string} */ one) => Buffer.from(one);
  assert.deepEqual([...texts].sort(pith.compareText), [...texts].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
});

test("numbers keep one spelling", () => {
  for (const good of ["0", "-1", "9007199254740991", "-9007199254740991", "0.5", "-0.0001", "1234567.125", "999999999999999.9", "0.30000000000000004"]) assert.equal(text(good), good);
  for (const bad of ["-0", "1.0", "1e2", "0.10", "0.00001", "-0.0", "0e0", "0.1000000000000000055"]) assert.equal(code(() => parseJson(utf8(bad))), "number_form", bad);
  for (const bad of ["9007199254740992", "1e400", "-1E400", "1".repeat(400)]) assert.equal(code(() => parseJson(utf8(bad))), "number_range", bad);
});

test("places are counted in bytes", () => {
  const fault = (/** @type {string} */ json) => {
    try {
      return parseJson(utf8(json));
    } catch (error) {
      const { code: found, pointer, offset } = /** @type {pith.PithError} */ (error);
      return [found, pointer, offset];
    }
  };
  assert.deepEqual(fault('["é\u{1f600}",-0]'), ["number_form", "/1", 10]);
  assert.deepEqual(fault('{"a/b~":["é","\\ud800"]}'), ["surrogate", "/a~1b~0/1", 14]);
  assert.deepEqual(fault('["é",]'), ["syntax", null, 6]);
});

test("CBOR writes what it reads", () => {
  const values = ["0", "23", "24", "255", "256", "65535", "65536", "4294967295", "4294967296", "9007199254740991", "-1", "-24", "-25", "-9007199254740991",
    "0.5", "-1.5", "0.0001", "0.1", "65504.5", "3.4028", "0.000244140625", "0.0009765625", "0.333251953125", '"é"', "[]", "{}", '{"bb":1,"a":[null,true,false],"10":{},"__proto__":2}'];
  for (const one of values) assert.equal(pith.canonicalText(parseCbor(pith.cborBytes(parseJson(utf8(one))))), text(one), one);
  assert.equal(pith.toHex(pith.cborBytes(parseJson(utf8('{"b":1,"a":0.5,"aa":-1}')))), "a36161f938006162016261612".concat("0"));
});

test("a faulty element spoils nothing else", async () => {
  const bundle = new TextDecoder().decode(file("vectors/demo/bundle.json"));
  const spoilt = utf8(bundle.replace('"events": [', '"events": [{"a":1.0,"b":NaN},').replace('"events":[', '"events":[{"a":1.0,"b":NaN},'));
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const { copies } = await pith.check(await pith.readBundle(spoilt), policy);
  assert.deepEqual(copies.map(({ outcome }) => outcome.code), ["number_form", null, null]);
  assert.equal(copies[1].outcome.verdict, "verified");
});

test("texts of bytes have one spelling", () => {
  for (const bad of ["AB==", "AA", "AA=", "A A=", "AA==\n", "=AA="]) assert.equal(code(() => pith.fromBase64(bad)), "encoding", bad);
  for (const bad of ["0", "AA", " 00", "00\n", "0x"]) assert.equal(code(() => pith.fromHex(bad)), "encoding", bad);
  assert.equal(code(() => pith.fromBase64("AAA=", 3)), "encoding");
});

test("a key unfit to be pinned is refused", () => {
  const hex = (/** @type {string} */ one) => pith.fitToPin(pith.fromHex(one));
  assert.equal(hex("b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"), true);
  assert.equal(hex("01".padEnd(64, "0")), false);
  assert.equal(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), false);
  assert.equal(hex("ee".padEnd(62, "f") + "7f"), false);
  assert.equal(hex("02".padEnd(64, "0")), false);
  assert.equal(pith.fitToPin(new Uint8Array(31)), false);
});

/** A fixed stream of bytes, so that a failure is found again. @param {number} seed */
function* stream(seed) {
  for (let state = seed >>> 0; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 24;
  }
}

test("any bytes give a value or one error", async () => {
  const random = stream(7);
  const next = () => /** @type {number} */ (random.next().value);
  const sources = ["bundle.json", "bundle.cbor", "policy.json", "tampered.json"].map((name) => file(`vectors/demo/${name}`));
  const count = Number(process.env.PITHBUNDLE_FUZZ ?? 400);
  for (let i = 0; i < count; i++) {
    const bytes = next() < 64 ? Uint8Array.from({ length: next() % 40 }, next) : sources[i % 4].slice();
    for (let n = next() % 4; n >= 0 && bytes.length > 0; n--) bytes[(next() * 65536 + next() * 256 + next()) % bytes.length] = next();
    const data = pith.toBase64(next() < 32 ? bytes.subarray(0, next() * 16) : bytes);
    for (const op of ["parse_json", "parse_cbor", "policy", "record"]) await operations(op, { data });
    await operations("check", { data, policy: null, format: null });
  }
});
