/** The pages of `mirror serve` in headless Chromium: `tests/browser/test_served_pages.py` serves them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shared } from "../../js/test/chromium.js";
import { testLooks } from "./looks.mjs";

const { origin, suffix, several, output } = JSON.parse(process.env.PITHBUNDLE_SERVED);

/** A page, and what went wrong in it. @param {string} path @param {object} options of the context */
async function opened(path, options = {}) {
  const context = await shared.browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => request.url().startsWith(`${origin}/`) || errors.push(request.url()));
  await page.goto(`${origin}${path}`);
  const close = async () => {
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, close };
}

test("the search of the index page leads to the page of a record, which this browser checks", async () => {
  const { page, close } = await opened("/");
  await page.waitForFunction(() => document.querySelector("#head").textContent.startsWith("mirror.example, generation 1, "));
  await page.fill("#q", suffix.slice(0, 8));
  await page.click(".search button");
  await page.waitForSelector("#check.good");
  assert.equal(page.url(), `${origin}/pith/${suffix}`);
  await page.click(".bar a");
  assert.equal(page.url(), `${origin}/`);
  await page.fill("#q", "<img src=x onerror=alert(1)>");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".query");
  assert.equal(await page.textContent(".query"), "<img src=x onerror=alert(1)>");
  assert.equal(await page.locator("img").count(), 0);
  await close();
});

test("a name of several records lists them, and each leads to its page", async () => {
  const { page, close } = await opened("/");
  await page.fill("#q", "W1");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".choices");
  assert.equal(await page.textContent(".query"), "W1");
  assert.deepEqual(await page.locator(".choices a").allTextContents(), several);
  await page.click(`.choices a >> text=${several[1]}`);
  await page.waitForSelector("#check.good");
  assert.equal(page.url(), `${origin}/pith/${several[1]}`);
  await close();
});

const LOOKS = { index: "/", "not-found": `/find?q=${"x".repeat(300)}`, error: "/pith/a/b", choices: "/find?q=W1" };
testLooks(Object.keys(LOOKS), (name, options) => opened(LOOKS[name], options), output);

test("what is printed has no controls", async () => {
  const { page, close } = await opened(`/pith/${suffix}`);
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".bar", "#check"]) assert.equal(await page.locator(hidden).isVisible(), false);
  await page.screenshot({ path: `${output}/print.png`, fullPage: true });
  await close();
});
