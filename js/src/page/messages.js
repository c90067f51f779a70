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
  unbound: { grade: "open", meaning: "the format of this signer's events is unknown or does not sign all of the content, so nothing is proved" },
  unknown_key: { grade: "open", meaning: "the policy has no such key" },
  not_signed: { grade: "open", meaning: "there is no signature" },
  not_checked: { grade: "open", meaning: "there are more receipts than are checked" },
  invalid: { grade: "bad", meaning: "contradicts the policy or the specification" },
  rejected: { grade: "bad", meaning: "this file was rejected as a whole" },
};

/** The codes of ERR-2. @type {Record<string, string>} */
export const CODES = {
  size: "a file, a string or a list is larger than the limit",
  utf8: "the bytes are not UTF-8",
  bom: "the file begins with a byte order mark",
  depth: "objects or arrays are nested deeper than the limit",
  nodes: "there are more values than the limit",
  events: "there are more events than the limit",
  syntax: "this is not JSON",
  cbor_nonminimal: "the CBOR is not deterministic: a longer head than needed",
  cbor_indefinite: "the CBOR is not deterministic: an indefinite length",
  cbor_tag: "the CBOR has a tag",
  cbor_type: "the CBOR has a value that JSON does not have",
  cbor_key_type: "the CBOR has a key that is not a string",
  cbor_key_order: "the CBOR is not deterministic: keys are not sorted",
  cbor_reserved: "the CBOR has a reserved head",
  cbor_truncated: "the CBOR ends early",
  trailing: "there are bytes after the CBOR item",
  number_range: "a number is too large to be exact",
  number_form: "a number is not written in its canonical form",
  number_nonfinite: "a number is not finite",
  surrogate: "a string contains a lone surrogate",
  string: "a string contains a character that is not allowed",
  key: "the name of a member is too long or contains a character that is not allowed",
  duplicate_key: "an object contains a member twice",
  type: "a member is missing or has another type than required",
  encoding: "a string is not in its required form",
  time: "a time is not in its required form, or does not exist",
  suffix: "this is not a Pith Number",
  version: "this page does not read this version",
  event_size: "the event is larger than the limit",
  hash_mismatch: "the content does not have the stated hash",
  subject: "it is about another record",
  key_unknown: "the policy has no such key",
  key_role: "the key may not sign this type of event",
  key_revoked: "the key is revoked",
  algorithm: "the signature algorithm is not Ed25519",
  signature_invalid: "the signature is not genuine",
  key_invalid: "this is not an acceptable public key",
  policy: "the policy is not valid, or the files were checked under different policies",
  backend: "the cryptographic library of this browser is not correct",
  collision: "another record has the same number",
  url: "this address is not allowed",
  address: "this network address is not allowed",
  http: "the server did not answer as required",
  io: "the file could not be read",
  warn_stale: "the newest event is old",
  warn_future: "its time is ahead of this computer's clock",
  warn_unsigned: "it has members that no signature covers",
};

/** Which digest the signature covers where the ids differ [CHECK-3]. @type {Record<string, string>} */
export const COVERED = {
  recomputed: "the content is genuine, but the stated id is not its id",
  stated: "a genuine signature, but for other content: this element was altered",
  neither: "the stated id is not its id, and the signature is not genuine",
};
