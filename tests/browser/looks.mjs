/** How pages look: nothing wider than the window, and no fault that axe-core finds; a picture of each. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { REPO } from "../../js/test/chromium.js";

const require = createRequire(new URL("js/package.json", REPO));

/**
 * Tests of pages in a narrow and a wide window, light and dark.
 *
 * @param {string[]} names of the pictures
 * @param {(name: string, options: object) => Promise<{ page: any, close: () => Promise<void> }>} opened a page that is done
 * @param {string} output the folder of the pictures
 */
export function testLooks(names, opened, output) {
  for (const [width, colorScheme] of [[390, "light"], [390, "dark"], [1280, "light"], [1280, "dark"]]) {
    test(`no fault of contrast or labels, nothing wider than the window: ${width} ${colorScheme}`, async () => {
      for (const name of names) {
        const { page, close } = await opened(name, { viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
        const [scrolled, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(scrolled <= client, `${name}: ${scrolled} of ${client} pixels`);
        await page.screenshot({ path: `${output}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => [name, id, nodes.slice(0, 3).map((node) => node.html.slice(0, 200))]), []);
        await close();
      }
    });
  }
}
