/**
 * The codes of ERR-2: what each means, and the clause that defines it. No text of it comes from an input.
 *
 * @module
 */

/** @typedef {{ meaning: string, clause: string }} CodeInfo */

/** @type {Record<string, CodeInfo>} */
export const CODES = {
  size: { meaning: "a file, a string or a list is larger than the limit", clause: "LIM-1" },
  utf8: { meaning: "the bytes are not UTF-8", clause: "JSON-2" },
  bom: { meaning: "the file begins with a byte order mark", clause: "JSON-3" },
  depth: { meaning: "objects or arrays are nested deeper than the limit", clause: "LIM-2" },
  nodes: { meaning: "there are more values than the limit", clause: "LIM-3" },
  events: { meaning: "there are more events than the limit", clause: "LIM-5" },
  syntax: { meaning: "this is not JSON", clause: "JSON-6" },
  cbor_nonminimal: { meaning: "the CBOR is not deterministic: a longer head than needed", clause: "CBOR-4" },
  cbor_indefinite: { meaning: "the CBOR is not deterministic: an indefinite length", clause: "CBOR-3" },
  cbor_tag: { meaning: "the CBOR has a tag", clause: "CBOR-5" },
  cbor_type: { meaning: "the CBOR has a value that JSON does not have", clause: "CBOR-6" },
  cbor_key_type: { meaning: "the CBOR has a key that is not a string", clause: "CBOR-7" },
  cbor_key_order: { meaning: "the CBOR is not deterministic: keys are not sorted", clause: "CBOR-8" },
  cbor_reserved: { meaning: "the CBOR has a reserved head", clause: "CBOR-3" },
  cbor_truncated: { meaning: "the CBOR ends early", clause: "CBOR-3" },
  trailing: { meaning: "there are bytes after the CBOR item", clause: "CBOR-9" },
  number_range: { meaning: "a number is too large to be exact", clause: "DATA-2" },
  number_form: { meaning: "a number is not written in its canonical form", clause: "DATA-3" },
  number_nonfinite: { meaning: "a number is not finite", clause: "DATA-4" },
  surrogate: { meaning: "a string contains a lone surrogate", clause: "DATA-5" },
  string: { meaning: "a string contains a character that is not allowed", clause: "DATA-6" },
  key: { meaning: "the name of a member is too long or contains a character that is not allowed", clause: "DATA-7" },
  duplicate_key: { meaning: "an object contains a member twice", clause: "DATA-8" },
  type: { meaning: "a member is missing or has another type than required", clause: "EVT-1" },
  encoding: { meaning: "a string is not in its required form", clause: "TEXT-1" },
  time: { meaning: "a time is not in its required form, or does not exist", clause: "TIME-1" },
  suffix: { meaning: "this is not a Pith Number", clause: "NUM-2" },
  version: { meaning: "this page does not read this version", clause: "BUN-2" },
  event_size: { meaning: "the event is larger than the limit", clause: "LIM-6" },
  hash_mismatch: { meaning: "the content does not have the claimed hash", clause: "CHECK-3" },
  subject: { meaning: "it is about another record", clause: "CHECK-4" },
  key_unknown: { meaning: "the policy has no such key", clause: "CHECK-5" },
  key_role: { meaning: "the key may not sign this type of event", clause: "CHECK-6" },
  key_revoked: { meaning: "the key is revoked", clause: "CHECK-6" },
  algorithm: { meaning: "the signature algorithm is not the one that the event format names", clause: "CHECK-7" },
  ambiguous: { meaning: "event formats of the policy give the signed content different meanings", clause: "FORMAT-5" },
  signature_invalid: { meaning: "the signature is not genuine", clause: "CHECK-9" },
  key_invalid: { meaning: "this is not an acceptable public key", clause: "KEY-2" },
  format: { meaning: "this is not an event format that can be applied", clause: "FORMAT-1" },
  policy: { meaning: "the policy is not valid, or the files were checked under different policies", clause: "POL-1" },
  backend: { meaning: "the cryptographic library of this browser is not correct", clause: "KEY-5" },
  collision: { meaning: "another record has the same number", clause: "MERGE-2" },
  archive: { meaning: "an archive, or a part of it, is damaged or not in its form", clause: "ARCH-8" },
  digest_invalid: {
    meaning: "a file of a mirror's digests is not in its form, or not the one of its name",
    clause: "MIRROR-3",
  },
  ots_invalid: { meaning: "this is not a timestamp proof that can be read", clause: "EVID-2" },
  headers_invalid: {
    meaning: "these are not block headers of one chain, or not a block or a table of blocks",
    clause: "EVID-8",
  },
  warc_invalid: { meaning: "this is not a WARC file that can be read", clause: "CAPT-5" },
  orcid_invalid: { meaning: "this is not a saved record of ORCID", clause: "ORCID-4" },
  pdf_invalid: { meaning: "this is not a PDF file that can be read", clause: "PDF-5" },
  finding: {
    meaning: "a finding of an audit is not in its form, or does not show what it claims",
    clause: "AUDIT-11",
  },
  store: { meaning: "a store, or an entry of it, is damaged or not in its form", clause: "STORE-3" },
  worker_lost: { meaning: "the process that verified this ended each time", clause: "RECOMP-7" },
  cache: { meaning: "a kept result is not the one that a new computation gives", clause: "RECOMP-10" },
  url: { meaning: "this address is not allowed", clause: "NET-2" },
  address: { meaning: "this network address is not allowed", clause: "NET-4" },
  tls: { meaning: "the certificate of the server is not accepted", clause: "NET-6" },
  unreachable: { meaning: "the server cannot be reached", clause: "NET-5" },
  timeout: { meaning: "the server did not answer in time", clause: "NET-9" },
  http: { meaning: "the server did not answer as required", clause: "NET-10" },
  requests: { meaning: "as many requests were sent as are allowed", clause: "NET-15" },
  io: { meaning: "the file could not be read", clause: "CLI-3" },
  warn_stale: { meaning: "the newest event is old", clause: "REPORT-4" },
  warn_future: { meaning: "its time is ahead of this computer's clock", clause: "REPORT-4" },
  warn_unsigned: { meaning: "it has members that no signature covers", clause: "REPORT-4" },
};

/** Where a code has another owner: of a bundle, of its record, of inputs that do not merge. @type {Record<string, Record<string, string>>} */
const OWNERS = {
  record: { type: "REC-1", encoding: "REC-2", time: "REC-2", version: "REC-3", number_form: "REC-4" },
  bundle: { type: "BUN-2", version: "BUN-2", hash_mismatch: "BUN-3", subject: "BUN-3" },
  merge: { type: "MERGE-2", subject: "MERGE-2", policy: "MERGE-2" },
};

/**
 * The clause that rejects an input or an element.
 * @param {string} code @param {"record" | "bundle" | "merge" | null} [owner] @returns {string}
 */
export const clauseOf = (code, owner = null) => (owner === null ? undefined : OWNERS[owner][code]) ?? CODES[code]?.clause ?? "ERR-2";
