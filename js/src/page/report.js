/**
 * What the page shows of a set of files, as text that is not yet made safe to show. Every verdict, count and
 * digest comes from the reports: nothing is judged here.
 *
 * @module
 */
/** @import { ReportValue } from "../report.js" */
/** @import { Input, NamedRejection, Progress } from "./inputs.js" */
/** @import { Grade } from "./messages.js" */
import { instantOf } from "../../pithbundle.js";
import { CODES } from "../codes.js";
import { reportsOf, together } from "../report.js";
import { counted } from "../wording.js";
import { checkInputs, policyOf } from "./inputs.js";
import { COVERED, NOT_APPLIED, OUTCOMES, VERDICTS } from "./messages.js";

/** @typedef {{ verdict: string, reasons: string[], type: string, signer: string, time: string, location: string[] }} Row */
/** @typedef {{ title: string, facts: [string, string][], rows: Row[], state: Uint8Array }} Section of one record, or of the rejected files */
/**
 * @typedef {object} PageReport
 * @property {Grade} grade
 * @property {string} title
 * @property {string[]} sentences
 * @property {[string, string][]} facts of all files
 * @property {Section[]} sections
 * @property {ReportValue[]} reports from which all of it is made
 */

/** Ids and pointers that are listed one by one; of the others the number is shown. */
const LISTED = 20;
/** How far a time may be ahead of the clock, in milliseconds [REPORT-4]. */
const AHEAD = 300_000;

/** @param {readonly string[]} all */
const listed = (all) => `${all.slice(0, LISTED).join(", ")}${all.length > LISTED ? ` and ${all.length - LISTED} more` : ""}`;

/** @param {string} code @returns {string} the code and what it means */
const explained = (code) => `${code}: ${CODES[code]?.meaning ?? "this page does not know this code"}`;

/** @param {ReportValue} fault @returns {string[]} what is wrong, by which clause, where, and what is there */
function faultOf({ code, clause, pointer = null, offset = null, detail }) {
  const location = pointer !== null ? ` at ${pointer || "the top level"}` : offset !== null ? ` at byte ${offset}` : "";
  return [`${explained(code)} [${clause}]${location}${detail ? `: ${detail}` : ""}`];
}

/** @param {ReportValue} of an event or a receipt @returns {string[]} */
function reasonsOf(of) {
  const { verdict, code, covered } = of;
  const meaning = code === null || verdict !== "invalid" ? [VERDICTS[verdict].meaning] : [];
  return [...meaning, ...(code === null ? [] : faultOf(of)), ...(covered === undefined ? [] : [COVERED[covered]])];
}

/** @param {ReportValue} event @param {ReadonlySet<string>} future ids whose time is ahead of the clock @returns {Row} */
function eventRow(event, future) {
  const { verdict, event_id: id, event_type: type, claim, signer, key_id: keyId, location, locations, unsigned } = event;
  // In front, so that no length cuts it off.
  const claimed = (/** @type {string | null} */ text) => (text === null ? "" : `not proved: ${text}`);
  const others = locations.length - 1;
  const status = event.key_status === "active" ? "" : `, ${event.key_status}`;
  const key = () => `${signer}, key ${keyId} (${event.public_key_fingerprint}${status})`;
  return {
    verdict,
    reasons: [
      ...reasonsOf(event), ...(event.not_applied ?? []).map((/** @type {string} */ reason) => `not part of the state: ${NOT_APPLIED[reason] ?? explained(reason)}`),
      ...(others > 0 ? [`${counted(others, "more element")} with this id`] : []),
      ...(unsigned.length > 0 ? [`${explained("warn_unsigned")}: ${listed(unsigned)}`] : []),
      ...(future.has(id) ? [explained("warn_future")] : []),
    ],
    type: claim ? claimed(type) : type, signer: claim ? claimed(claim.signer_id) : key(),
    time: claim ? claimed(claim.created_at) : event.created_at,
    location: [...(id === null ? [] : [id]), `${location.file} ${location.pointer}`],
  };
}

/** @param {ReportValue} receipt @returns {Row} */
const receiptRow = (receipt) => (
  { verdict: receipt.verdict, reasons: reasonsOf(receipt), type: "receipt", signer: "", time: "", location: [`${receipt.location.file} ${receipt.location.pointer}`] });

/** @param {NamedRejection["kind"]} kind @param {"bundle" | "policy"} wanted @returns {string[]} what the file is instead, and what to do */
function instead(kind, wanted) {
  if (kind === "" || kind === `a ${wanted}`) return [];
  const field = wanted === "policy" && kind === "a bundle" ? " Choose it under Bundles." : kind === "a policy" ? " Choose it under Policy." : "";
  return [`This file is ${kind}, not a ${wanted}.${field}`];
}

/** Worst first. @param {Row} a @param {Row} b */
function byGrade(a, b) {
  const order = (/** @type {Row} */ { verdict }) => ["bad", "open", "good"].indexOf(VERDICTS[verdict].grade);
  return order(a) - order(b);
}

