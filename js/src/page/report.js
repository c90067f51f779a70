/**
 * What the page shows of a set of files, as text that is not yet made safe to show.
 *
 * @module
 */
/** @import { CheckedElement, Merged, Verdict } from "../../pithbundle.js" */
import { PithError, check, instantOf, merge, outcomeOf, readBundle, readPolicy } from "../../pithbundle.js";
import { CODES, COVERED, OUTCOMES, VERDICTS } from "./messages.js";

/** @typedef {{ name: string, bytes: () => Promise<Uint8Array> }} Input */
/** @typedef {{ file: string, elements: readonly CheckedElement[], mismatches: string[] }} Part one input that was checked */
/** @typedef {{ element: CheckedElement, file: string }} Occurrence */
/** @typedef {{ verdict: string, reasons: string[], type: string, signer: string, time: string, location: string[] }} Row */
/**
 * @typedef {object} PageReport
 * @property {string} grade
 * @property {string} title
 * @property {string[]} sentences
 * @property {[string, string][]} facts
 * @property {Row[]} rows
 * @property {Uint8Array} state empty where there is none
 */

/** Ids and pointers that are listed one by one; of the others the number is shown. */
const LISTED = 20;
/** Milliseconds that an instant may be ahead of the clock without a warning [REPORT-4]. */
const AHEAD = 300_000;

/** @param {number} count @param {string} one */
const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
/** @param {readonly string[]} all */
const listed = (all) => `${all.slice(0, LISTED).join(", ")}${all.length > LISTED ? ` and ${all.length - LISTED} more` : ""}`;

/** @param {string | null} code @returns {string} the code and what it means */
const explained = (code) => (code === null ? "" : `${code}: ${CODES[code] ?? "this page does not know this code"}`);

/** What is wrong and where; no text of it comes from an input but the pointer. @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof PithError)) throw error;
  const location = error.pointer !== null ? ` (at ${error.pointer || "the top"})` : error.offset !== null ? ` (at byte ${error.offset})` : "";
  return `${explained(error.code)}${location}`;
}

/** @param {Verdict} verdict @returns {string[]} */
function reasonsOf({ status, code, pointer, covered }) {
  const out = code === null ? [VERDICTS[status].meaning] : [`${explained(code)}${pointer ? ` (${pointer})` : ""}`];
  if (code !== null && status !== "invalid") out.unshift(VERDICTS[status].meaning);
  return covered === null ? out : [...out, COVERED[covered]];
}

/**
 * @param {Occurrence[]} occurrences of one id, or one element without an id: the first one decides
 * @param {string} now an instant @returns {Row}
 */
