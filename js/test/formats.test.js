/** Event formats as data: documents, readings, messages, meanings and verdicts, by hand from FORMAT-1 to FORMAT-15. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pith from "../pithbundle.js";
import { EVENT_1_DOCUMENT, EVENT_1_SHA256 } from "../src/bundle/event-formats.js";
import { file, json } from "./data.js";
import { ascii, canonical, sha256, testKey } from "./signing.js";

const { utf8 } = pith;
const BUNDLE = json(file("vectors/demo/bundle.json"));
const KEY = testKey(1);
const SECOND = testKey(2);
const parsed = (/** @type {any} */ value) => pith.parseJson(utf8(JSON.stringify(value)), pith.BUNDLE_LIMITS);

/** A document of few members; changes replace members of body and proof. @param {any} [body] @param {any} [proof] @param {any} [more] */
const document = (body = {}, proof = {}, more = {}) => ({
  format_type: "pithbundle_event_format", format_version: "1", name: "one",
  body: {
    excluded: ["/id", "/sig"],
    roles: { event_type: "/type", subject: "/about", target: "/goal", payload: "/data", created_at: "/at", signer_id: "/who" }, ...body,
  },
  proof: { roles: { signature: "/sig", event_id: "/id", key_id: "/key" }, ...proof }, ...more,
});
/** @param {any} changed roles of the body */
const bodyRoles = (changed) => ({ ...document().body.roles, ...changed });
/** @param {any} changed roles of the proof */
const proofRoles = (changed) => ({ ...document().proof.roles, ...changed });

const EVENT = {
  type: "author_claim", about: BUNDLE.pith_number, goal: "record", at: "2026-05-18T01:39:14.5Z".replace(".5", ".500"), who: "registry.example", key: "k-1",
  data: { scheme: "orcid", identifier: "0000-0002-1825-0097", strength: "strong" },
};

/** Signs as the default document requires. @param {any} content @param {(message: string) => string} [spelt] */
function signed(content, spelt = (text) => text, key = KEY) {
  const digest = sha256(spelt(canonical(content)));
  return { ...content, id: `sha256:${digest}`, sig: key.sign(Buffer.from(digest, "hex")).toString("base64") };
}

/** @param {any[]} formats of the key @param {any} [more] members of the key @param {any[]} [others] keys */
const policyOf = (formats, more = {}, others = []) => pith.readPolicy(utf8(JSON.stringify({
  policy_type: "pithbundle_policy", policy_version: "1",
  keys: [{ signer_id: "registry.example", key_id: "k-1", public_key_hex: KEY.hex, event_formats: formats, ...more }, ...others],
})));

/** @param {any[]} elements @param {pith.Policy} policy */
const checked = async (elements, policy) => pith.check(await pith.readBundle(utf8(JSON.stringify({ ...BUNDLE, events: elements }))), policy);
/** @param {any} element @param {pith.Policy} policy @returns {Promise<[string, string | null]>} */
async function verdictOf(element, policy) {
  const { elements: [{ verdict: { status, code } }] } = await checked([element], policy);
  return [status, code];
}
/** @param {any} value @returns {Promise<string>} the pointer of the fault; "ok" */
async function faultOf(value) {
  try {
    await pith.readFormatDocument(parsed(value));
    return "ok";
  } catch (fault) {
    assert.ok(fault instanceof pith.PithError && fault.code === "format", String(fault));
    return /** @type {string} */ (fault.pointer);
  }
}

