/**
 * Texts of the page: what outcomes, verdicts and codes mean. None comes from an input.
 *
 * @module
 */

/** @typedef {"good" | "open" | "bad"} Grade */

/** The outcomes of REPORT-2. @type {Record<string, { title: string, grade: Grade, meaning: string }>} */
export const OUTCOMES = {
  rejected: {
    title: "Rejected", grade: "bad",
    meaning: "At least one file is not a bundle of a record that this page can check. It was excluded; the table names it and the reason.",
  },
  invalid: {
    title: "Invalid", grade: "bad",
    meaning: "At least one event or receipt contradicts the policy: its content was altered, its signature is wrong, or its key may not sign it.",
  },
  conflict: {
    title: "Conflict", grade: "bad",
    meaning: "One signer signed statements for the same slot and the same instant that contradict each other.",
  },
  incomplete: {
    title: "Incomplete", grade: "open",
    meaning: "A signer listed events that are not in these files. The events that are here may be genuine, but they are not complete.",
  },
  unverified: {
    title: "Unverified", grade: "open",
    meaning: "The signatures do not prove everything that is in these files.",
  },
  valid: {
    title: "Valid", grade: "good",
    meaning: "Every event and receipt in these files has a genuine signature of a key that the policy names.",
  },
};

/** Marks of different shapes, for readers who do not see colours. @type {Record<Grade, string>} */
export const MARKS = { good: "\u2714", open: "?", bad: "\u2716" };

/** The verdicts of elements and receipts, and of a file that was rejected. @type {Record<string, { grade: Grade, meaning: string }>} */
export const VERDICTS = {
  verified: { grade: "good", meaning: "a genuine signature of a key of the policy" },
  unknown_type: { grade: "good", meaning: "a genuine signature, of a type of event that the merge rules do not know" },
  unbound: { grade: "open", meaning: "the format of this signer's events may be another one, or does not sign all of the content, so nothing is proved" },
  unknown_format: { grade: "open", meaning: "the event format is not known to this policy: run `pithbundle probe`" },
  unknown_key: { grade: "open", meaning: "the policy has no such key" },
  not_signed: { grade: "open", meaning: "there is no signature where it must be" },
  not_checked: { grade: "open", meaning: "there are more receipts than are checked" },
  invalid: { grade: "bad", meaning: "it contradicts the policy or the specification" },
  rejected: { grade: "bad", meaning: "this file was rejected as a whole" },
};

/** Which digest the signature covers where the ids differ [CHECK-3]. @type {Record<string, string>} */
export const COVERED = {
  recomputed: "the content is genuine, but the claimed id is not its id",
  claimed: "a genuine signature, but for other content: this element was altered",
  neither: "the claimed id is not its id, and the signature is not genuine",
};

/** Why a valid event has no part in the state, where it is not the code of a schema error [MERGE-6, MERGE-7]. @type {Record<string, string>} */
export const NOT_APPLIED = { retracted: "its signer retracted it" };