function rowOf(occurrences, now) {
  const [{ element: { verdict, claimed, valid, id, pointer }, file }, ...others] = occurrences;
  // In front, so that no length cuts it off.
  const shown = (/** @type {string | null} */ text) => (text === null ? "" : valid === null ? `not proved: ${text}` : text);
  const unsigned = [...new Set(occurrences.flatMap(({ element }) => element.unsigned))].sort();
  const different = others.map(({ element }) => element.verdict).filter(({ status }) => status !== verdict.status);
  const statuses = new Set(different.map(({ status, code }) => `${status}${code === null ? "" : ` ${code}`}`));
  const more = [
    ...(others.length > 0 ? [`${counted(others.length, "more element")} with this id${statuses.size > 0 ? `, of which some are ${[...statuses].join(", ")}` : ""}`] : []),
    ...(unsigned.length > 0 ? [`${explained("warn_unsigned")}: ${listed(unsigned)}`] : []),
    ...(valid !== null && valid.instant > now ? [explained("warn_future")] : []),
  ];
  return {
    verdict: verdict.status, reasons: [...reasonsOf(verdict), ...more], type: shown(claimed.type),
    signer: valid === null ? shown(claimed.signer) : `${valid.signerId}, key ${valid.key.keyId} (${valid.key.fingerprint}${valid.key.status === "active" ? "" : `, ${valid.key.status}`})`,
    time: shown(claimed.createdAt), location: [...(id === null ? [] : [id]), `${file} ${pointer}`],
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
 * @param {readonly Part[]} parts @returns {{ receipt: Verdict, location: string }[]}
 */
function receiptsOf(parts) {
  /** @type {Map<string | number, { receipt: Verdict, location: string }>} */
  const found = new Map();
  for (const { file, elements } of parts) {
    for (const { id, pointer, receipt } of elements) {
      if (receipt === null) continue;
      // The id of a flat element is bare hex, and no digest of its content [EVT-7].
      const name = id?.startsWith("sha256:") ? id : found.size;
      const before = found.get(name);
      if (before === undefined || before.receipt.status === "not_checked") found.set(name, { receipt, location: `${file} ${pointer}/payload/receipt` });
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
  for (const { file, elements } of parts) {
    for (const element of elements) {
      const { id } = element;
      const found = id === null ? undefined : byId.get(id);
      if (id === null) rows.push(rowOf([{ element, file }], now));
      else if (found === undefined) byId.set(id, [{ element, file }]);
      else found.push({ element, file });
    }
  }
  for (const { receipt, location } of receiptsOf(parts)) {
    rows.push({ verdict: receipt.status, reasons: reasonsOf(receipt), type: "receipt", signer: "", time: "", location: [location] });
  }
  for (const [id, occurrences] of byId) {
    const decided = merged?.byId.get(id)?.verdict;
    const first = occurrences.findIndex(({ element: { verdict } }) => verdict.status === decided?.status && verdict.code === decided?.code);
    rows.push(rowOf([...occurrences.splice(Math.max(first, 0), 1), ...occurrences], now));
  }
  return rows;
}

/** @param {Merged} merged @param {readonly Part[]} parts @returns {string[]} the counts and findings behind the outcome */
function sentencesOf({ elements, byId, completeness, state }, parts) {
  const out = [];
  const events = [...[...byId.values()].map(({ verdict }) => verdict), ...elements.flatMap(({ id, verdict }) => (id === null ? [verdict] : []))];
  const receipts = receiptsOf(parts).map(({ receipt }) => receipt);
  for (const [name, found] of /** @type {[string, Verdict[]][]} */ ([["event", events], ["receipt", receipts]])) {
    for (const status of ["verified", "unknown_type", "invalid", "unbound", "unknown_key", "not_signed", "not_checked"]) {
      const count = found.filter((one) => one.status === status).length;
      if (count > 0) out.push(`${counted(count, name)} ${status}: ${VERDICTS[status].meaning}.`);
    }
  }
  if (elements.length === 0) out.push("There is no event in these files, so no signature covers anything of the record.");
  for (const { signer, eventIds, eventType, instant } of state.equivocations) {
    out.push(`Conflict: ${signer} signed ${eventIds.length} ${eventType} events for ${instant}Z: ${listed(eventIds)}.`);
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
    const known = missing.length > 0 ? `${counted(missing.length, "event")} that it listed missing`
      : asOf === null ? "it listed no events, so whether any is missing is unknown" : `nothing that it listed by ${asOf[0]}Z is missing`;
    facts.push(["signer", `${signer}: ${known}`]);
  }
  for (const { file, mismatches } of parts) {
    if (mismatches.length > 0) facts.push(["unsigned members that differ from the record", `${file}: ${listed(mismatches)}`]);
  }
  return facts;
}

/** @param {string} title @param {string[]} sentences @param {[string, string][]} facts @param {Row[]} rows @returns {PageReport} without a state */
const failure = (title, sentences, facts, rows) => ({ grade: "bad", title, sentences, facts, rows, state: new Uint8Array() });

/**
 * @param {readonly Input[]} bundles @param {Input | null} policyFile null for the built-in policy @param {Date} clock
 * @returns {Promise<PageReport>}
 */
export async function reportOf(bundles, policyFile, clock) {
  // A later instant is warned of.
  const now = instantOf(new Date(clock.getTime() + AHEAD).toISOString().replace(/\.\d+Z/, "Z"));
  let policy;
  try {
    policy = await readPolicy(policyFile === null ? null : await policyFile.bytes());
  } catch (error) {
    return failure("No policy", ["The policy could not be read, so nothing was checked.", reasonOf(error)], [["policy", policyFile?.name ?? ""]], []);
  }
  const policyName = policyFile === null ? "built in: the registry's key alone, whose event format is unknown" : policyFile.name;
  /** @type {[string, string][]} */
  const facts = [["policy", `${policyName}, ${policy.sha256}`], ["checked at", `${clock.toISOString()}, by this computer's clock`]];
  const checked = [];
  /** @type {Part[]} */
  const parts = [];
  /** @type {Row[]} */
  const rejected = [];
  for (const { name, bytes } of bundles) {
    try {
      const part = await check(await readBundle(await bytes()), policy);
      checked.push(part);
      parts.push({ file: name, elements: part.elements, mismatches: part.mismatches });
    } catch (error) {
      rejected.push({ verdict: "rejected", reasons: [reasonOf(error)], type: "", signer: "", time: "", location: [name] });
    }
  }
  let merged = null;
  try {
    merged = checked.length === 0 ? null : await merge(checked);
  } catch (error) {
    const sentences = ["These files are not of one record, so no state follows from them together. Check the files of one record at a time.", reasonOf(error)];
    return failure(OUTCOMES.rejected.title, sentences, facts, [...rejected, ...rowsOf(parts, null, now)].sort(byGrade));
  }
  return resultOf(merged, parts, rejected, facts, now);
}

/**
 * @param {Merged | null} merged @param {readonly Part[]} parts @param {Row[]} rejected @param {[string, string][]} facts @param {string} now
 * @returns {PageReport}
 */
function resultOf(merged, parts, rejected, facts, now) {
  const [first, ...also] = outcomeOf(merged, rejected.length).all.map((name) => OUTCOMES[name]);
  return {
    grade: first.grade, title: first.title,
    sentences: [first.meaning, ...also.map(({ title, meaning }) => `Also ${title.toLowerCase()}: ${meaning}`),
      ...(rejected.length > 0 ? [`${counted(rejected.length, "file")} of ${parts.length + rejected.length} rejected.`] : []),
      ...(merged === null ? [] : sentencesOf(merged, parts))],
    facts: [...facts, ...(merged === null ? [] : factsOf(merged, parts))],
    rows: [...rejected, ...rowsOf(parts, merged, now)].sort(byGrade), state: merged?.stateBytes ?? new Uint8Array(),
  };
}