test("the effective document: defaults, order, name", async () => {
  const one = await pith.readFormatDocument(parsed(document()));
  const spelt = await pith.readFormatDocument(parsed(document(
    { base: "", excluded: ["/sig", "/id"], required: {}, wrapper: null, payload_wrapper: null, escape: "none", constants: {}, time: "rfc3339" },
    { algorithm_text: "ed25519", signs: "digest", signature_text: "base64", id_text: "prefixed", constants: {}, roles: proofRoles({ key_id: ["/key"] }) },
    { name: "two" },
  )));
  assert.equal(one.sha256, spelt.sha256);
  assert.equal(one.sha256, sha256(pith.canonicalBytes(one.effective)));
  assert.ok(!one.effective.has("name"));
  assert.equal(one.isBinding, true);
  const builtIn = await pith.readFormatDocument(pith.parseJson(utf8(EVENT_1_DOCUMENT)));
  assert.equal(builtIn.sha256, EVENT_1_SHA256);
});

test("faults of a document, and where", async () => {
  const pointers = Array.from({ length: 23 }, (_, i) => [`/p${i}`, "string"]);
  for (const [value, pointer] of /** @type {[any, string][]} */ ([
    [document(), "ok"],
    [[], ""], [document({ constants: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`/c${i}`, "x".repeat(900)])) }), ""],
    [document({}, {}, { format_type: "x" }), "/format_type"], [document({}, {}, { format_version: 1 }), "/format_version"],
    [document({}, {}, { more: 1, "a/b": 1 }), "/a~1b"], [document({}, {}, { name: "One" }), "/name"], [document({}, {}, { name: "unknown" }), "/name"],
    [document({}, {}, { name: "integrity-1" }), "/name"], [document({}, {}, { name: "pithbundle-event-1" }), "/name"], [document({}, {}, { body: 1 }), "/body"],
    [document({ more: 1 }), "/body/more"], [document({ base: "x" }), "/body/base"], [document({ base: "/-" }), "/body/base"], [document({ base: "/~2" }), "/body/base"],
    [document({ excluded: {} }), "/body/excluded"], [document({ excluded: ["/id", "/sig", "/id"] }), "/body/excluded/2"], [document({ excluded: ["/id", 1] }), "/body/excluded/1"],
    [document({ required: { "/b": "text", "/a": "null" } }), "/body/required/~1a"], [document({ required: { a: "string" } }), "/body/required/a"],
    [document({ wrapper: "none" }), "/body/wrapper"], [document({ escape: null }), "/body/escape"], [document({ payload_wrapper: "x" }), "/body/payload_wrapper"],
    [document({ roles: { ...bodyRoles({}), target: undefined } }), "/body/roles/target"], [document({ roles: { ...bodyRoles({}), more: "/x" } }), "/body/roles/more"],
    [document({ roles: bodyRoles({ subject: { constant: "x" } }) }), "/body/roles/subject"], [document({ roles: bodyRoles({ target: { constant: "" } }) }), "/body/roles/target"],
    [document({ roles: bodyRoles({ target: { constant: "x".repeat(257) } }) }), "/body/roles/target"], [document({ roles: bodyRoles({ target: { constant: "x", more: 1 } }) }), "/body/roles/target"],
    [document({ constants: { "/v": [] } }), "/body/constants/~1v"], [document({ constants: { "/v": 0.5 } }), "/body/constants/~1v"], [document({ constants: { "/v": null } }), "ok"],
    [document({ time: "iso" }), "/body/time"], [document({}, {}, { proof: [] }), "/proof"], [document({}, { roles: proofRoles({ key_id: [] }) }), "/proof/roles/key_id"],
    [document({}, { roles: proofRoles({ key_id: ["/a", "/a"] }) }), "/proof/roles/key_id/1"], [document({}, { roles: { key_id: "/key" } }), "/proof/roles/signature"],
    [document({}, { algorithm_text: "" }), "/proof/algorithm_text"], [document({}, { signs: "raw" }), "/proof/signs"], [document({}, { signature_text: "base32" }), "/proof/signature_text"],
    [document({}, { id_text: "base64" }), "/proof/id_text"], [document({ required: Object.fromEntries(pointers) }), ""], [document({ required: Object.fromEntries(pointers.slice(2)) }), ""],
    [document({ required: Object.fromEntries(pointers.slice(3)) }), "ok"],
    [document({ base: "/b" }), "/body/excluded/0"], [document({ excluded: ["/id", "/sig", "/sig/x"] }), "/body/excluded/2"], [document({ excluded: ["/id", "/sig", "/s"] }), "ok"],
    [document({ required: { "/sig/x": "string" } }), "/body/required/~1sig~1x"], [document({ constants: { "/id": "x" } }), "/body/constants/~1id"],
    [document({ excluded: ["/id", "/sig", "/goal"] }), "/body/roles/target"], [document({ excluded: ["/id", "/sig", "/goal/x"] }), "/body/roles/target"],
    [document({ excluded: ["/id", "/sig", "/hash"], roles: bodyRoles({ payload_sha256: "/hash" }) }), "/body/roles/payload_sha256"],
    [document({ excluded: ["/id"] }), "/proof/roles/signature"], [document({ excluded: ["/sig"] }), "/proof/roles/event_id"],
    [document({ base: "/b/c", excluded: [], roles: { event_type: "/b/c/t", target: "/b/c/a", payload: "/b/c/d", signer_id: "/b/c/w" } }, { roles: { signature: "/sig", key_id: "/b" } }), "/proof/roles/key_id"],
    [document({}, { roles: proofRoles({ fingerprint: "/sig" }) }), "/proof/roles/fingerprint"], [document({}, { constants: { "/sig/kind": "x" } }), "/proof/constants/~1sig~1kind"],
    [document({ excluded: ["/id", "/sig", "/data"], roles: bodyRoles({ payload_sha256: "/hash" }) }, { roles: proofRoles({ algorithm: "/data/alg" }) }), "/proof/roles/algorithm"],
    // A payload that is not covered, though a part of it is.
    [document({ excluded: ["/id", "/sig", "/data/fp"], roles: bodyRoles({ payload_sha256: "/hash" }) }, { roles: proofRoles({ fingerprint: "/data/fp" }) }), "/proof/roles/fingerprint"],
    [document({}, { roles: proofRoles({ algorithm: "/alg" }), constants: { "/v": 1 } }), "ok"],
  ])) assert.equal(await faultOf(value), pointer, JSON.stringify(value).slice(0, 300));
});

