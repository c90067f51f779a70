/**
 * The page: reads files and shows what {@link merge} and {@link outcomeOf} say of them. Text of an input
 * reaches the page only as `textContent`, and only through {@link visible}.
 *
 * @module
 */
import { PithError, check, instantOf, merge, outcomeOf, readBundle, readPolicy } from "./pithbundle.js";
import { visible } from "./display.js";
import { CODES, COVERED, MARKS, OUTCOMES, VERDICTS } from "./src/words.js";

/** @typedef {import("./pithbundle.js").Copy} Copy */
/** @typedef {import("./pithbundle.js").Merged} Merged */
/** @typedef {import("./pithbundle.js").Outcome} Outcome */
/** @typedef {{ verdict: string, why: string[], type: string, signer: string, time: string, place: string[] }} Row */
/** @typedef {{ file: string, copies: Copy[], stated: string[] }} Part */
/** @typedef {{ copy: Copy, file: string }} Occurrence */
/**
 * @typedef {object} Report what the page shows
 * @property {string} grade
 * @property {string} title
 * @property {string[]} sentences
 * @property {[string, string][]} facts
 * @property {Row[]} rows
 * @property {Uint8Array<ArrayBuffer>} state
 */

/** Ids and places that are listed one by one; of the others the number is shown. */
const LISTED = 20;
/** How far an instant may be ahead of the clock without a remark [REPORT-4]. */
const AHEAD = 300_000;

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @param {string} name @param {string} text of an input or ours: shown safe, cut where it is long @param {number} [limit] */
function element(name, text, limit = 512) {
  const made = document.createElement(name);
  made.textContent = visible(text, limit);
  return made;
}

/** @param {number} count @param {string} one */
const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
/** @param {readonly string[]} all */
const listed = (all) => `${all.slice(0, LISTED).join(", ")}${all.length > LISTED ? ` and ${all.length - LISTED} more` : ""}`;

/** @type {{ bundles: File[], policy: File | null }} */
const chosen = { bundles: [], policy: null };
let turn = 0;

/** @param {File} file */
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

/** @param {string | null} code @returns {string} the code and what it means */
const explained = (code) => (code === null ? "" : `${code}: ${CODES[code] ?? "no meaning is known here"}`);

/** Says what went wrong, in words that no input wrote. @param {unknown} error */
function reason(error) {
  if (!(error instanceof PithError)) throw error;
  const place = error.pointer !== null ? ` (at ${error.pointer || "the top"})` : error.offset !== null ? ` (at byte ${error.offset})` : "";
  return `${explained(error.code)}${place}`;
}

/** @param {Outcome} outcome @returns {string[]} */
function why({ verdict, code, at: place, covered }) {
  const out = code === null ? [VERDICTS[verdict].meaning] : [`${explained(code)}${place ? ` (${place})` : ""}`];
  if (code !== null && verdict !== "invalid") out.unshift(VERDICTS[verdict].meaning);
  return covered === null ? out : [...out, COVERED[covered]];
}

/**
 * @param {Occurrence[]} occurrences of one id, or one element without: the first one decides
 * @param {string} now an instant @returns {Row}
 */
function rowOf(occurrences, now) {
  const [{ copy: { outcome, stated, valid, id, pointer }, file }, ...others] = occurrences;
  // In front, so that no length cuts it off.
  const claimed = (/** @type {string | null} */ text) => (text === null ? "" : valid === null ? `not proved: ${text}` : text);
  const unsigned = [...new Set(occurrences.flatMap(({ copy }) => copy.unsigned))].sort();
  const worse = new Set(others.map(({ copy }) => copy.outcome).filter(({ verdict }) => verdict !== outcome.verdict).map(({ verdict, code }) => `${verdict}${code === null ? "" : ` ${code}`}`));
  const more = [
    ...(others.length > 0 ? [`${counted(others.length, "more element")} with this id${worse.size > 0 ? `, of which some are ${[...worse].join(", ")}` : ""}`] : []),
    ...(unsigned.length > 0 ? [`${explained("warn_unsigned")}: ${listed(unsigned)}`] : []),
    ...(valid !== null && valid.instant > now ? [explained("warn_future")] : []),
  ];
  return {
    verdict: outcome.verdict, why: [...why(outcome), ...more], type: claimed(stated.type),
    signer: valid === null ? claimed(stated.signer) : `${valid.signerId}, key ${valid.key.keyId} (${valid.key.fingerprint}${valid.key.status === "active" ? "" : `, ${valid.key.status}`})`,
    time: claimed(stated.createdAt), place: [...(id === null ? [] : [id]), `${file} ${pointer}`],
  };
}

