/** The vectors and the page in headless Chromium, from a page on localhost. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { check, merge, readBundle, readPolicy, utf8 } from "../pithbundle.js";
import { requests } from "../src/conformance/vectors.js";
import { lenientBase64 } from "../src/encoding/spellings.js";

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
  let count = 0;
  for (const stage of STAGES) {
    for (const name of await readdir(new URL(`vectors/${stage}/`, REPO))) {
      const path = `vectors/${stage}/${name}`;
      const text = name.endsWith(".json") ? await readFile(new URL(path, REPO), "utf8") : "";
      if (!text.slice(0, 200).includes('"vectors_version"')) continue;
      paths.push(`/${path}`);
      for (const vector of JSON.parse(text).vectors) count += 1 + (vector.variants ?? []).length;
    }
  }
  const page = await browser.newPage();
  // Any page of the origin will do that does not forbid to fetch.
  await page.goto(`${origin}/js/page.css`);
  const found = await page.evaluate(async (/** @type {string[]} */ all) => {
    const at = (/** @type {string} */ path) => new URL(path, location.href).href;
    const { run } = await import(at("/js/src/conformance/vectors.js"));
    const { operations } = await import(at("/js/src/conformance/operations.js"));
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
  // Every request of every file has an outcome.
  assert.equal(found.passed + found.unsupported, count);
  assert.ok(found.passed > 1000);
  await page.close();
});

/** @param {string} path */
const local = (path) => fileURLToPath(new URL(path, REPO));

/** The arguments of a vector, as bytes. @param {string} path @param {(request: any) => boolean} wanted */
async function vector(path, wanted) {
  const bytes = async (/** @type {string} */ name) => new Uint8Array(await readFile(new URL(`vectors/${name}`, REPO)));
  for await (const request of requests(JSON.parse(new TextDecoder().decode(await bytes(path))), bytes)) {
    if (!wanted(request)) continue;
    const { inputs, policy } = request.args;
    return { bundles: inputs.map(lenientBase64), policy: lenientBase64(policy) };
  }
  throw new Error(`no such vector in ${path}`);
}

/** @param {string} name @param {Uint8Array | string} content */
const upload = (name, content) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });

