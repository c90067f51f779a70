/** What JavaScript gets wrong easily: keys, order, numbers, bytes; and that any input gives a value or a PithError. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pith from "../pithbundle.js";
import { operations } from "../src/conformance/operations.js";
import { requests } from "../src/conformance/vectors.js";
import { compareStrings } from "../src/encoding/bytes.js";
import { file, json } from "./data.js";

const { parseCbor, parseJson, utf8 } = pith;
const text = (/** @type {string} */ json) => pith.canonicalJson(parseJson(utf8(json)));
const code = (/** @type {() => any} */ call) => {
  try {
    call();
    return "ok";
  } catch (error) {
    if (!(error instanceof pith.PithError)) throw error;
    return error.code;
  }
};

test("no key has a meaning or a position of its own", () => {
  assert.equal(text('{"b":1,"__proto__":{"x":2},"10":3,"9":4,"constructor":5}'), '{"10":3,"9":4,"__proto__":{"x":2},"b":1,"constructor":5}');
  assert.equal(code(() => parseJson(utf8('{"__proto__":1,"__proto__":2}'))), "duplicate_key");
  assert.equal(code(() => parseJson(utf8('{"toString":1}'))), "ok");
  assert.equal(/** @type {any} */ ({}).x, undefined);
});

test("strings sort by code point", () => {
  const texts = ["a", "", "\u{1f600}", "\ue000", "\uffee", "ab", "\ud7ff", "b"];
  const bytes = (/** @type {string} */ one) => Buffer.from(one);
  assert.deepEqual([...texts].sort(compareStrings), [...texts].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
});

test("numbers keep one spelling", () => {
  for (const good of ["0", "-1", "9007199254740991", "-9007199254740991", "0.5", "-0.0001", "1234567.125", "999999999999999.9", "0.30000000000000004"]) assert.equal(text(good), good);
  for (const bad of ["-0", "1.0", "1e2", "0.10", "0.00001", "-0.0", "0e0", "0.1000000000000000055"]) assert.equal(code(() => parseJson(utf8(bad))), "number_form", bad);
  for (const bad of ["9007199254740992", "1e400", "-1E400", "1".repeat(400)]) assert.equal(code(() => parseJson(utf8(bad))), "number_range", bad);
});

test("offsets are counted in bytes", () => {
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
  for (const one of values) assert.equal(pith.canonicalJson(parseCbor(pith.cborBytes(parseJson(utf8(one))))), text(one), one);
  assert.equal(pith.toHex(pith.cborBytes(parseJson(utf8('{"b":1,"a":0.5,"aa":-1}')))), "a36161f938006162016261612".concat("0"));
});

test("a fault in one element has no effect on another", async () => {
  const bundle = new TextDecoder().decode(file("vectors/demo/bundle.json"));
  const faulty = utf8(bundle.replace('"events": [', '"events": [{"a":1.0,"b":NaN},').replace('"events":[', '"events":[{"a":1.0,"b":NaN},'));
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const { elements } = await pith.check(await pith.readBundle(faulty), policy);
  assert.deepEqual(elements.map(({ verdict }) => verdict.code), ["number_form", null, null]);
  assert.equal(elements[1].verdict.status, "verified");
});

test("bytes have one spelling", () => {
  for (const bad of ["AB==", "AA", "AA=", "A A=", "AA==\n", "=AA="]) assert.equal(code(() => pith.fromBase64(bad)), "encoding", bad);
  for (const bad of ["0", "AA", " 00", "00\n", "0x"]) assert.equal(code(() => pith.fromHex(bad)), "encoding", bad);
  assert.equal(code(() => pith.fromBase64("AAA=", 3)), "encoding");
});

test("a key that is not acceptable is rejected", () => {
  const hex = (/** @type {string} */ one) => pith.isAcceptableKey(pith.fromHex(one));
  assert.equal(hex("b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"), true);
  assert.equal(hex("01".padEnd(64, "0")), false);
  assert.equal(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), false);
  assert.equal(hex("ee".padEnd(62, "f") + "7f"), false);
  assert.equal(hex("02".padEnd(64, "0")), false);
  assert.equal(pith.isAcceptableKey(new Uint8Array(31)), false);
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

/** A bundle of the demo with other events. @param {any[]} events */
const bundleOf = async (events) => pith.readBundle(utf8(JSON.stringify({ ...json(file("vectors/demo/bundle.json")), events })));
/** @param {any[]} events @param {pith.Policy} policy */
const checkedOf = async (events, policy) => pith.check(await bundleOf(events), policy);
const demoEvents = () => json(file("vectors/demo/bundle.json")).events;

test("outcomes: the first that applies, and all that apply", async () => {
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const of = async (/** @type {any[]} */ events, rejected = 0) => {
    const { outcome, exitStatus, all } = pith.outcomeOf(await pith.merge([await checkedOf(events, policy)]), rejected);
    return [outcome, exitStatus, all.join(" ")];
  };
  const [first, ...rest] = demoEvents();
  assert.deepEqual(await of([first, ...rest]), ["valid", 0, "valid"]);
  assert.deepEqual(await of([]), ["unverified", 3, "unverified"]);
  assert.deepEqual(await of([...rest, { ...first, signature: null }]), ["unverified", 3, "unverified"]);
  assert.deepEqual(await of([...rest, { ...first, target: "other" }]), ["invalid", 1, "invalid"]);
  assert.deepEqual(await of([1], 1), ["rejected", 1, "rejected unverified"]);
  const nothing = pith.outcomeOf(null, 2);
  assert.deepEqual([nothing.outcome, nothing.exitStatus, nothing.all], ["rejected", 1, ["rejected"]]);
});

test("a key that may not sign: the pointer of the member", async () => {
  const policyFile = json(file("vectors/demo/policy.json"));
  const faultOf = async (/** @type {any} */ change) => {
    const policy = await pith.readPolicy(utf8(JSON.stringify({ ...policyFile, keys: policyFile.keys.map((/** @type {any} */ key) => ({ ...key, ...change })) })));
    const { code, pointer } = (await checkedOf(demoEvents(), policy)).elements[0].verdict;
    return [code, pointer];
  };
  assert.deepEqual(await faultOf({ event_types: ["other"] }), ["key_role", "/event_type"]);
  assert.deepEqual(await faultOf({ status: "revoked" }), ["key_revoked", "/signer/key_id"]);
});

test("every fault of a proof in an event has its pointer", async () => {
  let pointers = 0;
  const read = async (/** @type {string} */ name) => new Uint8Array(file(`vectors/${name}`));
  for await (const { name, op, args, expect } of requests(json(file("vectors/equivocation/proofs.json")), read)) {
    const pointer = expect.error?.pointer;
    if (op !== "verify_proof" || !pointer?.startsWith("/events/")) continue;
    pointers++;
    const { error } = /** @type {any} */ (await operations(op, args));
    assert.equal(error.pointer, pointer, name);
  }
  assert.ok(pointers >= 10, `${pointers} pointers`);
});

test("ids that differ: which digest the signature covers", async () => {
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const [event] = demoEvents();
  const covered = async (/** @type {any} */ one) => (await checkedOf([one], policy)).elements[0].verdict;
  const other = `sha256:${"0".repeat(64)}`;
  const altered = { ...event, payload: { ...event.payload, more: 1 } };
  for (const [one, want] of [[{ ...event, event_id: other }, "recomputed"], [altered, "claimed"], [{ ...altered, event_id: other }, "neither"]]) {
    const { status, code, covered: found, pointer } = await covered(one);
    assert.deepEqual([status, code, found, pointer], ["invalid", "hash_mismatch", want, "/event_id"]);
  }
  assert.equal((await covered(event)).covered, null);
});

/**
 * A CBOR bundle without events whose record has a long string of U+0001: one byte each in CBOR, six in JSON.
 * @param {number} length
 */
async function bundleOfControls(length) {
  const record = /** @type {any} */ (parseJson(utf8(JSON.stringify(json(file("vectors/demo/bundle.json")).canonical_record))));
  record.set("note", "\u0001".repeat(length));
  const { value, sha256, pithNumber } = await pith.readRecord(record);
  return pith.cborBytes(new Map(Object.entries({
    bundle_type: "pith_open_graph_bundle", bundle_version: "1.0", pith_number: pithNumber, canonical_sha256: sha256, canonical_record: value, events: [],
  })));
}

test("limits apply once, to the input: a record that is longer in JSON than in CBOR is not measured again", async () => {
  const bytes = await bundleOfControls(900_000);
  assert.ok(bytes.length < pith.BUNDLE_LIMITS.size / 4);
  const policy = await pith.readPolicy(null);
  const checked = await pith.check(await pith.readBundle(bytes), policy);
  const { state, stateBytes } = await pith.merge([checked]);
  assert.ok(stateBytes.length > pith.BUNDLE_LIMITS.size);
  assert.deepEqual(pith.compareState({ record: state.record, stateBytes }, stateBytes), []);
  assert.equal(code(() => pith.parseJson(stateBytes, pith.BUNDLE_LIMITS)), "size");
  // Written as JSON the record exceeds the limits of a bundle, although there is no event.
  assert.equal(code(() => pith.exportParts(state)), "size");
});

/** The signature checks that WebCrypto makes during a call. @param {() => Promise<any>} call */
async function countedChecks(call) {
  const { subtle } = crypto;
  const { verify } = subtle;
  let checks = 0;
  subtle.verify = async (/** @type {any} */ ...args) => {
    checks++;
    return verify.apply(subtle, /** @type {any} */ (args));
  };
  try {
    await call();
  } finally {
    subtle.verify = verify;
  }
  return checks;
}

test("made-up receipts cost a bounded number of signature checks", async () => {
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const [{ key_id }] = json(file("vectors/demo/policy.json")).keys;
  const base = json(file("vectors/demo/bundle.json")).events[0];
  const signatures = Array.from({ length: 300 }, (_, i) => pith.toBase64(new Uint8Array(64).fill(1, 0, 1).fill(i, 2, 3).fill(i >> 8, 3, 4)));
  const events = signatures.map((signature_b64) => ({
    ...base, signature: null, payload: { receipt: { kind: "pith_receipt", key_id, algorithm: "ed25519", signature_b64 } },
  }));
  /** @type {(string | undefined)[]} */
  let statuses = [];
  const checks = await countedChecks(async () => {
    statuses = (await checkedOf([...events, ...events], policy)).elements.map(({ receipt }) => receipt?.verdict.status);
  });
  assert.ok(checks <= 16, `${checks} checks`);
  assert.equal(statuses.filter((status) => status === "invalid").length, 32);
  assert.equal(statuses.filter((status) => status === "not_checked").length, 568);
  // The smallest texts, not the first elements.
  const smallest = new Set([...signatures].sort().slice(0, 16));
  assert.deepEqual(statuses.slice(0, 300), signatures.map((signature) => (smallest.has(signature) ? "invalid" : "not_checked")));
});

test("a longer export is split, and reads back to the same state", async () => {
  const policy = await pith.readPolicy(file("vectors/demo/policy.json"));
  const { state, stateBytes } = await pith.merge([await pith.check(await pith.readBundle(file("vectors/demo/rich.json")), policy)]);
  const whole = pith.exportParts(state);
  assert.equal(whole.length, 1);
  const [one] = whole;
  for (const limits of [{ events: 4 }, { size: Math.ceil(one.length / 2) }]) {
    const parts = pith.exportParts(state, { ...pith.BUNDLE_LIMITS, ...limits });
    assert.ok(parts.length > 1);
    const checked = await Promise.all(parts.map(async (part) => pith.check(await pith.readBundle(part, { limits: { ...pith.BUNDLE_LIMITS, ...limits } }), policy)));
    assert.deepEqual((await pith.merge(checked)).stateBytes, stateBytes);
  }
  for (const [name, value] of [["events", 0], ["size", 1000], ["nodes", 20], ["depth", 4]]) {
    assert.throws(() => pith.exportParts(state, { ...pith.BUNDLE_LIMITS, [name]: value }), { code: name });
  }
  // Its longest string has 132 bytes.
  assert.equal(pith.exportParts(state, { ...pith.BUNDLE_LIMITS, string: 132 }).length, 1);
  assert.throws(() => pith.exportParts(state, { ...pith.BUNDLE_LIMITS, string: 131 }), { code: "size" });
});