/** Worst first. @param {Row} a @param {Row} b */
function byGrade(a, b) {
  const order = (/** @type {Row} */ { verdict }) => ["bad", "open", "good"].indexOf(VERDICTS[verdict].grade);
  return order(a) - order(b);
}

/**
 * The receipts: of the elements of one recomputed id once, a checked one before others; of every other
 * element each [REPORT-2].
 * @param {readonly Part[]} parts @returns {{ receipt: Outcome, place: string }[]}
 */
function receiptsOf(parts) {
  /** @type {Map<string | number, { receipt: Outcome, place: string }>} */
  const found = new Map();
  for (const { file, copies } of parts) {
    for (const { id, pointer, receipt } of copies) {
      if (receipt === null) continue;
      // The id of a flat element is bare hex, and no digest of its content [EVT-7].
      const name = id?.startsWith("sha256:") ? id : found.size;
      const before = found.get(name);
      if (before === undefined || before.receipt.verdict === "not_checked") found.set(name, { receipt, place: `${file} ${pointer}/payload/receipt` });
    }
  }
  return [...found.values()];
}

/** @param {readonly Part[]} parts @param {Merged | null} merged @param {string} now @returns {Row[]} of each id, element without id, and receipt */
function rowsOf(parts, merged, now) {
  /** @type {Map<string, Occurrence[]>} */
  const byId = new Map();
  /** @type {Row[]} */
  const rows = [];
  for (const { file, copies } of parts) {
    for (const copy of copies) {
      const { id } = copy;
      const found = id === null ? undefined : byId.get(id);
      if (id === null) rows.push(rowOf([{ copy, file }], now));
      else if (found === undefined) byId.set(id, [{ copy, file }]);
      else found.push({ copy, file });
    }
  }
  for (const { receipt, place } of receiptsOf(parts)) {
    rows.push({ verdict: receipt.verdict, why: why(receipt), type: "receipt", signer: "", time: "", place: [place] });
  }
  for (const [id, occurrences] of byId) {
    const decided = merged?.verdicts.get(id)?.outcome;
    const first = occurrences.findIndex(({ copy }) => copy.outcome.verdict === decided?.verdict && copy.outcome.code === decided?.code);
    rows.push(rowOf([...occurrences.splice(Math.max(first, 0), 1), ...occurrences], now));
  }
  return rows;
}

/** @param {Merged} merged @param {readonly Part[]} parts @returns {string[]} what the outcome rests on */
function sentencesOf({ copies, verdicts, completeness, equivocations }, parts) {
  const out = [];
  const events = [...[...verdicts.values()].map(({ outcome }) => outcome), ...copies.flatMap(({ id, outcome }) => (id === null ? [outcome] : []))];
  const receipts = receiptsOf(parts).map(({ receipt }) => receipt);
  for (const [name, found] of /** @type {[string, Outcome[]][]} */ ([["event", events], ["receipt", receipts]])) {
    for (const verdict of ["verified", "unknown_type", "invalid", "unbound", "unknown_key", "not_signed", "not_checked"]) {
      const count = found.filter((one) => one.verdict === verdict).length;
      if (count > 0) out.push(`${counted(count, name)} ${verdict}: ${VERDICTS[verdict].meaning}.`);
    }
  }
  if (copies.length === 0) out.push("There is no event in these files, so no signature says anything of the record.");
  for (const entry of equivocations) {
    const ids = /** @type {string[]} */ (entry.get("event_ids"));
    out.push(`Conflict: ${entry.get("signer")} signed ${ids.length} ${entry.get("event_type")} events for ${entry.get("instant")}Z: ${listed(ids)}.`);
  }
  for (const { signer, missing } of completeness) {
    if (missing.length > 0) out.push(`${counted(missing.length, "event")} that ${signer} listed ${missing.length === 1 ? "is" : "are"} missing: ${listed(missing)}.`);
  }
  return out;
}

/** @param {Merged} merged @param {readonly Part[]} parts @returns {[string, string][]} */
function factsOf({ record, stateSha256, eventsSha256, completeness }, parts) {
  /** @type {[string, string][]} */
  const facts = [["record", record.pithNumber], ["canonical hash", record.sha256], ["state_sha256", stateSha256], ["events_sha256", eventsSha256]];
  for (const { signer, missing, asOf } of completeness) {
    const said = missing.length > 0 ? `${counted(missing.length, "event")} that it listed missing`
      : asOf === null ? "it listed no events, so whether any is missing is unknown" : `nothing that it listed by ${asOf[0]}Z is missing`;
    facts.push(["signer", `${signer}: ${said}`]);
  }
  for (const { file, stated } of parts) {
    if (stated.length > 0) facts.push(["unsigned members that differ from the record", `${file}: ${listed(stated)}`]);
  }
  return facts;
}

