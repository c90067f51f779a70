/**
 * The operations of the conformance protocol, `vectors/README.md` section 2, the same in Node and in a page.
 *
 * @module
 */
/** @import { Limits } from "../encoding/limits.js" */
import * as pith from "../../pithbundle.js";
import { lenientBase64 } from "../encoding/spellings.js";
import { accumulate } from "./accumulate.js";
import { DIGEST_OPERATIONS } from "./digest-operations.js";

/** @typedef {Record<string, any>} Args */

/** @param {string | null} text */
const policyOf = (text) => pith.readPolicy(text === null ? null : lenientBase64(text));
/** @param {string} text @param {Limits} [limits] */
const jsonOf = (text, limits) => pith.parseJson(lenientBase64(text), limits);
/** @param {pith.Verdict} verdict */
const verdictMembers = ({ status, code }) => ({ verdict: status, code });

/** @param {pith.Value} value */
async function canonical(value) {
  const bytes = pith.canonicalBytes(value);
  return { canonical: pith.toBase64(bytes), sha256: await pith.sha256Hex(bytes) };
}

/**
 * Reads and checks each input, and merges those that are not rejected [BUN-5].
 * @param {string[]} inputs @param {string | null} policyText
 */
async function merged(inputs, policyText) {
  const policy = await policyOf(policyText);
  /** @type {{ input: number, code: string }[]} */
  const rejected = [];
  /** @type {{ input: number, pointer: string, verdict: string, code: string | null }[]} */
  const withoutId = [];
  /** @type {pith.CheckedBundle[]} */
  const parts = [];
  let first = null;
  for (const [input, data] of inputs.entries()) {
    try {
      const part = await pith.check(await pith.readBundle(lenientBase64(data)), policy);
      parts.push(part);
      for (const { id, pointer, verdict } of part.elements) if (id === null) withoutId.push({ input, pointer, ...verdictMembers(verdict) });
    } catch (error) {
      if (!(error instanceof pith.PithError)) throw error;
      first ??= error;
      rejected.push({ input, code: error.code });
    }
  }
  if (parts.length === 0 && first !== null) throw first;
  return { policy, rejected, withoutId, merged: await pith.merge(parts) };
}

/** The answer of `merge`. @param {string[]} inputs @param {string | null} policyText */
async function mergeAnswer(inputs, policyText) {
  const { policy, rejected, withoutId, merged: out } = await merged(inputs, policyText);
  const { exitStatus, all } = pith.outcomeOf(out, rejected.length);
  return {
    state: pith.toBase64(out.stateBytes), state_sha256: out.stateSha256, events_sha256: out.eventsSha256, policy_sha256: policy.sha256,
    verdicts: [...out.byId].map(([event_id, { verdict }]) => ({ event_id, ...verdictMembers(verdict) })),
    without_id: withoutId, rejected, trace: pith.toBase64(out.traceBytes), exit_status: exitStatus, outcomes: all,
    unverified_sha256: out.unverifiedSha256, unverified_count: out.unverified.length,
    completeness: out.completeness.map(({ signer, missing, asOf }) => ({ signer, missing, as_of: asOf })),
  };
}

/** @param {Args} args @returns {Promise<object>} the answer of `check` */
async function checkAnswer({ data, policy: text, format }) {
  const policy = await policyOf(text);
  const bundle = await pith.readBundle(lenientBase64(data), { encoding: format });
  const { record, elements, mismatches } = await pith.check(bundle, policy);
  const unverified = pith.unverifiedOf(elements);
  return {
    pith_number: record.pithNumber, canonical_sha256: record.sha256, policy_sha256: policy.sha256,
    elements: elements.map(({ pointer, id, verdict, unsigned }) => ({ pointer, event_id: id, ...verdictMembers(verdict), unsigned })),
    events: [...pith.decideById(elements)].map(([event_id, { verdict, unsigned }]) => ({ event_id, ...verdictMembers(verdict), unsigned })),
    receipts: elements.flatMap(({ pointer, id, receipt }) => (receipt === null ? [] : [{ event_id: id, pointer: `${pointer}${receipt.pointer}`, ...verdictMembers(receipt.verdict) }])),
    mismatches, formats: elements.map(({ format }) => format?.sha256 ?? null), unverified: elements.map(({ sha256 }) => sha256),
    unverified_sha256: await pith.canonicalSha256(unverified),
  };
}

/** @param {Args} args @returns {Uint8Array} of the operation `spelling` */
function spelledBytes({ form, text, length }) {
  switch (form) {
    case "hex": return pith.fromHex(text, length);
    case "base64": return pith.fromBase64(text, length);
    default: return pith.fromHex(pith.eventIdDigest(text));
  }
}