test("coverage and binding are computed", async () => {
  const binds = async (/** @type {any} */ body) => (await pith.readFormatDocument(parsed(document(body)))).isBinding;
  assert.equal(await binds({}), true);
  assert.equal(await binds({ roles: bodyRoles({ subject: undefined }) }), false);
  assert.equal(await binds({ roles: bodyRoles({ created_at: undefined }) }), false);
  for (const name of ["about", "at", "who", "data", "type"]) assert.equal(await binds({ excluded: ["/id", "/sig", `/${name}`] }), false, name);
  assert.equal(await binds({ excluded: ["/id", "/sig", "/data/x"] }), false);
  assert.equal(await binds({ excluded: ["/id", "/sig", "/data"], roles: bodyRoles({ payload_sha256: "/hash" }) }), true);
  assert.equal(await binds({ roles: bodyRoles({ signer_id: { constant: "x" }, target: { constant: "y" }, event_type: { constant: "z" } }) }), true);
});

test("formats of a policy: names, repetition, digests, the default", async () => {
  const faultOfPolicy = async (/** @type {any[]} */ formats, /** @type {any[]} */ others = []) => {
    try {
      await policyOf(formats, {}, others);
      return "ok";
    } catch (fault) {
      const { code, pointer } = /** @type {pith.PithError} */ (fault);
      return `${code} ${pointer}`;
    }
  };
  const named = (/** @type {number} */ i, name = `f${i}`) => document({ required: { [`/r${i}`]: "string" } }, {}, { name });
  const other = (/** @type {any[]} */ formats) => ({ signer_id: "b", key_id: "b", public_key_hex: SECOND.hex, event_formats: formats });
  assert.equal(await faultOfPolicy([]), "policy /keys/0/event_formats");
  assert.equal(await faultOfPolicy(["event-v1"]), "policy /keys/0/event_formats/0");
  assert.equal(await faultOfPolicy([document(), "unknown", document({}, {}, { name: "two" })]), "policy /keys/0/event_formats/2");
  assert.equal(await faultOfPolicy([document(), document({}, { signs: "x" })]), "format /keys/0/event_formats/1/proof/signs");
  assert.equal(await faultOfPolicy([named(0, "a"), named(1, "a")]), "policy /keys/0/event_formats");
  assert.equal(await faultOfPolicy([named(0, "a")], [other([named(1, "a")])]), "policy /keys/1/event_formats");
  assert.equal(await faultOfPolicy([named(0, "a")], [other([named(0, "b")])]), "ok");
  const eight = Array.from({ length: 8 }, (_, i) => named(i));
  assert.equal(await faultOfPolicy(eight, [other(["unknown", named(3)])]), "ok");
  assert.equal(await faultOfPolicy(eight, [other([named(8)])]), "policy /keys/1/event_formats");
  assert.equal(await faultOfPolicy([...eight, named(8)]), "policy /keys/0/event_formats");
  const text = async (/** @type {any[]} */ formats) => json((await policyOf(formats)).effective).keys[0].event_formats;
  const digests = await Promise.all([document(), named(1)].map(async (one) => (await pith.readFormatDocument(parsed(one))).sha256));
  assert.deepEqual(await text(["unknown", "integrity-1", named(1), document(), "pithbundle-event-1"]), [...[...digests, EVENT_1_SHA256].sort(), "integrity-1", "unknown"]);
  assert.equal((await policyOf(["pithbundle-event-1"])).sha256, (await policyOf([JSON.parse(EVENT_1_DOCUMENT)])).sha256);
  assert.deepEqual(json((await pith.readPolicy(null)).effective).keys[0].event_formats, ["integrity-1", "unknown"]);
});

