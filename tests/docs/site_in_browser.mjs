/** The built site in headless Chromium, as a static server has it: `tests/docs/test_site_in_browser.py`. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { REPO, shared } from "../../js/test/chromium.js";

const SITE = new URL("out/docs/site/", REPO);
const PAGES = readdirSync(SITE, { recursive: true }).map(String).filter((name) => name.endsWith(".html") && !name.startsWith("files/") && name !== "404.html");

/** A page, and what went wrong in it. @param {object} options of the context */
async function opened(options) {
  const context = await shared.browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => request.url().startsWith(shared.origin) || errors.push(request.url()));
  const visit = (name) => page.goto(`${shared.origin}/out/docs/site/${name}`);
  const close = async () => {
    assert.deepEqual(errors.filter((one) => !one.includes("favicon")), []);
    await context.close();
  };
  return { page, context, visit, close };
}

/** Whatever sticks out of the window, and is not in a box that scrolls by itself. */
const wide = () => [...document.querySelectorAll("article *")].filter((element) => {
  const { width, right } = element.getBoundingClientRect();
  if (width === 0 || right <= innerWidth + 1) return false;
  for (let at = element; at !== document.body && at !== null; at = at.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(at).overflowX)) return false;
  return true;
}).map((element) => element.outerHTML.slice(0, 100));

/** Names in tables that are broken in the middle. */
const broken = () => [...document.querySelectorAll("article td code")].filter((code) => code.textContent.length < 25 && !/[\s/-]/.test(code.textContent) && code.getClientRects().length > 1).map((code) => code.textContent);

for (const [width, colorScheme] of [[375, "dark"], [1280, "light"]]) {
  test(`no page is wider than ${width} pixels, ${colorScheme}`, async () => {
    const { page, visit, close } = await opened({ viewport: { width, height: 800 }, colorScheme });
    assert.ok(PAGES.length > 50);
    for (const name of PAGES) {
      await visit(name);
      const [scrollWidth, clientWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(scrollWidth <= clientWidth, `${name}: ${scrollWidth} of ${clientWidth} pixels`);
      assert.deepEqual([name, await page.evaluate(wide)], [name, []]);
      assert.deepEqual([name, await page.evaluate(broken)], [name, []]);
    }
    await close();
  });
}

test("the copy button copies commands without prompts and outputs, and other blocks whole", async () => {
  const { page, context, visit, close } = await opened({ permissions: ["clipboard-read", "clipboard-write"] });
  await visit("quick-start.html");
  const copied = async (text) => {
    const block = page.locator(".highlight", { hasText: text }).first();
    await block.hover();
    await block.locator("button").first().click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  assert.equal(await copied("head -c 118"), [
    "pithbundle merge vectors/demo/bundle.json --policy vectors/demo/policy.json -o state.json --report report.json",
    "head -c 118 state.json; echo",
  ].join("\n"));
  assert.match(await copied("from pithbundle import"), /^from pathlib import Path\n\nfrom pithbundle import Policy, Verifier\n/);
  // What is selected by hand has no prompt either.
  assert.equal(await page.locator(".gp").first().evaluate((prompt) => getComputedStyle(prompt).userSelect), "none");
  await context.clearPermissions();
  await close();
});

test("the search finds a clause and a guide from a static server", async () => {
  const { page, visit, close } = await opened({ viewport: { width: 1280, height: 900 } });
  for (const [words, place] of [["CHECK-3", "spec/checks.html"], ["history of a record", "guides/read-the-history.html"], ["bundle_depth", ".html"]]) {
    await visit("index.html");
    // The results are in a tree that a test cannot read, and no event says that the index is loaded: Enter opens the first result.
    for (let i = 1; i <= 5 && page.url().endsWith("index.html"); i++) {
      await page.waitForTimeout(500 * i);
      await page.keyboard.press("Control+k");
      await page.waitForTimeout(300 * i);
      await page.keyboard.type(words, { delay: 20 });
      await page.waitForTimeout(800 * i);
      await page.keyboard.press("Enter");
      const left = await page.waitForURL((url) => !url.pathname.endsWith("index.html"), { timeout: 3000 * i }).then(() => true, () => false);
      if (!left) await visit("index.html");
    }
    assert.ok(new URL(page.url()).pathname.endsWith(place) && !page.url().endsWith("index.html"), `${words}: ${page.url()}`);
  }
  await close();
});

test("a contents list of the specification leads to its clauses", async () => {
  const { page, visit, close } = await opened({ viewport: { width: 1280, height: 900 } });
  await visit("spec/checks.html");
  await page.locator(".md-sidebar--secondary a", { hasText: "CHECK-3: Event id" }).first().click();
  assert.ok(page.url().endsWith("#check-3"), page.url());
  await close();
});

test("the picture is shown, and scrolls by itself on a phone", async () => {
  const { page, visit, close } = await opened({ viewport: { width: 375, height: 800 } });
  await visit("guides/read-the-history.html");
  const [natural, box, inner] = await page.locator(".picture").evaluate((part) => [part.querySelector("img").naturalWidth, part.clientWidth, part.scrollWidth]);
  assert.ok(natural > 500 && box < 375 && inner > box, `${natural} ${box} ${inner}`);
  await page.locator(".picture").focus();
  assert.ok(await page.evaluate(() => document.activeElement.classList.contains("picture")));
  await close();
});