/** @param {readonly File[]} bundles @param {File | null} file @returns {Promise<Report>} */
async function reportOf(bundles, file) {
  const clock = new Date();
  // What is ahead of this is remarked.
  const now = instantOf(new Date(clock.getTime() + AHEAD).toISOString().replace(/\.\d+Z/, "Z"));
  let policy;
  try {
    policy = await readPolicy(file === null ? null : await bytesOf(file));
  } catch (error) {
    const sentences = ["The policy could not be read, so nothing was checked.", reason(error)];
    return { grade: "bad", title: "No policy", sentences, facts: [["policy", file?.name ?? ""]], rows: [], state: new Uint8Array() };
  }
  /** @type {[string, string][]} */
  const facts = [["policy", `${file === null ? "built in: the registry's key alone, whose event format is unknown" : file.name}, ${policy.sha256}`], ["checked at", `${clock.toISOString()}, by this computer's clock`]];
  const checked = [];
  /** @type {Part[]} */
  const parts = [];
  /** @type {Row[]} */
  const rejected = [];
  for (const bundle of bundles) {
    try {
      const part = await check(await readBundle(await bytesOf(bundle)), policy);
      checked.push(part);
      parts.push({ file: bundle.name, copies: part.copies, stated: part.stated });
    } catch (error) {
      rejected.push({ verdict: "rejected", why: [reason(error)], type: "", signer: "", time: "", place: [bundle.name] });
    }
  }
  let merged = null;
  let apart = null;
  try {
    merged = checked.length === 0 ? null : await merge(checked);
  } catch (error) {
    apart = reason(error);
  }
  const rows = [...rejected, ...rowsOf(parts, merged, now)].sort(byGrade);
  if (apart !== null) {
    const sentences = ["These files are not of one record, so nothing follows from them together. Check them one record at a time.", apart];
    return { grade: "bad", title: OUTCOMES.rejected.title, sentences, facts, rows, state: new Uint8Array() };
  }
  const { all } = outcomeOf(merged, rejected.length);
  const [first, ...also] = all.map((name) => OUTCOMES[name]);
  return {
    grade: first.grade, title: first.title,
    sentences: [first.meaning, ...also.map(({ title, meaning }) => `Also ${title.toLowerCase()}: ${meaning}`),
      ...(rejected.length > 0 ? [`${counted(rejected.length, "file")} of ${bundles.length} rejected.`] : []),
      ...(merged === null ? [] : sentencesOf(merged, parts))],
    facts: [...facts, ...(merged === null ? [] : factsOf(merged, parts))],
    rows, state: new Uint8Array(merged?.stateBytes ?? []),
  };
}

async function show() {
  const mine = ++turn;
  const { bundles, policy } = chosen;
  if (bundles.length === 0) return;
  at("outcome").className = "";
  at("outcome").textContent = "Checking.";
  const report = await reportOf(bundles, policy);
  if (mine === turn) write(report);
}

/** @param {Row} row */
function tableRow({ verdict, why: reasons, type, signer, time, place }) {
  const row = document.createElement("tr");
  const { grade } = VERDICTS[verdict];
  const first = element("td", `${MARKS[grade]} ${verdict}`);
  first.className = grade;
  row.append(first);
  for (const [name, texts] of /** @type {[string, string[]][]} */ ([["why", reasons], ["type", [type]], ["signer", [signer]], ["time", [time]], ["id and place", place]])) {
    const cell = document.createElement("td");
    const shown = texts.filter((text) => text !== "");
    if (shown.length > 0) cell.dataset.name = name;
    cell.append(...shown.map((text) => element("p", text)));
    row.append(cell);
  }
  return row;
}

/** @param {Report} report */
function write({ grade, title, sentences, facts, rows, state }) {
  at("facts").replaceChildren(...facts.flatMap(([name, text]) => [element("dt", name), element("dd", text)]));
  at("verdicts").hidden = rows.length === 0;
  at("verdicts").querySelector("tbody").replaceChildren(...rows.map(tableRow));
  at("state-box").hidden = state.length === 0;
  at("state").textContent = visible(new TextDecoder().decode(state), Infinity);
  at("save").replaceChildren();
  if (state.length > 0) {
    const link = /** @type {HTMLAnchorElement} */ (element("a", "Save state.json"));
    link.href = URL.createObjectURL(new Blob([state], { type: "application/json" }));
    link.download = "state.json";
    at("save").append(link);
  }
  // Last, so that whoever waits for the outcome sees everything.
  at("outcome").className = grade;
  at("outcome").replaceChildren(element("h2", `${MARKS[/** @type {"good"} */ (grade)]} ${title}`), ...sentences.map((text) => element("p", text, 8192)));
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
at("silent").remove();
at("drop").disabled = false;
