/**
 * The page: reads files and shows their report. Text of an input reaches the page only as `textContent`,
 * and only through {@link visible}.
 *
 * @module
 */
/** @import { Progress } from "./src/page/inputs.js" */
/** @import { PageReport, Row, Section } from "./src/page/report.js" */
import { visible } from "./src/encoding/escape.js";
import { MARKS, VERDICTS } from "./src/page/messages.js";
import { nextOf } from "./src/wording.js";

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @param {string} name @param {string} text of an input or ours: made safe, cut where it is long @param {number} [limit] */
function element(name, text, limit = 512) {
  const made = document.createElement(name);
  made.textContent = visible(text, limit);
  return made;
}

/** @param {string} name @param {readonly Node[]} children @param {string} [className] */
function parent(name, children, className = "") {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

/** @type {{ bundles: File[], policy: File | null }} */
const chosen = { bundles: [], policy: null };
/** The check that runs: a new one ends it. @type {Worker | null} */
let worker = null;
/** The addresses of the states that can be saved. @type {string[]} */
let saved = [];

/** @param {number} count of bytes */
const megabytes = (count) => `${(count / 1_000_000).toFixed(1)} MB`;

/** @param {Progress} progress */
function showProgress({ name, done, of, activity }) {
  byId("activity").hidden = false;
  byId("activity").querySelector("label").textContent = `${activity === "reading" ? "Reading" : "Checking"} ${visible(name, 80)}, ${megabytes(done)} of ${megabytes(of)} read`;
  byId("progress").max = Math.max(of, 1);
  byId("progress").value = done;
}

function show() {
  if (chosen.bundles.length === 0) return;
  worker?.terminate();
  byId("outcome").className = "";
  byId("outcome").replaceChildren(element("p", "Checking."));
  worker = new Worker(new URL("page-worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: { progress, report, failure } }) => {
    if (progress !== undefined) showProgress(progress);
    else write(report ?? failed(failure));
  };
  worker.onerror = () => write(failed("its program could not be loaded"));
  worker.postMessage(chosen);
}

/** @param {string} reason @returns {PageReport} nothing is known of the files */
const failed = (reason) => (
  { grade: "bad", title: "Not checked", sentences: ["This page failed, so nothing is known of these files. Please report this.", reason], facts: [], sections: [], reports: [] });

/** @param {Row} row */
function tableRow({ verdict, reasons, type, signer, time, location }) {
  const { grade } = VERDICTS[verdict];
  const first = element("td", `${MARKS[grade]} ${verdict}`);
  first.className = grade;
  const cells = /** @type {[string, string[]][]} */ ([["reason", reasons], ["type", [type]], ["signer and time", [signer, time]], ["id and location", location]]);
  return parent("tr", [first, ...cells.map(([name, texts]) => {
    const shown = texts.filter((text) => text !== "");
    const cell = parent("td", shown.map((text) => element("p", text)));
    if (shown.length > 0) cell.dataset.name = name;
    return cell;
  })]);
}

/** Rows that are drawn at once: thousands would keep the page from answering. The worst come first. */
const ROWS = 300;

/** @param {readonly Row[]} rows @returns {Node[]} the table of the first rows, and a button for more */
function tableOf(rows) {
  if (rows.length === 0) return [];
  const heads = ["verdict", "reason", "type", "signer and time", "id and location"].map((name) => {
    const head = element("th", name);
    head.setAttribute("scope", "col");
    head.className = name;
    return head;
  });
  const body = parent("tbody", rows.slice(0, ROWS).map(tableRow));
  const table = parent("table", [parent("thead", [parent("tr", heads)]), body], "verdicts");
  if (rows.length <= ROWS) return [table];
  const more = element("button", "");
  const name = () => {
    const rest = rows.length - body.childElementCount;
    more.textContent = `Show ${nextOf(Math.min(ROWS, rest), rest, "row")}`;
  };
  more.addEventListener("click", () => {
    body.append(...rows.slice(body.childElementCount, body.childElementCount + ROWS).map(tableRow));
    if (body.childElementCount === rows.length) more.remove();
    else name();
  });
  name();
  return [table, more];
}

/** @param {Uint8Array} state @returns {Node[]} */
function stateOf(state) {
  if (state.length === 0) return [];
  const link = /** @type {HTMLAnchorElement} */ (element("a", "Save state.json"));
  link.href = URL.createObjectURL(new Blob([new Uint8Array(state)], { type: "application/json" }));
  link.download = "state.json";
  saved.push(link.href);
  const text = new TextDecoder().decode(state);
  return [parent("p", [link], "save"), parent("details", [element("summary", "State that follows from the valid events"), element("pre", text, Infinity)])];
}

/** @param {readonly [string, string][]} facts */
const definitions = (facts) => facts.flatMap(([name, text]) => [element("dt", name), element("dd", text)]);

/** @param {Section} section */
const sectionOf = ({ title, facts, rows, state }) => parent("section", [
  element("h2", title), ...(facts.length === 0 ? [] : [parent("dl", definitions(facts))]), ...tableOf(rows), ...stateOf(state)]);

/** @param {PageReport} report */
function write({ grade, title, sentences, facts, sections }) {
  saved.forEach(URL.revokeObjectURL);
  saved = [];
  byId("activity").hidden = true;
  byId("facts").replaceChildren(...definitions(facts));
  byId("sections").replaceChildren(...sections.map(sectionOf));
  // Last, so that whoever waits for the outcome sees everything.
  byId("outcome").className = grade;
  byId("outcome").replaceChildren(element("h2", `${MARKS[grade]} ${title}`), ...sentences.map((text) => element("p", text, 8192)));
}

byId("bundles").addEventListener("change", () => {
  chosen.bundles = [...byId("bundles").files];
  show();
});
byId("policy").addEventListener("change", () => {
  chosen.policy = byId("policy").files[0] ?? null;
  show();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", name === "dragover");
  });
}
document.addEventListener("drop", ({ dataTransfer }) => {
  const files = [...(dataTransfer?.files ?? [])];
  chosen.policy = files.find(({ name }) => name === "policy.json") ?? chosen.policy;
  const bundles = files.filter(({ name }) => name !== "policy.json");
  // A policy that is dropped alone is for the bundles that are there.
  if (bundles.length > 0) chosen.bundles = bundles;
  show();
});
byId("silent").remove();
byId("drop").disabled = false;