test("an event of another registry verifies, and every change of it is found", async () => {
  const policy = await policyOf([document()]);
  const element = signed(EVENT);
  assert.deepEqual(await verdictOf(element, policy), ["verified", null]);
  assert.deepEqual(await verdictOf({ ...element, id: undefined }, policy), ["verified", null]);
  for (const [change, want] of /** @type {[any, [string, string | null]][]} */ ([
    [{ type: "citation" }, ["invalid", "hash_mismatch"]], [{ goal: "graph" }, ["invalid", "hash_mismatch"]], [{ note: 1 }, ["invalid", "hash_mismatch"]],
    [{ data: { ...EVENT.data, strength: "weak" } }, ["invalid", "hash_mismatch"]], [{ at: "2026-05-18T01:39:14Z" }, ["invalid", "hash_mismatch"]],
    [{ id: undefined, goal: "graph" }, ["invalid", "signature_invalid"]], [{ about: "pith:2003:ABCDEFGHIJKLMNOPQRSTUVWXYZ" }, ["invalid", "subject"]],
    [{ who: "other.example" }, ["unknown_key", "key_unknown"]], [{ key: "k-2" }, ["unknown_key", "key_unknown"]], [{ sig: null }, ["not_signed", null]],
    [{ sig: undefined }, ["not_signed", null]], [{ sig: 1 }, ["invalid", "type"]], [{ id: null }, ["invalid", "type"]], [{ at: "2026-05-18" }, ["invalid", "time"]],
    [{ id: sha256("") }, ["invalid", "encoding"]], [{ sig: `${element.sig}=` }, ["invalid", "encoding"]], [{ type: 1 }, ["unknown_format", null]], [{ at: 1 }, ["unknown_format", null]],
    [{ about: undefined }, ["unknown_format", null]], [{ data: { big: "x".repeat(262144) } }, ["unknown_format", "event_size"]],
  ])) assert.deepEqual(await verdictOf({ ...element, ...change }, policy), want, JSON.stringify(change).slice(0, 100));
  const withUnknown = await policyOf([document(), "unknown"]);
  for (const [change, code] of /** @type {[any, string][]} */ ([[{ goal: "graph" }, "hash_mismatch"], [{ at: "x" }, "time"], [{ data: { big: "x".repeat(262144) } }, "event_size"]])) {
    assert.deepEqual(await verdictOf({ ...element, ...change }, withUnknown), ["unbound", code]);
  }
  assert.deepEqual(await verdictOf({ ...element, key: "k-2" }, withUnknown), ["unknown_key", "key_unknown"]);
  assert.deepEqual(await verdictOf({ ...element, sig: null }, withUnknown), ["not_signed", null]);
  // A key of this name that does not list the format.
  const other = await policyOf(["unknown"], {}, [{ signer_id: "registry.example", key_id: "k-2", public_key_hex: SECOND.hex, event_formats: [document()] }]);
  assert.deepEqual(await verdictOf(element, other), ["unknown_format", null]);
});

