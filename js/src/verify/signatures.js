/**
 * The checks of a key and of a signature, which events and receipts share.
 *
 * @module
 */
/** @import { Value } from "../encoding/values.js" */
/** @import { PolicyKey } from "./policy.js" */
/** @import { Verdict } from "./verdicts.js" */
import { sha256Hex } from "../encoding/digest.js";
import { toHex } from "../encoding/spellings.js";
import { signatureBytes } from "../bundle/event-texts.js";
import { verifySignature } from "../ed25519/strict.js";
import { STEP, decidesBefore, invalid, verdict } from "./verdicts.js";

/** @param {PolicyKey} key @param {string} type @returns {boolean} */
const maySign = (key, type) => key.eventTypes === "*" || key.eventTypes.includes(type);

/** @param {PolicyKey} key @param {string} type @param {string | null} id recomputed @returns {"key_role" | "key_revoked" | null} [CHECK-6] */
export function roleFault(key, type, id) {
  if (!maySign(key, type)) return "key_role";
  return key.status === "revoked" && (id === null || !key.acceptedEventIds.includes(id)) ? "key_revoked" : null;
}

/** Checks each (raw key, SHA-256 of the message, signature) once [FORMAT-13]. */
export class SignatureChecks {
  constructor() {
    /** @type {Map<string, Promise<boolean>>} */
    this.known = new Map();
  }

  /** @param {Uint8Array} key @param {Uint8Array} message @param {Uint8Array} signature @returns {Promise<boolean>} [CHECK-9] */
  async verify(key, message, signature) {
    const name = `${toHex(key)} ${await sha256Hex(message)} ${toHex(signature)}`;
    const found = this.known.get(name) ?? verifySignature(key, message, signature);
    this.known.set(name, found);
    return found;
  }
}

/**
 * Checks 6 to 9 under every key of a `key_id`, without an id: the key that got furthest decides [RCPT-2, EVT-8].
 * @param {readonly PolicyKey[]} keys @param {string} type @param {Value | undefined} algorithm @param {string} base64
 * @param {Uint8Array} message @param {SignatureChecks | null} checks null: `not_checked` instead of a signature check
 * @returns {Promise<Verdict>}
 */
export async function checkUnderKeys(keys, type, algorithm, base64, message, checks) {
  let best = verdict(STEP.KEY, "unknown_key", "key_unknown");
  const raw = signatureBytes(base64, "base64");
  for (const key of keys) {
    const fault = roleFault(key, type, null);
    let found;
    if (fault !== null) found = invalid(STEP.ROLE, fault);
    else if (algorithm !== "ed25519") found = invalid(STEP.ALGORITHM, "algorithm");
    else if (raw === null) found = invalid(STEP.TEXT, "encoding");
    else if (checks === null) return verdict(STEP.VERIFIES, "not_checked", null);
    else if (await checks.verify(key.raw, message, raw)) return verdict(STEP.VALID, "verified", null);
    else found = invalid(STEP.VERIFIES, "signature_invalid");
    if (decidesBefore(found, best)) best = found;
  }
  return best;
}
