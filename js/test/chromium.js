/** Headless Chromium on pages of the repository, for the tests of the vectors and of the page. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before } from "node:test";

export const REPO = new URL("../../", import.meta.url);
export const CHROMIUM = process.env.PITHBUNDLE_CHROMIUM ?? "/usr/bin/chromium";
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const TYPES = /** @type {Record<string, string>} */ ({ html: "text/html", js: "text/javascript", css: "text/css", json: "application/json", svg: "image/svg+xml" });

const playwright = await import("playwright-core").catch(() => null);
const missing = playwright === null ? "playwright-core is not installed: npm ci in js" : existsSync(CHROMIUM) ? null : `no ${CHROMIUM}; PITHBUNDLE_CHROMIUM names another`;
/** Why nothing runs, or false. */
export const skip = missing !== null && process.env.PITHBUNDLE_NO_SKIP !== "1" ? missing : false;

const server = createServer(async ({ url = "/" }, response) => {
  const path = new URL(url, "http://localhost").pathname;
  const found = /^\/(?:js|vectors|out\/docs\/site)\/[\w./-]+$/.test(path) && !path.includes("..") ? await readFile(new URL(`.${path}`, REPO)).catch(() => null) : null;
  response.writeHead(found === null ? 404 : 200, { "content-type": TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream" });
  response.end(found);
});
/** What the tests of a file share, once it runs: the browser, and the address of the server. @type {{ browser: any, origin: string }} */
export const shared = { browser: null, origin: "" };

before(async () => {
  if (skip !== false) return;
  assert.ok(playwright !== null && missing === null, missing ?? "");
  await /** @type {Promise<void>} */ (new Promise((done) => server.listen(0, "127.0.0.1", done)));
  const address = server.address();
  shared.origin = `http://localhost:${typeof address === "object" ? address?.port : ""}`;
  shared.browser = await playwright.chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
after(async () => {
  await shared.browser?.close();
  server.close();
});