test("the message: wrapper, escape, what is signed, and how it is written", async () => {
  const content = { ...EVENT, note: "\u007f\u00e9\u{1f600}\u2028\ud7ff", base: 1 };
  const text = ascii(`{"event":${canonical(content)}}`);
  assert.ok(text.includes("\\u007f\\u00e9\\ud83d\\ude00\\u2028\\ud7ff"));
  const digest = sha256(text);
  for (const [signs, message] of /** @type {[string, any][]} */ ([["digest", Buffer.from(digest, "hex")], ["hex", digest], ["prefixed", `sha256:${digest}`], ["bytes", text]])) {
    for (const [signature_text, encoding, trim] of /** @type {[string, any, RegExp][]} */ ([["base64", "base64", /$/], ["base64url", "base64url", /=*$/], ["hex", "hex", /$/]])) {
      const policy = await policyOf([document({ wrapper: "event", escape: "ascii" }, { signs, signature_text, id_text: "hex" })]);
      const element = { ...content, id: digest, sig: KEY.sign(message).toString(encoding).replace(trim, "") };
      assert.deepEqual(await verdictOf(element, policy), ["verified", null], `${signs} ${signature_text}`);
      assert.deepEqual(await verdictOf({ ...element, id: `sha256:${digest}` }, policy), ["invalid", "encoding"]);
      const { elements: [{ id, verdict: { covered } }] } = await checked([{ ...element, id: sha256("x") }], policy);
      assert.deepEqual([id, covered], [`sha256:${digest}`, "recomputed"]);
      const altered = (await checked([{ ...element, note: "x" }], policy)).elements[0].verdict;
      assert.deepEqual([altered.code, altered.covered], ["hash_mismatch", signs === "bytes" ? "neither" : "claimed"]);
    }
  }
});

test("times are written in three forms, and have one instant", async () => {
  for (const [time, at, instant] of /** @type {[string, any, string | null][]} */ ([
    ["seconds", 0, "1970-01-01T00:00:00.000000"], ["seconds", -1, "1969-12-31T23:59:59.000000"], ["milliseconds", 1779068354123, "2026-05-18T01:39:14.123000"],
    ["milliseconds", -1, "1969-12-31T23:59:59.999000"], ["seconds", -62135596800, "0001-01-01T00:00:00.000000"], ["seconds", -62135596801, null],
    ["seconds", 253402300799, "9999-12-31T23:59:59.000000"], ["seconds", 253402300800, null], ["milliseconds", 253402300799999, "9999-12-31T23:59:59.999000"],
    ["milliseconds", 253402300800000, null], ["milliseconds", Number.MAX_SAFE_INTEGER, null],
  ])) {
    const policy = await policyOf([document({ time })]);
    const bundle = await checked([signed({ ...EVENT, at })], policy);
    const [{ valid, verdict: { code } }] = bundle.elements;
    assert.equal(valid?.instant ?? null, instant, `${time} ${at}`);
    if (instant === null) assert.equal(code, "time");
    else assert.ok(new TextDecoder().decode((await pith.merge([bundle])).stateBytes).includes(`"created_at":${at},`));
  }
});

