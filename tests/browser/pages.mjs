/** The pages of a mirror in headless Chromium: `tests/browser/test_pages.py` publishes and serves them. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { FLAGS, CHROMIUM, REPO, shared } from "../../js/test/chromium.js";
import { testLooks } from "./looks.mjs";

const require = createRequire(new URL("js/package.json", REPO));
const { address, folder, pages, output } = JSON.parse(process.env.PITHBUNDLE_PAGES);
const ORIGIN = `http://${address}`;
const HOSTILE = Object.keys(pages).filter((name) => name.startsWith("hostile"));

/** A page of a record, and what went wrong in it. @param {string} name @param {object} options of the context */
async function opened(name, options = {}, { browser = shared.browser, origin = ORIGIN } = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico") && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => errors.push(`dialog ${dialog.message()}`));
  page.on("request", (request) => request.url().startsWith(`${origin}/`) || errors.push(request.url()));
  await page.goto(`${origin}/${pages[name]}`);
  const checked = async () => {
    await page.waitForFunction(() => /good|open|bad/.test(document.querySelector("#check").className), null, { timeout: 120_000 });
    return [await page.getAttribute("#check", "class"), (await page.innerText("#answer")).replace(/\s+/g, " ")];
  };
  const close = async () => {
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, checked, close };
}

for (const name of ["rich", "paper", "unverified"]) {
  test(`an honest record is checked and agreed with: ${name}`, async () => {
    const { page, checked, close } = await opened(name);
    const [className, text] = await checked();
    assert.equal(className, "check good", text);
    assert.match(text, /agrees with this mirror It checked \d+ valid events? in 1 bundle/);
    assert.equal(/, and 2 elements that this policy does not check/.test(text), name === "unverified");
    await page.waitForFunction(() => document.querySelector("#head").textContent !== "");
    assert.match(await page.textContent("#head"), /^mirror\.example, generation 1, 20/);
    await close();
  });
}

for (const [name, expected] of [
  ["altered", /1 event invalid: the content was altered, .*events_sha256: the page has .*digest: /],
  ["dropped", /events_sha256: the page has [0-9a-f]{64}, from the bundles follows [0-9a-f]{64}.*state\.json is not the state/],
  ["state", /mirror state\.json is not the state that follows from the bundles$/],
]) {
  test(`what a mirror altered is flagged: ${name}`, async () => {
    const { checked, close } = await opened(name);
    const [className, text] = await checked();
    assert.equal(className, "check bad", text);
    assert.match(text, /does not agree with this mirror/);
    assert.match(text.trim(), expected);
    await close();
  });
}

test("without scripts the page is complete, and says that nothing was checked here", async () => {
  const { page, close } = await opened("rich", { javaScriptEnabled: false });
  const text = await page.locator("body").innerText();
  for (const part of ["Not checked by your browser", "the word of the mirror alone", "Conflicts", "Retractions", "Cited by", "Timeline", "Digests", "bundle.json"]) {
    assert.ok(text.includes(part), part);
  }
  await close();
});

test("where the browser has no cryptography the page says that it could not check", async () => {
  const playwright = require("playwright-core");
  const browser = await playwright.chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, "--host-resolver-rules=MAP mirror.test 127.0.0.1"] });
  try {
    const origin = `http://mirror.test:${address.split(":")[1]}`;
    const { page, checked, close } = await opened("rich", {}, { browser, origin });
    assert.equal(await page.evaluate(() => globalThis.crypto.subtle), undefined);
    const [className, text] = await checked();
    assert.equal(className, "check open");
    assert.match(text, /could not check this page Browsers offer the cryptography that this needs only over https/);
    await close();
  } finally {
    await browser.close();
  }
});

test("what is not served leaves the question open", async () => {
  const context = await shared.browser.newContext();
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  await page.route("**/state.json", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto(`${ORIGIN}/${pages.rich}`);
  await page.waitForSelector("#check.open");
  assert.match(await page.textContent("#answer"), /could not check this page\s*state\.json was not served: status 404/);
  await context.close();
});

test("5,000 events stay usable", async () => {
  const start = Date.now();
  const { page, checked, close } = await opened("many");
  const loaded = Date.now() - start;
  assert.equal(await page.locator(".timeline > li").count(), 1000);
  assert.ok((await page.locator("body").innerText()).includes("4000 earlier events; the bundle has them all."));
  // While the worker checks, the page answers.
  const [slowest, found] = await Promise.all([
    page.evaluate(async () => {
      let most = 0;
      for (let i = 0; i < 20; i++) {
        const before = performance.now();
        scrollTo(0, i * 5000);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        most = Math.max(most, performance.now() - before);
      }
      return most;
    }),
    checked(),
  ]);
  assert.equal(found[0], "check good", found[1]);
  assert.match(found[1], /5000 valid events/);
  assert.ok(loaded < 10_000 && slowest < 2_000, `loaded in ${loaded} ms, slowest frame ${slowest} ms`);
  await close();
});

test("hostile texts add no element, no attribute, no request and no dialog", async () => {
  const shapes = new Set();
  for (const name of HOSTILE) {
    const { page, checked, close } = await opened(name);
    const [className] = await checked();
    assert.equal(className, "check good", name);
    shapes.add(await page.evaluate(() => JSON.stringify([...document.querySelectorAll("*")].map((one) => [one.localName, ...one.getAttributeNames()]))));
    await close();
  }
  assert.equal(shapes.size, 1);
  assert.ok(HOSTILE.length >= 9);
});

testLooks(["rich", "paper", "claims", "unverified", "altered"], async (name, options) => {
  const { page, checked, close } = await opened(name, options);
  await checked();
  return { page, close };
}, output);

test("the page in one file checks a bundle from a disk, without modules and without a server", async () => {
  const context = await shared.browser.newContext();
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`file://${folder}/pith-pages/check.html`);
  await page.waitForSelector("#drop:enabled");
  await page.setInputFiles("#policy", `${folder}/pith-pages/policy.json`);
  for (const [name, expected] of [["paper", "Valid"], ["altered", "Invalid"]]) {
    await page.setInputFiles("#bundles", `${folder}/${pages[name].replace("index.html", "bundle.json")}`);
    await page.waitForFunction((wanted) => document.querySelector("#outcome h2")?.textContent.includes(wanted), expected);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test("links are reached by keyboard, and each has a visible focus", async () => {
  const { page, checked, close } = await opened("rich");
  await checked();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const outlines = new Set();
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    outlines.add(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle));
  }
  assert.deepEqual([...outlines], ["solid"]);
  await close();
});
