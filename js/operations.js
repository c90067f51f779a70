/**
 * The operations of the conformance protocol, `vectors/README.md` section 2: a thin face of
 * `pithbundle.js`, the same in Node and in a page.
 *
 * @module
 */
import * as pith from "./pithbundle.js";

/** @typedef {Record<string, any>} Args */

const bytesOf = pith.looseBase64;
/** @param {string | null} text */
const policyOf = (text) => pith.readPolicy(text === null ? null : bytesOf(text));
/** @param {pith.Outcome} outcome */
const said = ({ verdict, code }) => ({ verdict, code });
/** @param {Map<string, pith.Decided>} decided */
const verdicts = (decided) => [...decided].map(([event_id, { outcome }]) => ({ event_id, ...said(outcome) }));

/** @param {pith.Value} value */
async function canonical(value) {
  const bytes = pith.canonicalBytes(value);
  return { canonical: pith.toBase64(bytes), sha256: await pith.sha256Hex(bytes) };
}

/**
 * Reads and checks each input, and merges what is not refused [BUN-5].
 * @param {string[]} inputs @param {string | null} policyText
 */
async function merged(inputs, policyText) {
  const policy = await policyOf(policyText);
  /** @type {{ input: number, code: string }[]} */
  const refused = [];
  /** @type {{ input: number, pointer: string, verdict: string, code: string | null }[]} */
  const withoutId = [];
  /** @type {pith.Checked[]} */
  const parts = [];
  let first = null;
  for (const [input, data] of inputs.entries()) {
    try {
      const part = await pith.check(await pith.readBundle(bytesOf(data)), policy);
      parts.push(part);
      for (const { id, pointer, outcome } of part.copies) if (id === null) withoutId.push({ input, pointer, ...said(outcome) });
    } catch (error) {
      if (!(error instanceof pith.PithError)) throw error;
      first ??= error;
      refused.push({ input, code: error.code });
    }
  }
  if (parts.length === 0 && first !== null) throw first;
  return { policy, refused, withoutId, merged: await pith.merge(parts) };
}

/** The answer of `merge`. @param {string[]} inputs @param {string | null} text of the policy */
async function mergeAnswer(inputs, text) {
  const { policy, refused, withoutId, merged: out } = await merged(inputs, text);
  const { exitStatus, all } = pith.outcomeOf(out, refused.length);
  return {
    state: pith.toBase64(out.stateBytes), state_sha256: out.stateSha256, events_sha256: out.eventsSha256, policy_sha256: policy.sha256,
    verdicts: verdicts(out.verdicts), without_id: withoutId, refused, trace: pith.toBase64(out.traceBytes),
    exit_status: exitStatus, outcomes: all,
    completeness: out.completeness.map(({ signer, missing, asOf }) => ({ signer, missing, as_of: asOf })),
  };
}