const NESTED = document(
  {
    base: "/signed", excluded: [], required: { "/signed/v": "number" }, constants: { "/signed/kind": "event" },
    roles: { event_type: "/signed/type", subject: "/signed/about", target: { constant: "record" }, payload: "/data", payload_sha256: "/signed/hash", created_at: "/signed/at", signer_id: "/signed/by/who" },
    payload_wrapper: "payload",
  },
  { roles: { signature: "/signatures/1/sig", key_id: ["/signatures/1/keyid", "/signed/by/key"], fingerprint: "/signatures/1/fp", algorithm: "/signatures/1/alg" }, constants: { "/signatures/1/v": 1 }, algorithm_text: "EdDSA" },
  { name: "nested" },
);
const nested = (/** @type {any} */ change = {}) => {
  const content = { v: 0.5, kind: "event", type: EVENT.type, about: EVENT.about, at: EVENT.at, hash: sha256(canonical({ payload: EVENT.data })), by: { who: EVENT.who, key: "k-1", more: [1] }, ...change };
  const sig = KEY.sign(Buffer.from(sha256(canonical(content)), "hex")).toString("base64");
  return { signed: content, data: EVENT.data, signatures: [null, { sig, keyid: "k-1", fp: KEY.fingerprint, alg: "EdDSA", v: 1 }] };
};

test("a nested event with a hashed payload and a list of signatures", async () => {
  const policy = await policyOf([NESTED]);
  const element = nested();
  const [good] = element.signatures.slice(1);
  const { elements: [one] } = await checked([{ ...element, note: 1, signatures: [{ x: 1 }, { ...good, extra: null }, 2] }], policy);
  assert.deepEqual([one.verdict.status, one.unsigned], ["verified", ["/note", "/signatures/0", "/signatures/1/extra", "/signatures/2"]]);
  assert.deepEqual(one.valid?.signer, parsed({ who: EVENT.who, key: "k-1", more: [1] }));
  assert.deepEqual((await checked([element], policy)).elements[0].unsigned, []);
  for (const [change, want] of /** @type {[any, [string, string | null]][]} */ ([
    [{ data: { ...EVENT.data, strength: "weak" } }, ["invalid", "hash_mismatch"]], [{ data: [] }, ["unknown_format", null]],
    [{ signatures: [null, { ...good, keyid: "k-2" }] }, ["unknown_key", "key_unknown"]], [{ signatures: [null, { ...good, alg: "ed25519" }] }, ["invalid", "algorithm"]],
    [{ signatures: [null, { ...good, alg: undefined }] }, ["invalid", "algorithm"]], [{ signatures: [null, { ...good, fp: "0" }] }, ["unknown_key", "key_unknown"]],
    [{ signatures: [null, { ...good, fp: null }] }, ["invalid", "type"]], [{ signatures: [null, { ...good, fp: undefined }] }, ["verified", null]],
    [{ signatures: [null, { ...good, v: true }] }, ["unknown_format", null]], [{ signatures: [null, { ...good, sig: null, v: 2, keyid: 1 }] }, ["not_signed", null]],
    [{ signatures: [good] }, ["not_signed", null]], [{ signatures: { 1: good } }, ["verified", null]], [{ signatures: { "01": good } }, ["not_signed", null]],
  ])) assert.deepEqual(await verdictOf({ ...element, ...change }, policy), want, JSON.stringify(change));
  assert.deepEqual(await verdictOf(nested({ hash: `sha256:${sha256(canonical({ payload: EVENT.data }))}` }), policy), ["verified", null]);
  assert.deepEqual(await verdictOf(nested({ hash: sha256(canonical(EVENT.data)) }), policy), ["invalid", "hash_mismatch"]);
  assert.deepEqual(await verdictOf(nested({ hash: "x" }), policy), ["invalid", "encoding"]);
  assert.deepEqual(await verdictOf(nested({ kind: "other" }), policy), ["unknown_format", null]);
  assert.deepEqual(await verdictOf(nested({ v: "1" }), policy), ["unknown_format", null]);
});