/** @type {Record<string, (args: Args) => Promise<object> | object>} */
const OPERATIONS = {
  hello: () => ({ name: "pithbundle.js", version: "0.1.0", protocol: "1" }),
  parse_json: ({ data }) => canonical(jsonOf(data)),
  parse_cbor: ({ data }) => canonical(pith.parseCbor(lenientBase64(data))),
  cbor: ({ data }) => ({ cbor: pith.toBase64(pith.cborBytes(jsonOf(data))) }),
  time: ({ text }) => ({ instant: pith.instantOf(text) }),
  spelling: (args) => ({ bytes: pith.toBase64(spelledBytes(args)) }),
  number: ({ text }) => pith.parseNumber(text),
  async record({ data }) {
    const record = await pith.readRecord(jsonOf(data));
    return {
      canonical: pith.toBase64(pith.canonicalBytes(record.value)), canonical_sha256: record.sha256, pith_number: record.pithNumber,
      years: record.years, aliases: [...record.aliases],
    };
  },
  title: async ({ text }) => ({ sha256: await pith.titleSha256(text) }),
  async verify_signature({ key, message, signature }) {
    return { valid: await pith.verifySignature(lenientBase64(key), lenientBase64(message), lenientBase64(signature)) };
  },
  async public_key({ key }) {
    const { hex, base32 } = await pith.fingerprints(lenientBase64(key));
    return { fingerprint_hex: hex, fingerprint_base32: base32 };
  },
  async format({ data }) {
    const { name, effective, sha256, isBinding } = await pith.readFormatDocument(jsonOf(data));
    return { name, effective: pith.toBase64(pith.canonicalBytes(effective)), format_sha256: sha256, is_binding: isBinding };
  },
  async policy({ data }) {
    const { effective, sha256 } = await policyOf(data);
    return { effective: pith.toBase64(effective), policy_sha256: sha256 };
  },
  check: checkAnswer,
  merge: ({ inputs, policy }) => mergeAnswer(inputs, policy),
  async status({ inputs, policy }) {
    return { status: pith.status((await merged(inputs, policy)).merged.state) };
  },
  async timeline({ inputs, policy }) {
    return { timeline: pith.timeline((await merged(inputs, policy)).merged.state) };
  },
  async compare({ inputs, policy, state }) {
    const differences = pith.compareState((await merged(inputs, policy)).merged, lenientBase64(state));
    return { differences, same: !differences.some(([group]) => group === "signed") };
  },
  async export({ inputs, policy }) {
    const parts = pith.exportParts((await merged(inputs, policy)).merged.state);
    const events = parts.flatMap((part) => /** @type {Map<string, any>} */ (pith.parseJson(part, pith.BUNDLE_LIMITS)).get("events"));
    const elements = await Promise.all(events.map(pith.canonicalSha256));
    return { ...(await mergeAnswer(parts.map(pith.toBase64), policy)), elements };
  },
  async proof({ inputs, policy }) {
    const { record, equivocations } = (await merged(inputs, policy)).merged.state;
    return { proofs: equivocations.map((one) => pith.toBase64(pith.equivocationProof(record, one))) };
  },
  async verify_proof({ data, policy }) {
    const { eventType, signer, eventIds, statuses } = await pith.verifyProof(lenientBase64(data), await policyOf(policy));
    return { event_type: eventType, signer, event_ids: eventIds, statuses };
  },
  async accumulate({ record: data, events, policy, seed, count }) {
    const record = await pith.readRecord(jsonOf(data));
    const elements = events.map((/** @type {string} */ event) => jsonOf(event));
    const checked = await pith.check({ record, elements, mismatches: [] }, await policyOf(policy));
    return { digest: await accumulate(checked, seed, count) };
  },
  async leaf_line({ inputs, policy }) {
    const { state: { record }, stateSha256, eventsSha256, unverifiedSha256 } = (await merged(inputs, policy)).merged;
    return { suffix: record.suffix, digest: await pith.leafDigest(record.sha256, eventsSha256, stateSha256, unverifiedSha256) };
  },
  ...DIGEST_OPERATIONS,
};

/** @param {string} op @param {Args} args @returns {Promise<object>} the answer without its id */
export async function operations(op, args) {
  if (!Object.hasOwn(OPERATIONS, op)) return { unsupported: true };
  try {
    return { ok: await OPERATIONS[op](args) };
  } catch (error) {
    if (!(error instanceof pith.PithError)) throw error;
    const { code, pointer, offset } = error;
    return { error: { code, pointer, offset } };
  }
}
