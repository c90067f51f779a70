/**
 * The state: what follows from a set of valid events [STATE-1 to STATE-7].
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj } from "../encoding/values.js" */
/** @import { ValidEvent } from "../verify/verdicts.js" */
/** @import { Equivocation } from "./equivocation.js" */
/** @import { ClassifiedEvent, Effect, Ledger } from "./ledger.js" */
/** @import { AliasSelection, Selections } from "./selection.js" */
import { utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { sha256Hex } from "../encoding/digest.js";
import { byName, objectOf } from "../encoding/values.js";
import { equivocationEntry, equivocationsOf } from "./equivocation.js";
import { ledgerOf } from "./ledger.js";
import { MERGE_RULES, SECTIONS } from "./rules.js";
import { selectionsOf } from "./selection.js";

/** @typedef {[string, string][]} Members names and JSON texts, in the order of the state */

/**
 * @typedef {object} State
 * @property {CanonicalRecord} record
 * @property {Ledger} ledger
 * @property {Selections} selections the decisions that the state presents
 * @property {Equivocation[]} equivocations
 * @property {Members} current
 * @property {string} canonicalCurrent `current`, canonical throughout [STATE-5]
 * @property {Obj[]} unrecognised
 */

/** @param {Members} members @returns {string} an object, its members in their order */
const objectJson = (members) => `{${members.map(([name, text]) => `"${name}":${text}`).join(",")}}`;
/** @param {Members} members @returns {string} canonical */
const canonicalObject = (members) => objectJson([...members].sort(byName));

/** @param {ClassifiedEvent} event @param {Effect | undefined} effect of a retraction @returns {Members} [STATE-3] */
function entryMembers({ id, target, createdAt, signer, payloadJson }, effect) {
  /** @type {Members} */
  const end = effect === undefined ? [] : [["effect", `"${effect}"`]];
  return [["event_id", `"${id}"`], ["target", JSON.stringify(target)], ["created_at", JSON.stringify(createdAt)], ["signer", canonicalJson(signer)], ["payload", payloadJson], ...end];
}

/** @param {AliasSelection} alias @returns {Obj} [STATE-4] */
const aliasEntry = ({ kind, value, winner }) => objectOf({
  alias_kind: kind, alias_value: value, ...(winner === null ? {} : { created_at: winner.createdAt }),
});

/** @param {CanonicalRecord} record @param {readonly ValidEvent[]} valid of distinct ids, in any order @returns {State} */
export function stateOf(record, valid) {
  const ledger = ledgerOf(record, valid);
  const selections = selectionsOf(ledger);
  const equivocations = equivocationsOf(ledger.events);
  /** Each section as the state has it, and canonical. @type {Map<string, [string, string]>} */
  const sections = new Map();
  for (const [name, entries] of selections.sections) {
    const members = entries.map(({ winner }) => entryMembers(winner, ledger.effects.get(winner.id)));
    sections.set(name, [`[${members.map(objectJson).join(",")}]`, `[${members.map(canonicalObject).join(",")}]`]);
  }
  for (const [name, value] of /** @type {const} */ ([
    ["canonical_record", record.value], ["source_aliases", selections.aliases.map(aliasEntry)],
    ["receipt", selections.receipt?.winner?.payload.get("receipt") ?? null], ["equivocations", equivocations.map(equivocationEntry)],
  ])) {
    const json = canonicalJson(value);
    sections.set(name, [json, json]);
  }
  const members = (/** @type {0 | 1} */ form) => SECTIONS.map((name) => /** @type {[string, string]} */ ([name, sections.get(name)?.[form] ?? "null"]));
  return {
    record, ledger, selections, equivocations, current: members(0), canonicalCurrent: canonicalObject(members(1)),
    unrecognised: ledger.events.filter(({ conforms }) => !conforms).map(({ code, id, type }) => objectOf({ code, event_id: id, event_type: type })),
  };
}

/** @param {State} state @param {number} listed distinct ids that count [STATE-7] @returns {Uint8Array} [STATE-1] */
export function stateBytes({ record, ledger, equivocations, current, unrecognised }, listed) {
  return utf8(objectJson([
    ["state_type", '"pith_open_graph_state"'], ["state_version", '"1.0"'],
    ["pith_number", JSON.stringify(record.pithNumber)], ["merge_version", JSON.stringify(MERGE_RULES)],
    ["event_count", String(listed)], ["valid_event_count", String(ledger.events.length)],
    ["invalid_event_count", String(listed - ledger.events.length)], ["equivocation_count", String(equivocations.length)],
    ["current", objectJson(current)], ["unrecognised", canonicalJson(unrecognised)],
  ]));
}

/** @param {State} state @returns {Promise<string>} hex [STATE-5] */
export const stateSha256 = ({ record, canonicalCurrent }) => sha256Hex(utf8(objectJson([
  ["canonical_sha256", JSON.stringify(record.sha256)], ["current", canonicalCurrent],
  ["pith_number", JSON.stringify(record.pithNumber)], ["rules", JSON.stringify(MERGE_RULES)],
])));