test("an export has what the format writes and nothing else, and reads back", async () => {
  const policy = await policyOf([NESTED, document({}, { signature_text: "base64url", id_text: "hex" })]);
  const url = signed(EVENT);
  const other = { ...url, id: url.id.slice(7), sig: url.sig.replaceAll("+", "-").replaceAll("/", "_").replace("==", "") };
  const element = nested({ at: "2026-05-18T01:39:15Z" });
  const bundle = await checked([{ ...element, note: 1, signatures: { 1: { ...element.signatures[1], more: 1 }, x: 2 } }, { ...other }], policy);
  const { state, stateBytes } = await pith.merge([bundle]);
  const [part] = pith.exportParts(state);
  assert.deepEqual(json(part).events, [JSON.parse(JSON.stringify(other)), JSON.parse(JSON.stringify(element))]);
  const again = await pith.merge([await pith.check(await pith.readBundle(part), policy)]);
  assert.deepEqual(again.stateBytes, stateBytes);
});

test("two meanings of one signed value are ambiguous, from either side", async () => {
  const swapped = document({ roles: bodyRoles({ target: "/type", event_type: "/goal" }) }, {}, { name: "swapped" });
  const element = signed(EVENT);
  for (const formats of [[document(), swapped], [swapped, document()]]) assert.deepEqual(await verdictOf(element, await policyOf(formats)), ["unbound", "ambiguous"]);
  // The other format is listed by another key alone.
  const others = [{ signer_id: "b", key_id: "b", public_key_hex: SECOND.hex, event_formats: [swapped] }];
  assert.deepEqual(await verdictOf(element, await policyOf([document()], {}, others)), ["unbound", "ambiguous"]);
  // One that does not bind, that needs a member, or that gives the same event.
  const unboundOne = document({ roles: bodyRoles({ target: "/type", event_type: "/goal", created_at: undefined }) }, {}, { name: "x" });
  const needs = document({ roles: bodyRoles({ target: "/type", event_type: "/goal" }), required: { "/v": "string" } }, {}, { name: "x" });
  const same = document({ excluded: ["/id", "/sig", "/else"] }, {}, { name: "x" });
  for (const one of [unboundOne, needs, same]) assert.deepEqual(await verdictOf(element, await policyOf([document(), one])), ["verified", null]);
  const constant = document({ roles: bodyRoles({ signer_id: { constant: "z.example" } }) }, {}, { name: "x" });
  assert.deepEqual(await verdictOf(element, await policyOf([document(), constant])), ["unbound", "ambiguous"]);
});

test("of several readings the verdict is the first of FORMAT-9, and the faults of others are remarks", async () => {
  const bytes = document({}, { signs: "bytes" }, { name: "bytes" });
  const { elements: [one] } = await checked([signed(EVENT)], await policyOf([document(), bytes]));
  assert.deepEqual([one.verdict.status, one.remarks.map(({ code }) => code)], ["verified", ["signature_invalid"]]);
  assert.equal(one.format?.sha256, (await pith.readFormatDocument(parsed(document()))).sha256);
  const weak = document({ excluded: ["/id", "/sig", "/note"], roles: bodyRoles({ created_at: undefined }) }, {}, { name: "weak" });
  const strong = document({}, {}, { name: "strong" });
  // Verifies without the note under a format that does not bind; with it, it does not.
  const noted = { ...signed(EVENT), note: 1 };
  const found = (await checked([noted], await policyOf([weak, strong]))).elements[0];
  assert.deepEqual([found.verdict.status, found.verdict.code, found.remarks.map(({ code }) => code)], ["unbound", null, ["hash_mismatch"]]);
});

