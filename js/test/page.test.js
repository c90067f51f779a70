/** The page in headless Chromium: its text is that of the report, and it can be read and used everywhere. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { utf8 } from "../pithbundle.js";
import { CODES } from "../src/codes.js";
import { reportOf } from "../src/page/report.js";
import { MARKS, OUTCOMES, VERDICTS } from "../src/page/messages.js";
import { visible } from "../src/encoding/escape.js";
import { cases } from "./cases.js";
import { REPO, shared, skip } from "./chromium.js";

const CASES = await cases();
/** @param {string} path */
const local = (path) => fileURLToPath(new URL(path, REPO));
/** @param {string} name @param {Uint8Array | string} content */
const upload = (name, content) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
/** @param {string} name @param {Uint8Array} data */
const input = (name, data) => ({ name, size: data.length, bytes: async () => data });
const demo = () => readFile(local("vectors/demo/bundle.json"), "utf8");

/** A page with what it reports. @param {object} [options] of the browser's context */
async function opened(options = {}) {
  const context = await shared.browser.newContext(options);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("console", (/** @type {any} */ message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (/** @type {Error} */ error) => errors.push(String(error)));
  await page.goto(`${shared.origin}/js/index.html`);
  await page.waitForSelector("#drop:enabled");
  /** Whether an outcome is awaited: a policy without a bundle has none. */
  let hasBundles = false;
  const settled = () => page.waitForFunction((/** @type {boolean} */ wanted) => !wanted || document.querySelector("#outcome h2") !== null, hasBundles);
  const choose = async (/** @type {string} */ id, /** @type {any} */ files) => {
    hasBundles ||= id === "bundles";
    await page.setInputFiles(`#${id}`, files);
    await settled();
  };
  const outcome = async () => ({
    title: await page.textContent("#outcome h2"), grade: await page.getAttribute("#outcome", "class"), text: await page.textContent("#outcome"),
    facts: await page.textContent("#facts"), table: await page.textContent("#sections"),
  });
  const close = async () => {
    // Nothing was loaded, sent or run that the page's policy forbids.
    assert.deepEqual(errors.filter((one) => !one.includes("favicon")), []);
    await context.close();
  };
  return { page, choose, outcome, close, settled };
}

/** @param {any} page @param {import("./cases.js").Case} of @param {(id: string, files: any) => Promise<void>} choose */
async function chosen(page, { bundles, policy }, choose) {
  await page.setInputFiles("#bundles", []);
  await choose("policy", policy === null ? [] : upload("policy.json", policy));
  await choose("bundles", bundles.map(([name, data]) => upload(name, data)));
}

/** Every word of a report that a reader needs, as the page must show it. @param {Record<string, any>} report @returns {string[]} */
function wordsOf(report) {
  const out = [];
  for (const one of [...report.rejected, ...report.events, ...report.without_id, ...report.receipts]) {
    const { code, clause, pointer = null, offset = null, detail = "" } = one;
    if (code) out.push(`${code}: ${CODES[code].meaning} [${clause}]`);
    if (code && pointer !== null) out.push(`[${clause}] at ${visible(pointer) || "the top level"}`);
    if (code && pointer === null && offset !== null) out.push(`at byte ${offset}`);
    if (code && detail) out.push(visible(detail, 100).replace(/… \(.*/, ""));
    if (one.event_id) out.push(one.event_id);
    if (one.file) out.push(one.file);
    if (one.public_key_fingerprint) out.push(one.public_key_fingerprint, one.created_at);
    out.push(...(one.unsigned ?? []).slice(0, 20), ...(one.location ? [`${one.location.file} ${one.location.pointer}`] : []));
  }
  for (const { event_ids: ids } of report.equivocations ?? []) out.push(...ids);
  for (const { signer, missing } of report.completeness ?? []) out.push(signer, ...missing);
  for (const { mismatches } of report.inputs) out.push(...mismatches.map((/** @type {any} */ { pointer }) => pointer));
  return [...out, ...["pith_number", "canonical_sha256", "state_sha256", "events_sha256", "policy_sha256"].flatMap((name) => report[name] ?? [])];
}

test("the text of the page is that of the report", { skip }, async (t) => {
  const { page, choose, outcome, close } = await opened({ viewport: { width: 375, height: 812 } });
  const titles = new Set();
  for (const one of CASES) {
    await t.test(one.name, async () => {
      const inputs = one.bundles.map(([name, data]) => input(name, data));
      const { reports } = await reportOf(inputs, one.policy === null ? null : input("policy.json", one.policy), new Date());
      await chosen(page, one, choose);
      const { title, grade } = await outcome();
      const text = await page.innerText("main");
      const [first] = Object.keys(OUTCOMES).filter((name) => reports.some(({ outcomes }) => outcomes.includes(name) && (name !== "valid" || reports.every((other) => other.outcome === "valid"))));
      assert.equal(title, `${MARKS[OUTCOMES[first].grade]} ${OUTCOMES[first].title}`);
      assert.equal(grade, OUTCOMES[first].grade);
      titles.add(title);
      const held = new Set(reports.flatMap(({ outcomes }) => outcomes));
      for (const name of held) if (name !== "valid" || held.size === 1) assert.ok((await outcome()).text.includes(OUTCOMES[name].meaning), name);
      const shown = (await page.textContent("main")).replaceAll(/\s+/g, " ");
      for (const report of reports) for (const word of wordsOf(report)) assert.ok(shown.includes(visible(word)) || shown.includes(word), `${word} is not shown`);
      // As many rows as the reports have verdicts, and each with its own status.
      const found = await page.locator("tbody tr td:first-child").allTextContents();
      const wanted = reports.flatMap(({ events, without_id: withoutId, receipts }) => [...events, ...withoutId, ...receipts].map(({ verdict }) => verdict));
      wanted.push(...reports[0].rejected.map(() => "rejected"));
      assert.deepEqual(found.sort(), wanted.map((verdict) => `${MARKS[VERDICTS[verdict].grade]} ${verdict}`).sort());
      for (const { events, without_id: withoutId } of reports) {
        for (const [all, status, words] of /** @type {[any[], string, string][]} */ ([[events, "verified", "event"], [events, "invalid", "event"], [withoutId, "invalid", "element"]])) {
          const count = all.filter(({ verdict }) => verdict === status).length;
          const word = words === "element" ? "malformed" : status;
          if (count > 0) assert.ok(shown.includes(`${count} ${words}${count === 1 ? "" : "s"} ${word}: `), `${count} ${word}`);
        }
      }
      // Nothing is wider than a phone.
      assert.ok(text.length > 0);
      const [scrollWidth, clientWidth] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} of ${clientWidth} pixels`);
      const wide = await page.evaluate(() => [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 100)));
      assert.deepEqual(wide.filter((/** @type {string} */ one) => !/^<t(?:h|r|head)\b/.test(one)), []);
    });
  }
  assert.equal(titles.size, 6);
  await close();
});

test("the detail, the clause and the location of a fault are shown", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  const named = (/** @type {string} */ name) => /** @type {import("./cases.js").Case} */ (CASES.find((one) => one.name === name));
  const bundle = JSON.parse(await demo());
  await chosen(page, named("altered"), choose);
  assert.match((await outcome()).table, /hash_mismatch: the content does not have the claimed hash \[CHECK-3\] at \/event_id: it is "sha256:[0-9a-f]{64}"; the recomputed id is sha256:[0-9a-f]{64}/);
  assert.match((await outcome()).table, /a genuine signature, but for other content: this element was altered/);
  assert.match((await outcome()).table, /not proved: /);
  await chosen(page, named("a wrong hash"), choose);
  assert.ok((await outcome()).table.includes(`[BUN-3] at /canonical_sha256: it is "${"0".repeat(64)}"; recomputed from the record it is ${bundle.canonical_sha256}`));
  await chosen(page, named("a record without a source"), choose);
  assert.match((await outcome()).table, /type: a member is missing or has another type than required \[REC-1\] at \/canonical_record\/source: it is null/);
  await chosen(page, named("not JSON"), choose);
  assert.match((await outcome()).table, /syntax: this is not JSON \[JSON-6\] at byte \d+: there it has "x"/);
  await chosen(page, named("an empty file"), choose);
  assert.match((await outcome()).table, /This file is empty, not a bundle\./);
  await chosen(page, named("stripped"), choose);
  assert.match((await outcome()).text, /There is no event in these files, so no signature covers anything of the record/);
  await chosen(page, named("the demo"), choose);
  assert.ok(!(await outcome()).table.includes("not proved"));
  await close();
});

test("a bundle as policy and a policy as bundle are named", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  await chosen(page, { name: "", bundles: [["policy.txt", new Uint8Array(await readFile(local("vectors/demo/policy.json")))]], policy: null }, choose);
  assert.deepEqual([(await outcome()).title, (await outcome()).grade], ["\u2716 Rejected", "bad"]);
  assert.match((await outcome()).table, /This file is a policy, not a bundle\. Choose it under Policy\./);
  await choose("policy", upload("b.json", await demo()));
  await page.waitForFunction(() => document.querySelector("#outcome h2")?.textContent?.includes("No policy"));
  const found = await outcome();
  assert.match(found.text, /nothing was checked\.This file is a bundle, not a policy\. Choose it under Bundles\./);
  assert.match(found.facts, /policyb\.json/);
  assert.equal(found.table, "");
  await close();
});

test("files of several records have a part each", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  await chosen(page, /** @type {import("./cases.js").Case} */ (CASES.find(({ name }) => name === "two records")), choose);
  const numbers = await page.locator("#sections h2").allTextContents();
  assert.equal(new Set(numbers).size, 2);
  assert.match((await outcome()).text, /These files are of 2 records; each has its own part below\./);
  for (const number of numbers) assert.ok((await outcome()).text.includes(`${number}: `));
  await close();
});

test("hostile text neither runs nor hides", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  const text = await demo();
  await choose("policy", local("vectors/demo/policy.json"));
  const bundle = JSON.parse(text);
  bundle.events[0].created_at = "<img src=x onerror=alert(1)>\u202e\n\u200b";
  const hostile = JSON.stringify(bundle);
  await choose("bundles", upload("</td>\u202e.json", `${hostile} x`));
  assert.equal((await outcome()).title, "\u2716 Rejected");
  assert.equal(await page.textContent("tbody td:last-child"), "</td>\\u{202e}.json");
  await choose("bundles", upload("b.json", hostile));
  assert.equal((await outcome()).title, "\u2716 Invalid");
  assert.equal(await page.locator("img").count(), 0);
  // The detail of the fault quotes the time, escaped.
  assert.match((await outcome()).table, /\[TIME-1\] at \/created_at: it is "<img src=x onerror=alert\(1\)>\\u\{202e\}/);
  assert.doesNotMatch(await page.textContent("body"), /[\u202e\u200b]/);

  // However long a claim is, that it is not proved is not cut off.
  const long = JSON.parse(text);
  long.events = [{ event_type: "x".repeat(5000) }];
  await choose("bundles", upload("long.json", JSON.stringify(long)));
  assert.match((await outcome()).table, /not proved: xxx/);
  await close();
});

/** The least contrast of the visible texts with what is behind them, and the text that has it (WCAG 2, 1.4.3). */
const leastContrast = () => {
  const parse = (/** @type {string} */ color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (/** @type {number[]} */ rgb) => rgb.slice(0, 3).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (/** @type {Element | null} */ element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  let least = { ratio: Infinity, text: "" };
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map((node) => node.textContent).join("").trim();
    if (text === "" || !(/** @type {HTMLElement} */ (element)).checkVisibility()) continue;
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: text.slice(0, 60) };
  }
  return least;
};

test("good, open and bad differ without colour, and every text has contrast, in light and dark, on a phone", { skip }, async (t) => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 375, height: 740 } }, { colorScheme: "dark", viewport: { width: 375, height: 740 } }]) {
    const { page, choose, close } = await opened(options);
    await choose("policy", local("vectors/demo/policy.json"));
    const looks = new Set();
    const ratios = [];
    const bundle = await demo();
    for (const text of [bundle, JSON.stringify({ ...JSON.parse(bundle), events: [] }), "x", await readFile(local("vectors/demo/tampered.json"))]) {
      await choose("bundles", upload("bundle.json", text));
      looks.add(await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.querySelector("#outcome"))).borderInlineStartStyle));
      const { ratio, text: least } = await page.evaluate(leastContrast);
      assert.ok(ratio >= 4.5, `contrast ${ratio} of ${least}`);
      ratios.push(ratio);
    }
    assert.equal(looks.size, 3);
    t.diagnostic(`least contrast ${Math.min(...ratios).toFixed(2)} with ${JSON.stringify(options)}`);
    const { color, backgroundColor } = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    const sum = (/** @type {string} */ rgb) => (rgb.match(/\d+/g) ?? []).slice(0, 3).reduce((all, one) => all + Number(one), 0);
    assert.equal(sum(color) > sum(backgroundColor), options.colorScheme === "dark");
    await close();
  }
});

test("the keyboard reaches everything in order, and the focus is visible", { skip }, async () => {
  const { page, choose, close } = await opened();
  await choose("policy", local("vectors/demo/policy.json"));
  await choose("bundles", local("vectors/demo/bundle.json"));
  await page.evaluate(() => (/** @type {HTMLElement} */ (document.activeElement))?.blur());
  const order = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    order.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent));
    const outline = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
    assert.notEqual(outline, "none", `no visible focus at ${order.at(-1)}`);
  }
  assert.deepEqual(order, ["bundles", "policy", "Save state.json", "State that follows from the valid events"]);
  await page.keyboard.press("Enter");
  assert.equal(await page.isVisible("#sections pre"), true);
  assert.deepEqual([await page.getAttribute("#outcome", "role"), await page.getAttribute("#outcome", "aria-live")], ["status", "polite"]);
  for (const id of ["bundles", "policy", "progress"]) assert.notEqual(await page.textContent(`label[for=${id}]`), null);
  assert.ok(await page.locator("table").first().evaluate((/** @type {HTMLTableElement} */ table) => [...table.querySelectorAll("th")].every((head) => head.scope === "col")));
  await close();
});

test("nothing moves by itself, while the page loads and when a report appears", { skip }, async () => {
  const { page, choose, close } = await opened();
  await page.evaluate(() => {
    /** @type {any} */ (window).shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) /** @type {any} */ (window).shifts += /** @type {any} */ (entry).value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.waitForTimeout(1200);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifts), 0);
  const top = () => page.evaluate(() => document.querySelector("#outcome")?.getBoundingClientRect().top);
  const before = await top();
  await choose("policy", local("vectors/demo/policy.json"));
  await choose("bundles", local("vectors/demo/tampered.json"));
  assert.equal(await top(), before);
  await close();
});

test("files can be dropped", { skip }, async () => {
  const { page, outcome, close } = await opened();
  const files = [["policy.json", await readFile(local("vectors/demo/policy.json"), "utf8")], ["b.json", await demo()]];
  const transfer = await page.evaluateHandle((/** @type {string[][]} */ all) => {
    const data = new DataTransfer();
    for (const [name, text] of all) data.items.add(new File([text], name));
    return data;
  }, files);
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  assert.equal(await page.getAttribute("#drop", "class"), "over");
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await page.waitForSelector("#outcome h2");
  assert.equal(await page.getAttribute("#drop", "class"), "");
  const found = await outcome();
  assert.equal(found.title, "\u2714 Valid");
  // The inputs do not show what was dropped, so the facts do.
  assert.match(found.facts, /filesb\.json/);
  assert.match(found.facts, /policypolicy\.json/);
  await close();
});

test("a large file shows its progress, and one over the limit is not read", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  await page.evaluate(() => {
    /** @type {any} */ (window).seen = [];
    new MutationObserver(() => /** @type {any} */ (window).seen.push(document.querySelector("#activity")?.textContent)).observe(/** @type {Node} */ (document.querySelector("#activity")), { childList: true, subtree: true, characterData: true });
  });
  await choose("policy", local("vectors/demo/policy.json"));
  const spaces = (await demo()).replace("{", `{${" ".repeat(3_000_000)}`);
  await choose("bundles", upload("large.json", spaces));
  const seen = await page.evaluate(() => /** @type {any} */ (window).seen);
  assert.ok(seen.some((/** @type {string} */ text) => /Reading large\.json, 0\.0 MB of 3\.0 MB read/.test(text)), seen.join("\n"));
  assert.ok(seen.some((/** @type {string} */ text) => /Checking large\.json, 3\.0 MB of 3\.0 MB read/.test(text)), seen.join("\n"));
  assert.equal(await page.isVisible("#activity"), false);
  assert.equal((await outcome()).title, "\u2714 Valid");
  await choose("bundles", upload("huge.json", " ".repeat(5_000_000)));
  assert.match((await outcome()).table, /size: .* \[LIM-1\]: it has 5000000 bytes; the limit is 4194304/);
  await close();
});

test("of thousands of rows the worst come first, and the others are one button away", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  const bundle = JSON.parse(await demo());
  bundle.events.push(...Array.from({ length: 596 }, (_, i) => ({ event_type: `x${i}`, signature: null })), { ...bundle.events[0], target: "other", event_id: `sha256:${"0".repeat(64)}` });
  await choose("policy", local("vectors/demo/policy.json"));
  await choose("bundles", upload("many.json", JSON.stringify(bundle)));
  assert.match((await outcome()).text, /596 elements without an id unknown_format/);
  assert.equal(await page.locator("tbody tr").count(), 300);
  assert.match(await page.textContent("tbody td:first-child"), /invalid/);
  await page.getByRole("button", { name: "Show 300 more rows of 301" }).click();
  await page.getByRole("button", { name: "Show 1 more row" }).press("Enter");
  assert.equal(await page.locator("tbody tr").count(), 601);
  assert.equal(await page.locator("button").count(), 0);
  await close();
});

test("files are checked in a worker, and a new choice ends the check that runs", { skip }, async () => {
  const { page, choose, outcome, close } = await opened();
  await choose("policy", local("vectors/demo/policy.json"));
  await choose("bundles", local("vectors/demo/rich.json"));
  assert.equal(page.workers().length, 1);
  await choose("bundles", local("vectors/demo/bundle.json"));
  await page.waitForFunction(() => document.querySelector("#outcome h2")?.textContent?.includes("Valid"));
  assert.equal(page.workers().length, 1);
  assert.match((await outcome()).facts, /filesbundle\.json/);
  await close();
});

test("a failure of the page is no verdict on a file", { skip }, async () => {
  const context = await shared.browser.newContext();
  const page = await context.newPage();
  await page.route("**/page-worker.js", (/** @type {any} */ route) => route.fulfill({ contentType: "text/javascript", body: "throw new Error('broken')" }));
  await page.goto(`${shared.origin}/js/index.html`);
  await page.waitForSelector("#drop:enabled");
  await page.setInputFiles("#bundles", local("vectors/demo/bundle.json"));
  await page.waitForSelector("#outcome h2");
  assert.equal(await page.textContent("#outcome h2"), "\u2716 Not checked");
  assert.match(await page.textContent("#outcome"), /nothing is known of these files/);
  await context.close();
});

test("the state that is saved is that of the report", { skip }, async () => {
  const { page, choose, close } = await opened({ acceptDownloads: true });
  await choose("policy", local("vectors/demo/policy.json"));
  await choose("bundles", local("vectors/demo/bundle.json"));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(".save a")]);
  assert.equal(download.suggestedFilename(), "state.json");
  const policy = new Uint8Array(await readFile(local("vectors/demo/policy.json")));
  const { sections } = await reportOf([input("b.json", utf8(await demo()))], input("policy.json", policy), new Date());
  assert.deepEqual(new Uint8Array(await readFile(await download.path())), sections[0].state);
  await close();
});

test("opened from disk the page states why it does not run and what to do", { skip }, async () => {
  const page = await shared.browser.newPage();
  await page.goto(new URL("js/index.html", REPO).href);
  await page.waitForTimeout(1200);
  const { height } = await page.locator("#silent").boundingBox();
  assert.ok(height > 80);
  assert.match(await page.textContent("#silent"), /not from a\s+file on disk[^]*python3 -m http\.server/);
  assert.equal(await page.isDisabled("#bundles"), true);
  await page.goto(`${shared.origin}/js/index.html`);
  await page.waitForSelector("#drop:enabled");
  assert.equal(await page.locator("#silent").count(), 0);
  await page.close();
});
