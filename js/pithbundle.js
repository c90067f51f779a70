/**
 * pithbundle in JavaScript: a second implementation, written from `spec.md`.
 *
 * Bytes in, a value or a {@link PithError} out; no I/O, clock, environment or randomness. Names in
 * brackets, such as [MERGE-5], are clauses of the specification, which defines the rules.
 *
 *     const policy = await readPolicy(policyBytes);
 *     const checked = await check(await readBundle(bytes), policy);
 *     const merged = await merge([checked]);        // merged.stateBytes, merged.stateSha256
 *
 * This file only names what is public; `README.md` is a map of the modules.
 *
 * @module
 */

/** @typedef {import("./src/bundle/reader.js").Bundle} Bundle */
/** @typedef {import("./src/bundle/event-formats.js").EventFormat} EventFormat */
/** @typedef {import("./src/bundle/record.js").CanonicalRecord} CanonicalRecord */
/** @typedef {import("./src/comparison.js").Difference} Difference */
/** @typedef {import("./src/digests/head.js").Head} Head */
/** @typedef {import("./src/digests/tree.js").LeafLine} LeafLine */
/** @typedef {import("./src/digests/tree.js").Tree} Tree */
/** @typedef {import("./src/encoding/limits.js").Limits} Limits */
/** @typedef {import("./src/encoding/values.js").Value} Value */
/** @typedef {import("./src/merge/equivocation.js").Equivocation} Equivocation */
/** @typedef {import("./src/merge/merge.js").Merged} Merged */
/** @typedef {import("./src/merge/state.js").State} State */
/** @typedef {import("./src/proof.js").VerifiedProof} VerifiedProof */
/** @typedef {import("./src/verify/policy.js").Policy} Policy */
/** @typedef {import("./src/verify/policy.js").PolicyKey} PolicyKey */
/** @typedef {import("./src/verify/verdicts.js").CheckedBundle} CheckedBundle */
/** @typedef {import("./src/verify/verdicts.js").CheckedElement} CheckedElement */
/** @typedef {import("./src/verify/verdicts.js").DecidedEvent} DecidedEvent */
/** @typedef {import("./src/verify/verdicts.js").ValidEvent} ValidEvent */
/** @typedef {import("./src/verify/verdicts.js").Verdict} Verdict */

export { PithError } from "./src/errors.js";

// Values and bytes.
export { utf8 } from "./src/encoding/bytes.js";
export { canonicalBytes, canonicalJson, canonicalSha256 } from "./src/encoding/canonical.js";
export { parseCbor } from "./src/encoding/cbor-reader.js";
export { cborBytes } from "./src/encoding/cbor-writer.js";
export { sha256, sha256Hex } from "./src/encoding/digest.js";
export { parseJson } from "./src/encoding/json-reader.js";
export { BUNDLE_LIMITS, LIMITS, STATE_LIMITS } from "./src/encoding/limits.js";
export { eventIdDigest, fromBase64, fromHex, toBase64, toHex } from "./src/encoding/spellings.js";
export { instantOf } from "./src/encoding/timestamps.js";

// Signatures and keys.
export { isAcceptableKey, verifySignature } from "./src/ed25519/strict.js";
export { fingerprints } from "./src/verify/public-key.js";

// Records and bundles.
export { readFormatDocument } from "./src/bundle/format-document.js";
export { parseNumber } from "./src/bundle/number.js";
export { readBundle } from "./src/bundle/reader.js";
export { readRecord } from "./src/bundle/record.js";
export { titleSha256 } from "./src/bundle/titles.js";

// Who signed what.
export { readPolicy } from "./src/verify/policy.js";
export { decideById, unverifiedOf } from "./src/verify/verdicts.js";
export { check } from "./src/verifier.js";

// What follows from it.
export { exportParts } from "./src/merge/export.js";
export { merge } from "./src/merge/merge.js";
export { MERGE_RULES } from "./src/merge/rules.js";
export { status } from "./src/merge/status.js";
export { timeline } from "./src/merge/timeline.js";
export { trace } from "./src/merge/trace.js";

// Reports.
export { compareState } from "./src/comparison.js";
export { equivocationProof, verifyProof } from "./src/proof.js";
export { outcomeOf } from "./src/report.js";

// Digests of mirrors.
export { deltaOf, followDeltas } from "./src/digests/delta.js";
export { contradictionOf, headSignature, readHead, verifyContradiction } from "./src/digests/head.js";
export { buildTree, depthOf, leafDigest, leafLinesBytes, readLeafLines, readTree } from "./src/digests/tree.js";