/** A page with what it reports. @param {object} [options] of the browser's context */
async function opened(options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("console", (/** @type {any} */ message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (/** @type {Error} */ error) => errors.push(String(error)));
  await page.goto(`${origin}/js/index.html`);
  await page.waitForSelector("#drop:enabled");
  const choose = async (/** @type {string} */ id, /** @type {any} */ files) => {
    await page.setInputFiles(`#${id}`, files);
    await page.waitForFunction(() => document.querySelector("#outcome h2") !== null || document.querySelector("#outcome")?.textContent === "No bundle yet.");
  };
  const outcome = async () => ({
    title: await page.textContent("#outcome h2"), grade: await page.getAttribute("#outcome", "class"), text: await page.textContent("#outcome"),
    facts: await page.textContent("#facts"), table: await page.textContent("#verdicts tbody"),
  });
  const close = async () => {
    // Nothing was loaded, sent or run that the page's policy forbids.
    assert.deepEqual(errors.filter((one) => !one.includes("favicon")), []);
    await context.close();
  };
  return { page, choose, outcome, close };
}

test("the page reports each outcome", { skip }, async (t) => {
  const { choose, outcome, close } = await opened();
  const bundle = await readFile(local("vectors/demo/bundle.json"), "utf8");
  const policy = await readPolicy(await readFile(local("vectors/demo/policy.json")));
  await choose("policy", local("vectors/demo/policy.json"));

  await t.test("valid", async () => {
    await choose("bundles", local("vectors/demo/bundle.json"));
    const found = await outcome();
    assert.equal(found.title, "\u2714 Valid");
    assert.equal(found.grade, "good");
    const { events, canonical_sha256 } = JSON.parse(bundle);
    assert.match(found.text, new RegExp(`${events.length} events verified: a genuine signature`));
    const merged = await merge([await check(await readBundle(utf8(bundle)), policy)]);
    for (const text of [merged.stateSha256, merged.eventsSha256, canonical_sha256, policy.sha256]) assert.ok(found.facts.includes(text), text);
    for (const { event_id, created_at, signer } of events) {
      for (const text of [event_id, created_at, signer.public_key_fingerprint]) assert.ok(found.table.includes(text), text);
    }
    assert.ok(!found.table.includes("not proved"));
  });

  await t.test("a receipt is listed once for each recomputed id", async () => {
    await choose("bundles", [upload("one.json", bundle), upload("two.json", bundle)]);
    const found = await outcome();
    assert.equal(found.title, "\u2714 Valid");
    assert.match(found.text, /\b1 receipt verified: /);
    assert.equal(found.table.split("/payload/receipt").length - 1, 1);
  });

  await t.test("altered text is invalid, and the message states how", async () => {
    const altered = bundle.replace('"signer_type":"', '"signer_type":"x').replace('"signer_type": "', '"signer_type": "x');
    assert.notEqual(altered, bundle);
    await choose("bundles", upload("altered.json", altered));
    const found = await outcome();
    assert.deepEqual([found.title, found.grade], ["\u2716 Invalid", "bad"]);
    assert.match(found.table, /hash_mismatch: the content does not have the stated hash/);
    assert.match(found.table, /a genuine signature, but for other content: this element was altered/);
    assert.match(found.table, /not proved: /);
  });

  await t.test("a stripped bundle is unverified", async () => {
    await choose("bundles", upload("stripped.json", JSON.stringify({ ...JSON.parse(bundle), events: [] })));
    const found = await outcome();
    assert.deepEqual([found.title, found.grade], ["? Unverified", "open"]);
    assert.match(found.text, /There is no event in these files, so no signature covers anything of the record/);
  });

  await t.test("removed signatures are unverified", async () => {
    const events = JSON.parse(bundle).events.map((/** @type {any} */ event) => ({ ...event, signature: null }));
    const stripped = utf8(JSON.stringify({ ...JSON.parse(bundle), events }));
    await choose("bundles", upload("unsigned.json", stripped));
    const found = await outcome();
    // The receipt inside is still genuine.
    assert.deepEqual([found.title, found.grade], ["? Unverified", "open"]);
    assert.match(found.text, new RegExp(`${events.length} events not_signed: there is no signature`));
  });

  await t.test("unsigned members that differ are named", async () => {
    const differs = JSON.stringify({ ...JSON.parse(bundle), short_pith_number: "pith:AAAAAAAA" });
    await choose("bundles", upload("differs.json", differs));
    const found = await outcome();
    assert.equal(found.title, "\u2714 Valid");
    assert.match(found.facts, /unsigned members that differ from the recorddiffers\.json: \/short_pith_number/);
  });

  await t.test("rejected", async () => {
    await choose("bundles", [local("vectors/demo/bundle.json"), local("vectors/demo/README.md")]);
    const found = await outcome();
    assert.deepEqual([found.title, found.grade], ["\u2716 Rejected", "bad"]);
    assert.match(found.text, /1 file of 2 rejected/);
    assert.match(found.table, /syntax: this is not JSON/);
    await choose("bundles", local("vectors/demo/README.md"));
    const alone = await outcome();
    assert.equal(alone.title, "\u2716 Rejected");
    assert.doesNotMatch(alone.text, /Also/);
  });
  await close();
});

test("the page reports what is missing and what conflicts", { skip }, async (t) => {
  await t.test("ids that a checkpoint lists are missing", async () => {
    const { choose, outcome, close } = await opened();
    const { bundles, policy } = await vector("merge/checkpoints.json", ({ name }) => name === "merge/checkpoints/missing");
    await choose("policy", upload("policy.json", policy));
    await choose("bundles", upload("missing.json", bundles[0]));
    const found = await outcome();
    assert.deepEqual([found.title, found.grade], ["? Incomplete", "open"]);
    assert.match(found.text, /1 event that \S+ listed is missing: sha256:[0-9a-f]{64}\./);
    await close();
  });

  await t.test("contradictory statements of one signer", async () => {
    const { choose, outcome, close } = await opened();
    const { bundles, policy } = await vector("equivocation/groups.json", ({ expect }) => expect.ok?.exit_status === 1);
    await choose("policy", upload("policy.json", policy));
    await choose("bundles", upload("conflict.json", bundles[0]));
    const found = await outcome();
    assert.deepEqual([found.title, found.grade], ["\u2716 Conflict", "bad"]);
    assert.match(found.text, /Conflict: \S+ signed 2 \S+ events for \S+Z: sha256:/);
    await close();
  });
});

test("hostile text neither runs nor hides", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  const text = await readFile(local("vectors/demo/bundle.json"), "utf8");
  await choose("policy", local("vectors/demo/policy.json"));
  const bundle = JSON.parse(text);
  bundle.events[0].created_at = "<img src=x onerror=alert(1)>\u202e\n\u200b";
  const hostile = JSON.stringify(bundle);
  await choose("bundles", upload("</td>\u202e.json", `${hostile} x`));
  assert.equal((await outcome()).title, "\u2716 Rejected");
  assert.equal(await page.textContent("#verdicts tbody td:last-child"), "</td>\\u{202e}.json");
  await choose("bundles", upload("b.json", hostile));
  assert.equal((await outcome()).title, "\u2716 Invalid");
  assert.equal(await page.locator("img").count(), 0);
  assert.doesNotMatch(await page.textContent("body"), /[\u202e\u200b]/);

  // However long a claim is, that it is not proved is not cut off.
  const long = JSON.parse(text);
  long.events = [{ event_type: "x".repeat(5000) }];
  await choose("bundles", upload("long.json", JSON.stringify(long)));
  assert.match((await outcome()).table, /not proved: xxx/);
  await close();
});

test("good and bad look different without colour, in the dark and on a phone", { skip }, async () => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 360, height: 740 } }]) {
    const { page, choose, close } = await opened(options);
    await choose("policy", local("vectors/demo/policy.json"));
    const looks = new Set();
    const bundle = await readFile(local("vectors/demo/bundle.json"), "utf8");
    for (const text of [bundle, JSON.stringify({ ...JSON.parse(bundle), events: [] }), "x"]) {
      await choose("bundles", upload("bundle.json", text));
      looks.add(await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.querySelector("#outcome"))).borderTopStyle));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.equal(wide, false, "the page is wider than its window");
    }
    assert.equal(looks.size, 3);
    const { color, backgroundColor } = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    const sum = (/** @type {string} */ rgb) => (rgb.match(/\d+/g) ?? []).slice(0, 3).reduce((all, one) => all + Number(one), 0);
    assert.equal(sum(color) > sum(backgroundColor), options.colorScheme === "dark");
    await close();
  }
});

test("opened from disk the page states why it does not run and what to do", { skip }, async () => {
  const page = await browser.newPage();
  await page.goto(new URL("js/index.html", REPO).href);
  assert.equal(await page.isVisible("#silent"), true);
  assert.match(await page.textContent("#silent"), /not from a\s+file on disk[^]*python3 -m http\.server/);
  assert.equal(await page.isDisabled("#bundles"), true);
  await page.goto(`${origin}/js/index.html`);
  await page.waitForSelector("#drop:enabled");
  assert.equal(await page.locator("#silent").count(), 0);
  await page.close();
});
