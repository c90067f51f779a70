/** The vectors and the page in headless Chromium, from a page on localhost. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const REPO = new URL("../../", import.meta.url);
const CHROMIUM = process.env.PITHBUNDLE_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TYPES = /** @type {Record<string, string>} */ ({ html: "text/html", js: "text/javascript", css: "text/css", json: "application/json" });
const STAGES = ["json", "cbor", "number", "record", "signature", "policy", "event", "receipt", "check", "merge", "equivocation", "mirror", "real"];

const playwright = await import("playwright-core").catch(() => null);
const missing = playwright === null ? "playwright-core is not installed: npm ci in js" : existsSync(CHROMIUM) ? null : `no ${CHROMIUM}; PITHBUNDLE_CHROMIUM names another`;
const skip = missing !== null && process.env.PITHBUNDLE_NO_SKIP !== "1" ? missing : false;

const server = createServer(async ({ url = "/" }, response) => {
  const path = new URL(url, "http://localhost").pathname;
  const found = /^\/(?:js|vectors)\/[\w./-]+$/.test(path) && !path.includes("..") ? await readFile(new URL(`.${path}`, REPO)).catch(() => null) : null;
  response.writeHead(found === null ? 404 : 200, { "content-type": TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream" });
  response.end(found);
});
/** @type {any} */
let browser;
let origin = "";

before(async () => {
  if (skip !== false) return;
  assert.ok(playwright !== null && missing === null, missing ?? "");
  await /** @type {Promise<void>} */ (new Promise((done) => server.listen(0, "127.0.0.1", done)));
  const address = server.address();
  origin = `http://localhost:${typeof address === "object" ? address?.port : ""}`;
  browser = await playwright.chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
after(async () => {
  await browser?.close();
  server.close();
});

test("every vector, in Chromium", { skip }, async (t) => {
  const paths = [];
  for (const stage of STAGES) {
    for (const name of await readdir(new URL(`vectors/${stage}/`, REPO)).catch(() => [])) {
      const path = `vectors/${stage}/${name}`;
      if (name.endsWith(".json") && (await readFile(new URL(path, REPO), "utf8")).slice(0, 200).includes('"vectors_version"')) paths.push(`/${path}`);
    }
  }
  const page = await browser.newPage();
  // Any page of the origin will do that does not forbid to fetch.
  await page.goto(`${origin}/js/page.css`);
  const found = await page.evaluate(async (/** @type {string[]} */ all) => {
    const at = (/** @type {string} */ path) => new URL(path, location.href).href;
    const { run } = await import(at("/js/vectors.js"));
    const { operations } = await import(at("/js/operations.js"));
    const read = async (/** @type {string} */ path) => new Uint8Array(await (await fetch(`/vectors/${path}`)).arrayBuffer());
    const sum = { passed: 0, unsupported: 0, failed: /** @type {string[]} */ ([]) };
    for (const path of all) {
      const { passed, unsupported, failed } = await run(await (await fetch(path)).json(), read, operations);
      sum.passed += passed;
      sum.unsupported += unsupported;
      sum.failed.push(...failed.map((/** @type {string} */ one) => `${path} ${one}`));
    }
    return sum;
  }, paths);
  t.diagnostic(`${browser.version()}: ${found.passed} passed, ${found.unsupported} of operations not built`);
  assert.deepEqual(found.failed, []);
  assert.ok(found.passed > 1000);
  await page.close();
});

/** @param {string} path */
const local = (path) => fileURLToPath(new URL(path, REPO));

test("the page says what a bundle is", { skip }, async () => {
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("console", (/** @type {any} */ message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (/** @type {Error} */ error) => errors.push(String(error)));
  await page.goto(`${origin}/js/index.html`);
  const outcome = async (/** @type {string} */ word) => {
    await page.waitForFunction((/** @type {string} */ wanted) => document.getElementById("outcome")?.textContent?.includes(wanted), word, { timeout: 10000 });
    return page.textContent("#outcome");
  };
  await page.setInputFiles("#policy", local("vectors/demo/policy.json"));
  await page.setInputFiles("#bundles", local("vectors/demo/bundle.json"));
  assert.equal(await outcome("valid"), "All valid. 2 valid events of 2.");
  await page.setInputFiles("#bundles", [local("vectors/demo/rich.json"), local("vectors/demo/README.md")]);
  assert.equal(await outcome("conflict"), "Not valid. 18 valid events of 18, 1 file refused, 1 conflict.");
  assert.match(await page.textContent("#facts"), /25ae7e237b95fdbe7a59f1d7cd8f4cbd7d829e8e20a7c296902a746a4abc2900/);

  const text = await readFile(local("vectors/demo/bundle.json"), "utf8");
  const hostile = text.replace('"2026-05-18T01:39:14.078722Z"', JSON.stringify("<img src=x onerror=alert(1)>\u202e\n\u200b"));
  assert.notEqual(hostile, text);
  await page.setInputFiles("#bundles", { name: "</td>\u202e.json", mimeType: "application/json", buffer: Buffer.from(`${hostile} x`) });
  assert.match(await outcome("nothing"), /^Not valid: nothing could be read/);
  assert.equal(await page.textContent("#verdicts tbody td:last-child"), "</td>\\u{202e}.json");
  await page.setInputFiles("#bundles", { name: "b.json", mimeType: "application/json", buffer: Buffer.from(hostile) });
  await outcome("valid event");
  assert.equal(await page.locator("img").count(), 0);
  assert.doesNotMatch(await page.textContent("body"), /[\u202e\u200b]/);
  // Nothing was loaded, sent or run that the page's policy forbids.
  assert.deepEqual(errors.filter((one) => !one.includes("favicon")), []);
  await page.close();
});
