/** The registry's real records and receipts, and the demo bundles. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as pith from "../pithbundle.js";
import { file, json } from "./data.js";

const demo = (/** @type {string} */ name) => file(`vectors/demo/${name}`);
const policy = await pith.readPolicy(demo("policy.json"));
const checked = async (/** @type {Uint8Array} */ bytes) => pith.check(await pith.readBundle(bytes), policy);

test("numbers and hashes of the real records", async () => {
  const records = json(file("vectors/real/records.json"));
  assert.ok(records.length === 100);
  for (const { pith_number, canonical_sha256, canonical_record } of records) {
    const record = await pith.readRecord(pith.parseJson(pith.utf8(JSON.stringify(canonical_record))));
    assert.equal(record.sha256, canonical_sha256);
    assert.equal(record.pithNumber, pith_number);
  }
});

test("real receipts verify, and no other message does", async () => {
  const [key] = (await pith.readPolicy(null)).keys;
  for (const { canonical_sha256, signature_b64 } of json(file("vectors/real/receipts.json"))) {
    const message = pith.fromHex(canonical_sha256, 32);
    const signature = pith.fromBase64(signature_b64, 64);
    assert.equal(await pith.verifySignature(key.raw, message, signature), true);
    assert.equal(await pith.verifySignature(key.raw, message.with(0, message[0] ^ 1), signature), false);
  }
});

test("each tampered event has its verdict and code", async () => {
  const expected = json(demo("tampered.expected.json"));
  const { elements } = await checked(demo("tampered.json"));
  assert.deepEqual(
    elements.map(({ pointer, verdict: { status, code } }) => ({ pointer, verdict: status, code })),
    expected.map((/** @type {any} */ { pointer, verdict, code }) => ({ pointer, verdict, code })),
  );
});

test("JSON and CBOR give one state", async () => {
  const [one, two] = await Promise.all(["bundle.json", "bundle.cbor"].map(async (name) => pith.merge([await checked(demo(name))])));
  assert.deepEqual(one.stateBytes, two.stateBytes);
  assert.equal(pith.outcomeOf(one).exitStatus, 0);
});

test("order, repetition and grouping change no byte", async () => {
  const bundle = await pith.readBundle(demo("rich.json"));
  const of = (/** @type {any[]} */ elements) => pith.check({ ...bundle, elements }, policy);
  const all = bundle.elements;
  const want = await pith.merge([await of(all)]);
  const turned = await pith.merge([await of([...all].reverse())]);
  const split = await pith.merge([await of(all.slice(0, 7)), await of([]), await of([...all.slice(5), ...all])]);
  for (const found of [turned, split]) {
    assert.deepEqual(found.stateBytes, want.stateBytes);
    assert.deepEqual(found.traceBytes, want.traceBytes);
    assert.equal(found.stateSha256, want.stateSha256);
  }
  assert.equal(want.stateSha256, "743956063536417e99ff7470890e43af3a0193cc3dba9105d5214bf89bf98f49");
});

test("a proof of the conflict verifies alone, and no other bytes do", async () => {
  const { state, record } = await pith.merge([await checked(demo("rich.json"))]);
  const proof = pith.equivocationProof(record, state.equivocations[0]);
  assert.equal((await pith.verifyProof(proof, policy)).signer, "demo.example");
  const spaced = pith.utf8(`${new TextDecoder().decode(proof)} `);
  await assert.rejects(pith.verifyProof(spaced, policy), { code: "encoding" });
  await assert.rejects(pith.verifyProof(proof, await pith.readPolicy(null)), { code: "key_unknown" });
});

test("records of two numbers do not merge", async () => {
  const one = await checked(demo("bundle.json"));
  await assert.rejects(pith.merge([one, { ...one, record: { ...one.record, pithNumber: "pith:2003:AAAAAAAAAAAAAAAAAAAAAAAAAA" } }]), { code: "subject" });
  await assert.rejects(pith.merge([one, { ...one, record: { ...one.record, sha256: "00" } }]), { code: "collision" });
  await assert.rejects(pith.merge([one, { ...one, policy: await pith.readPolicy(null) }]), { code: "policy" });
});

test("the example of the README runs", () => {
  const example = /```javascript\n([^]*?)```/.exec(new TextDecoder().decode(file("js/README.md")))?.[1] ?? "";
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const out = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", example], { cwd: folder, encoding: "utf8" });
  assert.equal(out, "valid\n799775ddfb26133d6505a1ddededea6cea6695357cc304e3a9b5129b3770f14c 4894\n");
});
