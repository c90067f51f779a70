/** Bundles with a policy, by the outcome or finding that the page shows of them: for the tests of the page and of the report. */
import { readFile } from "node:fs/promises";
import { utf8 } from "../pithbundle.js";
import { requests } from "../src/conformance/vectors.js";
import { lenientBase64 } from "../src/encoding/spellings.js";

/** @typedef {{ name: string, bundles: [string, Uint8Array][], policy: Uint8Array | null }} Case */

const VECTORS = new URL("../../vectors/", import.meta.url);
/** @param {string} path below `vectors` */
const read = async (path) => new Uint8Array(await readFile(new URL(path, VECTORS)));

/** By file of vectors of the operation `merge`: what each of the named ones shows. @type {Record<string, Record<string, string>>} */
const NAMED = {
  "mirror/outcomes": { signed: "valid", incomplete: "missing ids", "conflict-and-incomplete": "conflict and missing ids", invalid: "invalid", "unknown-key": "unknown key" },
  "merge/junk": { "value-faults": "value-level faults", flat: "flat elements", "rejected-several": "rejected and valid", "rejected-all": "only rejected", "tampered-elements": "tampered elements", "other-record": "two records" },
  "merge/policies": { retired: "a retired key", revoked: "a revoked key" },
  "merge/retractions": { chain: "retracted events" },
  "merge/interpretations": { "receipts-not-checked": "receipts that are not checked", "receipt-of-invalid": "a receipt in an invalid event" },
  "equivocation/groups": { tie: "conflict", "tie-by-rotated-key": "several keys of a signer", "two-ties": "two conflicts" },
};

/** @returns {Promise<Case[]>} */
async function ofVectors() {
  const out = [];
  for (const [path, names] of Object.entries(NAMED)) {
    const found = new Map();
    for await (const { name, args } of requests(JSON.parse(new TextDecoder().decode(await read(`${path}.json`))), read)) found.set(name, args);
    for (const [id, name] of Object.entries(names)) {
      const { inputs, policy } = found.get(`${path}/${id}`);
      const bundles = inputs.map((/** @type {string} */ text, /** @type {number} */ i) => [`${i}.json`, lenientBase64(text)]);
      out.push({ name, bundles, policy: policy === null || policy === undefined ? null : lenientBase64(policy) });
    }
  }
  return out;
}

/** @returns {Promise<Case[]>} made of the files of the demo */
async function ofDemo() {
  const policy = await read("demo/policy.json");
  const text = new TextDecoder().decode(await read("demo/bundle.json"));
  const bundle = JSON.parse(text);
  const changed = (/** @type {object} */ members) => utf8(JSON.stringify({ ...bundle, ...members }));
  const unsigned = { events: bundle.events.map((/** @type {object} */ event) => ({ ...event, signature: null })) };
  const twins = JSON.parse(new TextDecoder().decode(policy));
  // Another key under the name of the signer's own: test 1 of RFC 8032, section 7.1.
  twins.keys.push({ ...twins.keys.find((/** @type {any} */ { key_id: id }) => id === "demo-2026-05"), public_key_hex: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" });
  const one = (/** @type {string} */ name, /** @type {Uint8Array} */ data, /** @type {Uint8Array | null} */ under = policy) => (
    { name, bundles: /** @type {[string, Uint8Array][]} */ ([["bundle.json", data]]), policy: under });
  return [
    one("the demo", utf8(text)),
    one("every event type", await read("demo/rich.json")),
    one("every tampered event", await read("demo/tampered.json")),
    one("altered", utf8(text.replace(/("signer_type": ?")/, "$1x"))),
    one("stripped", changed({ events: [] })),
    one("signatures removed", changed(unsigned)),
    one("mismatches", changed({ short_pith_number: "pith:AAAAAAAA", source_aliases: [1] })),
    one("the built-in policy", utf8(text), null),
    one("several keys of a name", utf8(text), utf8(JSON.stringify(twins))),
    one("a wrong hash", changed({ canonical_sha256: "0".repeat(64) })),
    one("a wrong number", changed({ pith_number: "pith:2003:AAAAAAAAAAAAAAAAAAAAAAAAAA" })),
    one("a record without a source", changed({ canonical_record: { ...bundle.canonical_record, source: null } })),
    one("another version", changed({ bundle_version: "2.0" })),
    one("not JSON", utf8(`${text} x`)),
    one("an empty file", new Uint8Array()),
    one("a policy", policy),
    { name: "two mirrors", bundles: [["a.json", utf8(text)], ["b.cbor", await read("demo/bundle.cbor")]], policy },
  ];
}

/** @returns {Promise<Case[]>} */
export const cases = async () => [...(await ofDemo()), ...(await ofVectors())];
