/** The public corpora: verdict, code and digest as the strict expectations state. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { PithError, canonicalBytes, fromHex, parseCbor, parseJson, sha256Hex, utf8, verifySignature } from "../pithbundle.js";
import { verifyWithoutWebCrypto } from "../src/ed25519/strict.js";
import { corpus, corpusTest, json } from "./data.js";

/** @param {(bytes: Uint8Array) => any} read @param {Uint8Array} bytes @returns {Promise<[string, string?]>} */
async function verdict(read, bytes) {
  try {
    return ["ok", await sha256Hex(canonicalBytes(read(bytes)))];
  } catch (error) {
    assert.ok(error instanceof PithError, String(error));
    return [error.code];
  }
}

/** @param {Uint8Array} archive @returns {Generator<[string, Uint8Array]>} the plain files of a tar archive */
function* untar(archive) {
  const text = (/** @type {number} */ from, /** @type {number} */ to) => new TextDecoder().decode(archive.subarray(from, to)).replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = parseInt(text(at + 124, at + 136), 8);
    if ("0\0".includes(String.fromCharCode(archive[at + 156]))) yield [text(at, at + 100), archive.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

corpusTest("JSONTestSuite", "json/jsontestsuite.tar.gz", async () => {
  const { tests } = json(corpus("json/jsontestsuite-strict-expectations.json"));
  let seen = 0;
  for (const [name, bytes] of untar(gunzipSync(corpus("json/jsontestsuite.tar.gz")))) {
    const { expect, code, canonical_sha256 } = tests[name];
    assert.deepEqual(await verdict(parseJson, bytes), expect === "ok" ? ["ok", canonical_sha256] : [code], name);
    seen++;
  }
  assert.equal(seen, 340);
  assert.equal(Object.keys(tests).length, 340);
});

corpusTest("JCS", "jcs/strict-expectations.json", async () => {
  const { tests } = json(corpus("jcs/strict-expectations.json"));
  assert.equal(Object.keys(tests).length, 6);
  for (const [name, expected] of Object.entries(/** @type {any} */ (tests))) {
    for (const side of ["input", "output"]) {
      const [code, digest] = await verdict(parseJson, corpus(`jcs/${side}/${name}.json`));
      assert.equal(code, expected[side], `${name} ${side}`);
      if (code === "ok" && expected.bytes) assert.equal(digest, await sha256Hex(corpus(`jcs/output/${name}.json`)), `${name} ${side}`);
    }
  }
});

/** @type {[string, (file: any) => (string | undefined)[]][]} */
const CBOR = [
  ...["cborwg-good", "cborwg-bad", "cborwg-spike"].map((name) => /** @type {[string, any]} */ ([name, (/** @type {any} */ file) => file.tests.map((/** @type {any} */ one) => one.encoded)])),
  ...["bcdcbor-decode-vectors", "bcdcbor-encode-vectors"].map((name) => /** @type {[string, any]} */ ([name, (/** @type {any} */ file) => file.vectors.map((/** @type {any} */ one) => one.hex ?? one.expect?.hex)])),
];
for (const [name, hexes] of CBOR) {
  corpusTest(`CBOR ${name}`, `cbor/${name}.json`, async () => {
    const expected = json(corpus("cbor/public-strict-expectations.json")).files[name];
    const found = hexes(json(corpus(`cbor/${name}.json`)));
    assert.equal(found.length, expected.length);
    for (const [i, hex] of found.entries()) {
      if (expected[i] !== null) assert.deepEqual(await verdict(parseCbor, fromHex(/** @type {string} */ (hex))), expected[i], `${i} ${hex}`);
    }
  });
}

/** @type {Record<string, (file: any) => [string, Uint8Array, string][]>} key, message, signature */
const ED25519 = {
  "wycheproof-ed25519_test.json": (file) => file.testGroups.flatMap((/** @type {any} */ group) => group.tests.map((/** @type {any} */ one) => [group.publicKey.pk, fromHex(one.msg), one.sig])),
  "cctv-ed25519vectors.json": (file) => file.map((/** @type {any} */ one) => [one.key, utf8(one.msg), one.sig]),
  "speccheck-cases.json": (file) => file.map((/** @type {any} */ one) => [one.pub_key, fromHex(one.message), one.signature]),
  "noble-zip215.json": (file) => file.map((/** @type {any} */ one) => [one.vk_bytes, utf8("Zcash"), one.sig_bytes]),
};
for (const [name, cases] of Object.entries(ED25519)) {
  corpusTest(`Ed25519 ${name}`, `ed25519/${name}`, async () => {
    const expected = json(corpus("ed25519/strict-expectations.json")).files[name];
    const found = cases(json(corpus(`ed25519/${name}`)));
    assert.equal(found.length, expected.length);
    for (const [i, [key, message, signature]] of found.entries()) {
      assert.equal(await verifySignature(fromHex(key), message, fromHex(signature)), expected[i] === 1, `${i}`);
    }
  });
}

corpusTest("Ed25519 djb, and without WebCrypto", "ed25519/djb-sign-input.txt.gz", async () => {
  const lines = new TextDecoder().decode(gunzipSync(corpus("ed25519/djb-sign-input.txt.gz"))).trim().split("\n");
  assert.equal(lines.length, 1024);
  for (const [i, line] of lines.entries()) {
    const [, key, message, signed] = line.split(":");
    const [raw, bytes, signature] = [fromHex(key), fromHex(message), fromHex(signed.slice(0, 128))];
    const corrupted = signature.with(i % 64, signature[i % 64] ^ (1 << (i % 8)));
    assert.equal(await verifySignature(raw, bytes, signature), true, `${i}`);
    assert.equal(await verifySignature(raw, bytes, corrupted), false, `${i}`);
    if (i % 64 === 0) assert.deepEqual([await verifyWithoutWebCrypto(raw, bytes, signature), await verifyWithoutWebCrypto(raw, bytes, corrupted)], [true, false], `${i}`);
  }
});