/** @param {ReportValue} report @returns {string[]} the counts and findings behind the outcome */
function sentencesOf({ inputs, events, without_id: withoutId, receipts, equivocations = [], completeness = [] }) {
  const out = [];
  for (const [name, found] of /** @type {[string, ReportValue[]][]} */ ([["event", events], ["element", withoutId], ["receipt", receipts]])) {
    for (const [status, { meaning }] of Object.entries(VERDICTS)) {
      const count = found.filter(({ verdict }) => verdict === status).length;
      const what = name !== "element" ? `${status}: ${meaning}` : status === "invalid" ? "malformed: not in the form of an event" : `without an id ${status}: ${meaning}`;
      if (count > 0) out.push(`${counted(count, name)} ${what}.`);
    }
  }
  if (inputs.length > 0 && events.length + withoutId.length === 0) out.push("There is no event in these files, so no signature covers anything of the record.");
  for (const { signer, event_ids: ids, event_type: type, instant } of equivocations) {
    out.push(`Conflict: ${signer} signed ${ids.length} ${type} events for ${instant}Z: ${listed(ids)}.`);
  }
  for (const { signer, missing } of completeness) {
    if (missing.length > 0) out.push(`${counted(missing.length, "event")} that ${signer} listed ${missing.length === 1 ? "is" : "are"} missing: ${listed(missing)}.`);
  }
  return out;
}

/** @param {ReportValue} report @returns {[string, string][]} */
function factsOf(report) {
  /** @type {[string, string][]} */
  const facts = [["canonical hash", report.canonical_sha256], ["state_sha256", report.state_sha256], ["events_sha256", report.events_sha256]];
  for (const { signer, missing, as_of: asOf } of report.completeness) {
    const known = missing.length > 0 ? `${counted(missing.length, "event")} that it listed missing`
      : asOf === null ? "it listed no events, so whether any is missing is unknown" : `nothing that it listed by ${asOf[0]}Z is missing`;
    facts.push(["signer", `${signer}: ${known}`]);
  }
  for (const { file, mismatches } of report.inputs) {
    const pointers = mismatches.map((/** @type {ReportValue} */ { pointer }) => pointer);
    if (pointers.length > 0) facts.push(["unsigned members that differ from the record", `${file}: ${listed(pointers)}`]);
  }
  return facts;
}

/** @param {{ report: ReportValue, state: Uint8Array }} of one record @returns {Section} */
function recordSection({ report, state }) {
  const future = new Set(report.warnings.flatMap((/** @type {ReportValue} */ { code, event_id: id }) => (code === "warn_future" ? [id] : [])));
  const rows = [...report.receipts.map(receiptRow), ...[...report.without_id, ...report.events].map((event) => eventRow(event, future))];
  return { title: report.pith_number, facts: factsOf(report), rows: rows.sort(byGrade), state };
}

/** @param {readonly ReportValue[]} rejected @param {readonly NamedRejection[]} named @returns {Section[]} of the files that were rejected */
function rejectedSections(rejected, named) {
  const kinds = new Map(named.map(({ error, file, kind }) => [`${file}\n${error.code}`, kind]));
  const rows = rejected.map((one) => (
    { verdict: "rejected", reasons: [...instead(kinds.get(`${one.file}\n${one.code}`) ?? "", "bundle"), ...faultOf(one)], type: "", signer: "", time: "", location: [one.file] }));
  return rows.length === 0 ? [] : [{ title: "Rejected files", facts: [], rows, state: new Uint8Array() }];
}

/** @param {NamedRejection} rejection @returns {PageReport} nothing was checked */
function withoutPolicy({ file, error: { code, pointer, offset }, detail, kind }) {
  const why = [...instead(kind, "policy"), ...faultOf({ code, clause: CODES[code]?.clause, pointer, offset, detail })];
  return { grade: "bad", title: "No policy", sentences: ["The policy could not be read, so nothing was checked.", ...why], facts: [["policy", file]], sections: [], reports: [] };
}

/**
 * @param {readonly Input[]} bundles at least one @param {Input | null} policyFile null for the built-in policy @param {Date} clock
 * @param {(progress: Progress) => unknown} [onProgress] @returns {Promise<PageReport>}
 */
export async function reportOf(bundles, policyFile, clock, onProgress = () => {}) {
  const policy = await policyOf(policyFile);
  if ("error" in policy) return withoutPolicy(policy);
  const { parts, rejected } = await checkInputs(bundles, policy, onProgress);
  // A later instant is warned of.
  const futureAfter = instantOf(new Date(clock.getTime() + AHEAD).toISOString().replace(/\.\d+Z/, "Z"));
  const made = await reportsOf(parts, rejected, futureAfter);
  const reports = made.map(({ report }) => report);
  const [first, ...also] = together(reports).map((name) => OUTCOMES[name]);
  const records = made.filter(({ report }) => report.inputs.length > 0);
  const name = policyFile === null ? "built in: the registry's key alone, whose event format is unknown" : policyFile.name;
  const [{ rejected: all }] = reports;
  return {
    grade: first.grade, title: first.title, reports,
    sentences: [
      first.meaning, ...also.map(({ title, meaning }) => `Also ${title.toLowerCase()}: ${meaning}`),
      ...(all.length > 0 ? [`${counted(all.length, "file")} of ${bundles.length} rejected.`] : []),
      ...(records.length > 1 ? [`These files are of ${records.length} records; each has its own part below.`] : []),
      ...records.flatMap(({ report }) => sentencesOf(report).map((text) => (records.length > 1 ? `${report.pith_number}: ${text}` : text))),
    ],
    facts: [["files", listed(bundles.map((bundle) => bundle.name))], ["policy", `${name}, ${policy.sha256}`], ["checked at", `${clock.toISOString()}, by this computer's clock`]],
    sections: [...rejectedSections(all, rejected), ...records.map(recordSection)],
  };
}