/** @type {Record<string, (args: Args) => Promise<object> | object>} */
const OPERATIONS = {
  hello: () => ({ name: "pithbundle.js", version: "0.1.0", protocol: "1" }),
  parse_json: ({ data }) => canonical(pith.parseJson(bytesOf(data))),
  parse_cbor: ({ data }) => canonical(pith.parseCbor(bytesOf(data))),
  cbor: ({ data }) => ({ cbor: pith.toBase64(pith.cborBytes(pith.parseJson(bytesOf(data)))) }),
  time: ({ text }) => ({ instant: pith.instantOf(text) }),
  text_form({ form, text, length }) {
    const bytes = form === "hex" ? pith.fromHex(text, length) : form === "base64" ? pith.fromBase64(text, length) : pith.fromHex(pith.eventIdDigest(text));
    return { bytes: pith.toBase64(bytes) };
  },
  number: ({ text }) => pith.parseNumber(text),
  async record({ data }) {
    const record = await pith.readRecord(pith.parseJson(bytesOf(data)));
    return {
      canonical: pith.toBase64(pith.canonicalBytes(record.value)), canonical_sha256: record.sha256, pith_number: record.pithNumber,
      years: record.years, aliases: [...record.aliases],
    };
  },
  title: async ({ text }) => ({ sha256: await pith.titleSha256(text) }),
  verify_signature: async ({ key, message, signature }) => ({ valid: await pith.verifySignature(bytesOf(key), bytesOf(message), bytesOf(signature)) }),
  async pin_key({ key }) {
    const { hex, base32 } = await pith.fingerprints(bytesOf(key));
    return { fingerprint_hex: hex, fingerprint_base32: base32 };
  },
  async policy({ data }) {
    const { effective, sha256 } = await policyOf(data);
    return { effective: pith.toBase64(effective), policy_sha256: sha256 };
  },
  async check({ data, policy: text, format }) {
    const policy = await policyOf(text);
    const bundle = await pith.readBundle(bytesOf(data), { format });
    const { record, copies, stated } = await pith.check(bundle, policy);
    return {
      pith_number: record.pithNumber, canonical_sha256: record.sha256, policy_sha256: policy.sha256,
      copies: copies.map(({ pointer, id, outcome, unsigned }) => ({ pointer, event_id: id, ...said(outcome), unsigned })),
      events: [...pith.decide(copies)].map(([event_id, { outcome, unsigned }]) => ({ event_id, ...said(outcome), unsigned })),
      receipts: copies.flatMap(({ pointer, id, receipt }) => (receipt === null ? [] : [{ event_id: id, pointer: `${pointer}/payload/receipt`, ...said(receipt) }])),
      stated,
    };
  },
  merge: ({ inputs, policy }) => mergeAnswer(inputs, policy),
  async status({ inputs, policy }) {
    return { status: pith.status((await merged(inputs, policy)).merged.view) };
  },
  async timeline({ inputs, policy }) {
    return { timeline: pith.timeline((await merged(inputs, policy)).merged.view) };
  },
  async compare({ inputs, policy, state }) {
    const differences = pith.compareState((await merged(inputs, policy)).merged, bytesOf(state));
    return { differences, same: !differences.some(([group]) => group === "signed") };
  },
  async export({ inputs, policy }) {
    const parts = pith.exportParts((await merged(inputs, policy)).merged);
    const events = parts.flatMap((part) => /** @type {Map<string, any>} */ (pith.parseJson(part, pith.BUNDLE_LIMITS)).get("events"));
    const elements = await Promise.all(events.map(pith.canonicalSha256));
    return { ...(await mergeAnswer(parts.map(pith.toBase64), policy)), elements };
  },
  async proof({ inputs, policy }) {
    const { record, view } = (await merged(inputs, policy)).merged;
    return { proofs: view.groups.map((group) => pith.toBase64(pith.proofOf(record, group))) };
  },
  async verify_proof({ data, policy }) {
    const { eventType, signer, eventIds, statuses } = await pith.checkProof(bytesOf(data), await policyOf(policy));
    return { event_type: eventType, signer, event_ids: eventIds, statuses };
  },
  async accumulate({ record: data, events, policy: text, seed, count }) {
    const record = await pith.readRecord(pith.parseJson(bytesOf(data)));
    const elements = events.map((/** @type {string} */ event) => pith.parseJson(bytesOf(event)));
    const { copies } = await pith.check({ record, elements, stated: [] }, await policyOf(text));
    const digests = new Uint8Array(32 * count);
    for (let place = 0; place < count; place++) {
      const block = await pith.sha256(pith.utf8(`${seed}/${place}`));
      /** @type {Map<string, pith.ValidEvent>} */
      const drawn = new Map();
      // Two bundles, a bit of eight bytes for each event; no order or overlap can matter.
      for (const first of [0, 8]) {
        copies.slice(0, 64).forEach(({ valid }, i) => {
          if (((block[first + 7 - (i >> 3)] >> (i & 7)) & 1) === 0) return;
          if (valid === null) throw new pith.PithError("type");
          drawn.set(valid.id, valid);
        });
      }
      digests.set(await pith.sha256(pith.stateBytes(record, pith.viewOf(record, [...drawn.values()]), drawn.size)), 32 * place);
    }
    return { digest: await pith.sha256Hex(digests) };
  },
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
