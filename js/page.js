/**
 * The page: reads files, shows what {@link merge} says of them. Text of an input reaches the page only as
 * `textContent`, and only through {@link visible}.
 *
 * @module
 */
import { PithError, check, merge, readBundle, readPolicy } from "./pithbundle.js";
import { visible } from "./display.js";

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @param {string} name @param {string} text of an input or ours: shown safe, cut where it is long */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = visible(text);
  return made;
}

/** @param {number} count @param {string} one */
const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** @type {{ bundles: File[], policy: File | null }} */
const chosen = { bundles: [], policy: null };
let turn = 0;

/** @param {File} file */
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

/** Says what went wrong, in words that no input wrote. @param {unknown} error */
function coded(error) {
  if (!(error instanceof PithError)) throw error;
  return error.pointer === null ? error.code : `${error.code} at ${error.pointer || "the top"}`;
}

async function show() {
  const mine = ++turn;
  const { bundles, policy: file } = chosen;
  if (bundles.length === 0) return;
  at("outcome").textContent = "Checking.";
  /** @type {[string, string][]} */
  const facts = [];
  /** @type {string[][]} */
  const rows = [];
  let outcome = "";
  let state = new Uint8Array();
  let refused = 0;
  try {
    const policy = await readPolicy(file === null ? null : await bytesOf(file));
    facts.push(["policy", `${file === null ? "built in" : file.name}, ${policy.sha256}`]);
    const parts = [];
    for (const bundle of bundles) {
      try {
        const part = await check(await readBundle(await bytesOf(bundle)), policy);
        parts.push(part);
        for (const { id, pointer, outcome: said } of part.copies) if (id === null) rows.push([said.verdict, said.code ?? "", "", "", `${bundle.name} ${pointer}`]);
        for (const { receipt, pointer } of part.copies) if (receipt !== null) rows.push([receipt.verdict, receipt.code ?? "", "receipt", "", `${bundle.name} ${pointer}/payload/receipt`]);
      } catch (error) {
        refused++;
        rows.push(["refused", coded(error), "", "", bundle.name]);
      }
    }
    if (parts.length === 0) outcome = "Not valid: nothing could be read.";
    else {
      const merged = await merge(parts);
      const words = ["All valid.", "Not valid.", "", "Nothing wrong, but something could not be verified."];
      outcome = `${refused > 0 ? "Not valid." : words[merged.exitStatus]} ${counted(merged.view.events.length, "valid event")} of ${merged.verdicts.size}`
        + `${refused > 0 ? `, ${counted(refused, "file")} refused` : ""}${merged.equivocations.length > 0 ? `, ${counted(merged.equivocations.length, "conflict")}` : ""}.`;
      facts.push(["record", merged.record.pithNumber], ["canonical hash", merged.record.sha256], ["state_sha256", merged.stateSha256], ["events_sha256", merged.eventsSha256]);
      for (const { signer, missing, asOf } of merged.completeness) {
        const said = missing.length > 0 ? `${counted(missing.length, "event")} that it listed missing` : asOf === null ? "completeness unknown" : `nothing that it listed by ${asOf[0]} is missing`;
        facts.push(["signer", `${signer}: ${said}`]);
      }
      for (const [id, { outcome: said, valid }] of merged.verdicts) rows.push([said.verdict, said.code ?? "", valid?.type ?? "", valid?.signerId ?? "", id]);
      state = new Uint8Array(merged.stateBytes);
    }
  } catch (error) {
    outcome = `Not valid: ${coded(error)}.`;
  }
  if (mine === turn) write(outcome, facts, rows, state);
}

/** @param {string} outcome @param {[string, string][]} facts @param {string[][]} rows @param {Uint8Array<ArrayBuffer>} state */
function write(outcome, facts, rows, state) {
  at("facts").replaceChildren(...facts.flatMap(([name, text]) => [element("dt", name), element("dd", text)]));
  at("verdicts").hidden = rows.length === 0;
  at("verdicts").querySelector("tbody").replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map((cell) => element("td", cell)));
    return row;
  }));
  at("state-title").hidden = at("state").hidden = state.length === 0;
  at("state").textContent = visible(new TextDecoder().decode(state), Infinity);
  at("save").replaceChildren();
  if (state.length > 0) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", "Save state.json"));
    link.href = URL.createObjectURL(new Blob([state], { type: "application/json" }));
    link.download = "state.json";
    at("save").append(link);
  }
  // Last, so that whoever waits for the outcome sees everything.
  at("outcome").textContent = visible(outcome);
}

at("bundles").addEventListener("change", () => {
  chosen.bundles = [...at("bundles").files];
  void show();
});
at("policy").addEventListener("change", () => {
  chosen.policy = at("policy").files[0] ?? null;
  void show();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover");
  });
}
document.addEventListener("drop", ({ dataTransfer }) => {
  const files = [...(dataTransfer?.files ?? [])];
  chosen.policy = files.find(({ name }) => name === "policy.json") ?? chosen.policy;
  chosen.bundles = files.filter(({ name }) => name !== "policy.json");
  void show();
});
