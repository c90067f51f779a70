/** The modules: layers, no cycles, sizes, what they import, and the public names. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import * as pith from "../pithbundle.js";

const JS = new URL("../", import.meta.url);

/** Lowest first: a module imports only from its own layer and those before it. A folder is all of its modules. */
const LAYERS = [
  ["src/errors.js"], ["src/encoding/"], ["src/ed25519/"], ["src/bundle/"], ["src/verify/"], ["src/merge/"], ["src/verifier.js"],
  ["src/codes.js", "src/wording.js", "src/report.js", "src/comparison.js", "src/proof.js", "src/digests/"], ["pithbundle.js"], ["src/conformance/", "src/page/", "src/agreement.js"], ["worker.js", "page.js", "page-worker.js", "mirror-index.js", "record.js", "record-worker.js"],
];
const MAX_MODULE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

const inFolder = readdirSync(new URL("src/", JS), { recursive: true }).map((name) => `src/${name}`);
const MODULES = [...inFolder, ...readdirSync(JS)].filter((name) => name.endsWith(".js")).sort();
const SOURCES = new Map(MODULES.map((name) => [name, readFileSync(new URL(name, JS), "utf8")]));

/** @param {string} name @returns {number} of its layer; -1 where it has none */
const rank = (name) => LAYERS.findIndex((layer) => layer.some((one) => name === one || (one.endsWith("/") && name.startsWith(one))));

/** What a module imports, types too. @param {string} name @returns {string[]} paths below `js`, or names of other packages */
function imports(name) {
  const found = (SOURCES.get(name) ?? "").matchAll(/\b(?:from|import\() ?"([^"]+)"/g);
  return [...found].map(([, target]) => (target.startsWith(".") ? new URL(target, new URL(name, JS)).href.slice(JS.href.length) : target));
}

/** The functions of a module: the line of each and how many lines it has. @param {string} source @returns {[number, number][]} */
function functions(source) {
  const lines = source.split("\n");
  /** @type {[number, number][]} */
  const found = [];
  lines.forEach((line, i) => {
    const isControl = /^\s*(?:\} )?(?:if|else|for|while|switch|catch|do|try)\b/.test(line);
    if (isControl || !/(?:\bfunction\b.*|=>|^\s+(?:async )?[\w#]+\(.*\)) \{$/.test(line)) return;
    const [indent] = /** @type {RegExpExecArray} */ (/^\s*/.exec(line));
    const length = lines.slice(i + 1).findIndex((other) => other.startsWith(`${indent}}`));
    assert.ok(length >= 0, `no end of the function in line ${i + 1}`);
    found.push([i + 1, length + 2]);
  });
  return found;
}

test("each module has a layer, and imports only from it and those below", () => {
  for (const name of MODULES) {
    assert.ok(rank(name) >= 0, `${name} has no layer: add it to LAYERS`);
    for (const target of imports(name)) {
      if (target.startsWith("node:")) assert.equal(name, "worker.js", `${name} imports ${target}: only the worker may use Node`);
      else assert.ok(SOURCES.has(target) && rank(target) <= rank(name), `${name} imports ${target}`);
    }
  }
  assert.ok(imports("src/verify/policy.js").length > 5);
});

test("ed25519 imports nothing else, so that it can be reviewed alone", () => {
  const own = MODULES.filter((name) => name.startsWith("src/ed25519/"));
  assert.ok(own.length >= 3);
  for (const name of own) for (const target of imports(name)) assert.ok(own.includes(target), `${name} imports ${target}`);
});

test("verify imports nothing of merge, and merge imports only the verdicts of verify", () => {
  for (const name of MODULES) {
    for (const target of imports(name)) {
      if (name.startsWith("src/merge/") && target.startsWith("src/verify/")) assert.equal(target, "src/verify/verdicts.js", name);
      if (name.startsWith("src/verify/")) assert.ok(!target.startsWith("src/merge/"), `${name} imports ${target}`);
    }
  }
});

test("the page decides nothing: it imports no check and no merge rule", () => {
  const own = MODULES.filter((name) => name.startsWith("src/page/") || name.startsWith("page"));
  assert.ok(own.length >= 6);
  for (const name of own) for (const target of imports(name)) assert.doesNotMatch(target, /^src\/(?:verify|merge|bundle|ed25519)\//, name);
  assert.doesNotMatch(own.map((name) => SOURCES.get(name)).join(""), /\boutcomeOf\b|\bdecideById\b/);
});

test("no module imports itself by way of others, types included", () => {
  /** @type {Map<string, "open" | "done">} */
  const seen = new Map();
  /** @param {string} name @param {string[]} path */
  const visit = (name, path) => {
    if (seen.get(name) === "done") return;
    assert.notEqual(seen.get(name), "open", `cycle: ${[...path, name].join(" -> ")}`);
    seen.set(name, "open");
    for (const target of imports(name)) visit(target, [...path, name]);
    seen.set(name, "done");
  };
  for (const name of MODULES) visit(name, []);
});

test("modules and functions have a size that can be reviewed", () => {
  let count = 0;
  for (const [name, source] of SOURCES) {
    assert.ok(source.split("\n").length <= MAX_MODULE_LINES, `${name} has more than ${MAX_MODULE_LINES} lines`);
    for (const [line, length] of functions(source)) {
      count++;
      assert.ok(length <= MAX_FUNCTION_LINES, `${name}:${line}: a function of ${length} lines`);
    }
  }
  assert.ok(count > 150, `${count} functions`);
});

test("the sizes of functions are measured", () => {
  assert.deepEqual(functions("function a() {\n  if (b) {\n  }\n}\n"), [[1, 4]]);
  assert.deepEqual(functions("class A {\n  async b(c) {\n    d((e) => {\n    });\n  }\n}\n"), [[2, 4], [3, 2]]);
});

test("each module states its purpose and runs no text as code", () => {
  for (const [name, source] of SOURCES) {
    assert.match(source, /^(?:#!.*\n)?\/\*\*\n \* [A-Z]/i, `${name} does not begin with a comment that states its purpose`);
    assert.doesNotMatch(source, /\brequire\(|\bimport\((?!"\.)|\beval\(|\bnew Function\b|innerHTML|outerHTML|insertAdjacentHTML|document\.write/, name);
  }
});

test("the README has every module", () => {
  const readme = readFileSync(new URL("README.md", JS), "utf8");
  for (const name of MODULES) assert.ok(new RegExp(`^\\|.*\`(?:src/)?${name.split("/").at(-1)}\``, "m").test(readme), `README.md lacks ${name}`);
});

test("the public names", () => {
  assert.deepEqual(Object.keys(pith).sort(), [
    "BUNDLE_LIMITS", "LIMITS", "MERGE_RULES", "PithError", "STATE_LIMITS", "buildTree", "canonicalBytes", "canonicalJson",
    "canonicalSha256", "cborBytes", "check", "compareState", "contradictionOf", "decideById", "deltaOf", "depthOf", "equivocationProof",
    "eventIdDigest", "exportParts", "fingerprints", "followDeltas", "fromBase64", "fromHex", "headSignature", "instantOf",
    "isAcceptableKey", "leafDigest", "leafLinesBytes", "merge", "outcomeOf", "parseCbor", "parseJson", "parseNumber", "readBundle",
    "readFormatDocument", "readHead", "readLeafLines", "readPolicy", "readRecord", "readTree", "sha256", "sha256Hex", "status", "timeline",
    "titleSha256", "toBase64", "toHex", "trace", "unverifiedOf", "utf8", "verifyContradiction", "verifyProof", "verifySignature",
  ]);
});
