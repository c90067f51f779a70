/**
 * The page: reads files and shows their report. Text of an input reaches the page only as `textContent`,
 * and only through {@link visible}.
 *
 * @module
 */
/** @import { Input, PageReport, Row } from "./src/page/report.js" */
import { visible } from "./src/encoding/escape.js";
import { reportOf } from "./src/page/report.js";
import { MARKS, VERDICTS } from "./src/page/messages.js";

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @param {string} name @param {string} text of an input or ours: made safe, cut where it is long @param {number} [limit] */
function element(name, text, limit = 512) {
  const made = document.createElement(name);
  made.textContent = visible(text, limit);
  return made;
}

/** @type {{ bundles: File[], policy: File | null }} */
const chosen = { bundles: [], policy: null };
/** Counts the reports that were begun: only the last one is shown. */
let turn = 0;

/** @param {File} file @returns {Input} */
const inputOf = (file) => ({ name: file.name, bytes: async () => new Uint8Array(await file.arrayBuffer()) });

async function show() {
  const mine = ++turn;
  const { bundles, policy } = chosen;
  if (bundles.length === 0) return;
  byId("outcome").className = "";
  byId("outcome").textContent = "Checking.";
  const report = await reportOf(bundles.map(inputOf), policy === null ? null : inputOf(policy), new Date());
  if (mine === turn) write(report);
}

/** @param {Row} row */
function tableRow({ verdict, reasons, type, signer, time, location }) {
  const row = document.createElement("tr");
  const { grade } = VERDICTS[verdict];
  const first = element("td", `${MARKS[grade]} ${verdict}`);
  first.className = grade;
  row.append(first);
  for (const [name, texts] of /** @type {[string, string[]][]} */ ([["reason", reasons], ["type", [type]], ["signer", [signer]], ["time", [time]], ["id and location", location]])) {
    const cell = document.createElement("td");
    const shown = texts.filter((text) => text !== "");
    if (shown.length > 0) cell.dataset.name = name;
    cell.append(...shown.map((text) => element("p", text)));
    row.append(cell);
  }
  return row;
}

/** @param {PageReport} report */
function write({ grade, title, sentences, facts, rows, state }) {
  byId("facts").replaceChildren(...facts.flatMap(([name, text]) => [element("dt", name), element("dd", text)]));
  byId("verdicts").hidden = rows.length === 0;
  byId("verdicts").querySelector("tbody").replaceChildren(...rows.map(tableRow));
  byId("state-box").hidden = state.length === 0;
  byId("state").textContent = visible(new TextDecoder().decode(state), Infinity);
  byId("save").replaceChildren();
  if (state.length > 0) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", "Save state.json"));
    link.href = URL.createObjectURL(new Blob([new Uint8Array(state)], { type: "application/json" }));
    link.download = "state.json";
    byId("save").append(link);
  }
  // Last, so that whoever waits for the outcome sees everything.
  byId("outcome").className = grade;
  byId("outcome").replaceChildren(element("h2", `${MARKS[/** @type {"good"} */ (grade)]} ${title}`), ...sentences.map((text) => element("p", text, 8192)));
}

byId("bundles").addEventListener("change", () => {
  chosen.bundles = [...byId("bundles").files];
  void show();
});
byId("policy").addEventListener("change", () => {
  chosen.policy = byId("policy").files[0] ?? null;
  void show();
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
  chosen.bundles = files.filter(({ name }) => name !== "policy.json");
  void show();
});
byId("silent").remove();
byId("drop").disabled = false;
