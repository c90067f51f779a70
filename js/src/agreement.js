/**
 * Whether what a mirror states of a record follows from its bundles: what the page of the record shows after
 * this browser has checked everything itself [PAGE-9].
 *
 * @module
 */
/** @import { Merged } from "../pithbundle.js" */
import { PithError, check, leafDigest, merge, outcomeOf, readBundle, readPolicy } from "../pithbundle.js";
import { CODES } from "./codes.js";
import { counted } from "./wording.js";

/**
 * What a page states, all of it hostile.
 *
 * @typedef {object} Claimed
 * @property {string} pith_number
 * @property {string} canonical_sha256
 * @property {string} events_sha256
 * @property {string} state_sha256
 * @property {string} digest
 * @property {string} policy_sha256
 * @property {string} outcome
 */
/** @typedef {{ name: string, bytes: Uint8Array }} Named */
/** @typedef {"good" | "open" | "bad"} Grade */
/** @typedef {{ grade: Grade, title: string, sentences: string[] }} Answer */

/** @param {string} what @param {unknown} error @returns {string} */
function rejected(what, error) {
  if (!(error instanceof PithError)) throw error;
  return `${what} was rejected: ${error.code}, ${CODES[error.code]?.meaning ?? "this page does not know this code"}`;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
const equal = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** @param {Merged} merged @param {Claimed} claimed @param {Named} state @returns {Promise<string[]>} in words */
async function differencesOf(merged, claimed, state) {
  const { record, eventsSha256, stateSha256, unverifiedSha256 } = merged;
  const computed = /** @type {Record<string, string>} */ ({
    pith_number: record.pithNumber, canonical_sha256: record.sha256, events_sha256: eventsSha256, state_sha256: stateSha256,
    digest: await leafDigest(record.sha256, eventsSha256, stateSha256, unverifiedSha256), outcome: outcomeOf(merged).outcome,
  });
  const found = Object.entries(computed).flatMap(([name, value]) => {
    const other = /** @type {Record<string, string>} */ (/** @type {unknown} */ (claimed))[name];
    return other === value ? [] : [`${name}: the page has ${other}, from the bundles follows ${value}`];
  });
  const invalid = [...merged.byId.values()].filter(({ verdict }) => verdict.status === "invalid").length;
  if (invalid > 0) found.unshift(`${counted(invalid, "event")} invalid: the content was altered, or the signature is not one of the key that is named`);
  if (!equal(merged.stateBytes, state.bytes)) found.push(`${state.name} is not the state that follows from the bundles`);
  return found;
}

/**
 * @param {readonly Named[]} bundles of one record, at least one @param {Uint8Array} policyBytes of the mirror @param {Named} state @param {Claimed} claimed
 * @returns {Promise<Answer>}
 */
export async function agreement(bundles, policyBytes, state, claimed) {
  const disagrees = (/** @type {string[]} */ sentences) => (
    { grade: /** @type {Grade} */ ("bad"), title: "Your browser does not agree with this mirror", sentences });
  let policy;
  try {
    policy = await readPolicy(policyBytes);
  } catch (error) {
    return disagrees([rejected("The policy of the mirror", error)]);
  }
  const parts = [];
  for (const { name, bytes } of bundles) {
    try {
      parts.push(await check(await readBundle(bytes), policy));
    } catch (error) {
      return disagrees([rejected(name, error)]);
    }
  }
  let merged;
  try {
    merged = await merge(parts);
  } catch (error) {
    return disagrees([rejected("The set of bundles", error)]);
  }
  const differences = await differencesOf(merged, claimed, state);
  if (policy.sha256 !== claimed.policy_sha256) differences.push("the policy is another than the page names");
  if (differences.length > 0) return disagrees(differences);
  const valid = [...merged.byId.values()].filter((one) => one.valid !== null).length;
  const beside = merged.unverified.length === 0 ? "" : `, and ${counted(merged.unverified.length, "element")} that this policy does not check`;
  return {
    grade: "good", title: "Your browser agrees with this mirror",
    sentences: [`It checked ${counted(valid, "valid event")} in ${counted(parts.length, "bundle")}${beside}, and computed the state, the outcome and the digests that this page shows.`],
  };
}