test("several keys of one name: the one that verifies decides, and each signature is checked once", async () => {
  const keys = [testKey(2), testKey(3), testKey(4)].map(({ hex }) => ({ signer_id: "registry.example", key_id: "k-1", public_key_hex: hex, event_formats: [document()] }));
  const policy = await policyOf([document()], {}, keys);
  assert.deepEqual(await verdictOf(signed(EVENT), policy), ["verified", null]);
  assert.equal((await checked([signed(EVENT)], policy)).elements[0].valid?.key.fingerprint, KEY.fingerprint);
  const { subtle } = crypto;
  const { verify } = subtle;
  let checks = 0;
  subtle.verify = async (/** @type {any} */ ...args) => {
    checks++;
    return verify.apply(subtle, /** @type {any} */ (args));
  };
  try {
    const hex = document({}, { signature_text: "base64" }, { name: "x" });
    await checked([signed(EVENT), signed(EVENT), { ...signed(EVENT), id: undefined }], await policyOf([document(), hex].slice(0, 1)));
    assert.equal(checks, 1);
  } finally {
    subtle.verify = verify;
  }
});

test("unverified elements have an identity, and enter no state", async () => {
  const policy = await policyOf([document()]);
  const elements = [{}, { x: 1 }, { x: 1 }, { ...signed(EVENT), key: "z" }, { ...signed(EVENT), sig: null }, { ...signed(EVENT), goal: "x" }, 1];
  const bundle = await checked(elements, policy);
  assert.deepEqual(bundle.elements.map(({ verdict }) => verdict.status), ["unknown_format", "unknown_format", "unknown_format", "unknown_key", "not_signed", "invalid", "unknown_format"]);
  const identities = [...elements.slice(0, 5), 1].map((one) => sha256(canonical(JSON.parse(JSON.stringify(one)))));
  assert.deepEqual(bundle.elements.map(({ sha256: one }) => one), [...identities.slice(0, 5), null, identities[5]]);
  const merged = await pith.merge([bundle, bundle]);
  assert.deepEqual(merged.unverified, [...new Set(identities)].sort());
  assert.equal(merged.unverifiedSha256, sha256(canonical(merged.unverified)));
  assert.equal(json(merged.stateBytes).event_count, 1);
  assert.deepEqual((await pith.merge([await checked([], policy)])).stateSha256, merged.stateSha256);
});

test("ids in payloads have either text, and are one id", async () => {
  const policy = await policyOf([document()]);
  const claim = signed(EVENT);
  for (const event_id of [claim.id, claim.id.slice(7)]) {
    const retraction = signed({ ...EVENT, type: "event_retracted", goal: "event", at: "2026-05-19T00:00:00Z", data: { event_id } });
    const state = json((await pith.merge([await checked([claim, retraction], policy)])).stateBytes);
    assert.deepEqual(state.current.author_claims, []);
    assert.deepEqual([state.current.retractions[0].effect, state.current.retractions[0].payload], ["applied", { event_id }]);
  }
  const ids = [`sha256:${"0".repeat(64)}`, "1".repeat(64), `sha256:${"2".repeat(64)}`];
  for (const [event_ids, missing] of /** @type {[string[], number][]} */ ([[ids, 3], [ids.toReversed(), 0], [["1".repeat(64), `sha256:${"1".repeat(64)}`], 0]])) {
    const checkpoint = signed({ ...EVENT, type: "checkpoint", goal: "bundle", data: { event_ids } });
    const { completeness } = await pith.merge([await checked([checkpoint], policy)]);
    assert.equal(completeness[0].missing.length, missing);
    assert.ok(completeness[0].missing.every((id) => id.startsWith("sha256:")));
  }
});
