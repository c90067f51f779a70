/** The page of a graph in headless Chromium: `tests/browser/test_graph_page.py` writes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shared } from "../../js/test/chromium.js";
import { testLooks } from "./looks.mjs";

const { folder, names, output } = JSON.parse(process.env.PITHBUNDLE_GRAPHS);

/** A page from the disk, which may load nothing else. @param {string} name @param {object} options of the context */
async function opened(name, options = {}) {
  const context = await shared.browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const errors = [];
  const address = `file://${folder}/${name}.html`;
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("dialog", (dialog) => errors.push(`dialog ${dialog.message()}`));
  page.on("request", (request) => request.url() === address || errors.push(request.url()));
  await page.goto(address);
  const close = async () => {
    assert.deepEqual(errors, []);
    await context.close();
  };
  return { page, close };
}

for (const width of [390, 1280]) {
  test(`the labels that are seen do not overlap, and none leaves its picture: ${width}`, async () => {
    for (const name of names) {
      const { page, close } = await opened(name, { viewport: { width, height: 900 } });
      const found = await page.evaluate(() => [...document.querySelectorAll(".sheet > svg")].map((svg) => {
        const { left, right, top, bottom } = svg.getBoundingClientRect();
        const boxes = [...svg.querySelectorAll(".labels text")].map((one) => one.getBoundingClientRect());
        const apart = (one, other) => one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 2 || other.bottom <= one.top + 2;
        return {
          seen: right > left,
          labels: boxes.length,
          overlapping: boxes.flatMap((one, at) => boxes.slice(0, at).filter((other) => !apart(one, other))).length,
          outside: boxes.filter((one) => one.left < left - 1 || one.right > right + 1 || one.top < top - 1 || one.bottom > bottom + 1).length,
          letters: Math.max(0, ...boxes.map((one) => one.height)),
        };
      }));
      const shown = found.filter((one) => one.seen);
      assert.equal(shown.length * 2, found.length, name);
      for (const one of shown) {
        assert.ok(one.labels > 0 && one.labels <= 60 && one.letters >= 11, `${name}: ${JSON.stringify(one)}`);
        assert.deepEqual([one.overlapping, one.outside], [0, 0], `${name}: ${JSON.stringify(one)}`);
      }
      await close();
    }
  });
}

// What axe-core finds of 1,000 nodes it finds of 40, in a tenth of the time.
testLooks(names.filter((name) => name !== "graph-1000"), opened, output);
