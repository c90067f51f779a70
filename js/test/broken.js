/**
 * Deliberately broken variants of `pithbundle.js`: what each breaks, one change of its text, and a vector
 * that catches it.
 *
 * @type {readonly { title: string, find: string, put: string, vector: string }[]}
 */
export const BROKEN = [
  { title: "a minus zero is read as zero", find: ": Object.is(value, -0)) fault(", put: ": false) fault(", vector: "json/values/minus-zero" },
  { title: "floats may be spelled at length", find: "!portable(value) || String(value) !== spelled", put: "!portable(value)", vector: "json/values/exponent-upper" },
  { title: "integers may be of any size", find: "(!float && Math.abs(value) > MAX_INTEGER)", put: "false", vector: "json/values/integer-over" },
  { title: "the last of two equal keys wins", find: 'keyFault(key) ?? (out.has(key) ? "duplicate_key" : null)', put: "keyFault(key)", vector: "json/values/duplicate" },
  { title: "lone surrogates pass", find: 'return LONE.test(text) ? "surrogate" :', put: "return", vector: "json/values/surrogate-high" },
  { title: "keys may hold any character", find: "/[\\ud800-\\uffff]/.test(key) ||", put: "", vector: "json/values/key-private-use" },
  { title: "a byte order mark is skipped", find: 'if (text.charCodeAt(0) === 0xfeff) throw new PithError("bom", null, 0);', put: "", vector: "json/grammar/bom" },
  { title: "the value count is not limited", find: 'if (nodes > limits.nodes) throw new PithError("nodes");', put: "", vector: "json/limits/nodes-200001" },
  { title: "value-level faults come before a late syntax error", find: "if (at < text.length) throw syntax();", put: "if (faults.first) throw faults.first;\n  if (at < text.length) throw syntax();", vector: "json/grammar/minus-leading-zero" },
  { title: "CBOR heads may be longer than needed", find: "if (major !== 7 && width > 0 &&", put: "if (false &&", vector: "cbor/items/nonminimal-8" },
  { title: "CBOR keys may stand in any order", find: 'if (order < 0) throw new PithError("cbor_key_order", null, start);', put: "", vector: "cbor/items/key-order" },
  { title: "bytes after a CBOR item are ignored", find: 'if (at < bytes.length) throw new PithError("trailing", null, at);', put: "", vector: "cbor/items/trailing" },
  { title: "base64 may have unused bits", find: " || toBase64(bytes) !== text", put: "", vector: "number/text-forms/base64-spare-01" },
  { title: "every fourth year is a leap year", find: "year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)", put: "year % 4 === 0", vector: "number/times/leap-day-1900" },
  { title: "an old arXiv id of 91 is of 2091", find: "two >= 91", put: "two >= 92", vector: "record/shapes/id-91" },
  { title: "titles are trimmed by JavaScript's white space", find: 'text.replace(runs, " ")', put: 'text.replace(/\\s+/g, " ")', vector: "record/titles/bom" },
  { title: "keys of small order verify", find: "if (!canonicalAndLarge(key) || ", put: "if (", vector: "signature/strict/key-order-1-0" },
  { title: "R of small order verifies", find: "|| !canonicalAndLarge(r) ", put: "", vector: "signature/strict/r-order-1-0" },
  { title: "keys of mixed order are pinned", find: "known = point !== null && x === 0n && y === z;", put: "known = point !== null;", vector: "signature/keys/mixed-1" },
  { title: "one raw key may stand in a policy twice", find: ', ["public_key_hex", toHex(raw)]', put: "", vector: "policy/shapes/same-key" },
  { title: "the stated canonical hash is believed", find: 'demand(value.get("canonical_sha256") === record.sha256, "hash_mismatch", "/canonical_sha256");', put: "", vector: "check/bundles/canonical-sha256-another-hash" },
  { title: "a fault in an event refuses the bundle", find: "if (faults.outside !== null) throw faults.outside;", put: "if (faults.first !== null) throw faults.first;", vector: "event/malformed/value-minus-zero" },
  { title: "stated ids are believed", find: "if (stated !== id) { // CHECK-3", put: "if (false) {", vector: "event/rules/event-no-signer-digest-of-event-v1" },
  { title: "an event of another record counts", find: 'if (!names(event.get("subject_pith_number"), record)) return', put: "if (false) return", vector: "check/faults/other-subject" },
  { title: "the fingerprint is not compared", find: "fingerprint !== key.fingerprint || ", put: "", vector: "check/faults/other-fingerprint" },
  { title: "any key may sign any type", find: "const maySign = (key, type) =>", put: "const maySign = (key, type) => type !== null ||", vector: "receipt/verdicts/no-right" },
  { title: "revoked keys go on", find: 'if (key.status === "revoked" && !key.honours.includes(id))', put: "if (false)", vector: "check/faults/revoked" },
  { title: "a copy's code of a larger text speaks", find: 'compareText(a.code ?? "", b.code ?? "") < 0', put: 'compareText(a.code ?? "", b.code ?? "") > 0', vector: "check/copies/smallest-code" },
  { title: "events are ordered by their text of time", find: "(a.instant < b.instant ? -1 : a.instant > b.instant ? 1 :", put: "(a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 :", vector: "merge/sets/spellings-of-instants" },
  { title: "the greatest id wins a tie", find: "event: newest[0], step: { pointer: \"\", word, wins: [newest[0].id], loses: losers(slot, newest[0])", put: "event: newest[newest.length - 1], step: { pointer: \"\", word, wins: [newest[newest.length - 1].id], loses: losers(slot, newest[newest.length - 1])", vector: "merge/sets/latest-restated-same-instant" },
  { title: "anyone may retract", find: "target.signerId === event.signerId\n", put: "true\n", vector: "merge/retractions/by-another" },
  { title: "retractions may be retracted", find: '&& target.type !== "event_retracted" ', put: "", vector: "merge/retractions/of-retraction" },
  { title: "retracted events do not conflict", find: 'events.filter((event) => event.fits && KINDS', put: "events.filter((event) => event.fits && !event.retracted && KINDS", vector: "merge/retractions/tie-comes-back" },
  { title: "any alias fits", find: 'return !derives || record', put: "return true || record", vector: "merge/fits/alias-added-arxiv-other" },
  { title: "text sorts by UTF-16", find: "if (x !== y) return (x >= 0xd800 && x < 0xe000 ? x + 0x10000 : x) - (y >= 0xd800 && y < 0xe000 ? y + 0x10000 : y);", put: "if (x !== y) return x - y;", vector: "policy/shapes/unicode-order" },
  { title: "objects are plain: integer-like keys come first", find: "[...value.keys()].sort().map(", put: "Object.keys(Object.fromEntries([...value.keys()].sort().map((key) => [key, 0]))).map(", vector: "json/canonical/spelling-0" },
];
