/**
 * The verdict on a flat event, at best `unbound` [EVT-8].
 *
 * @module
 */
/** @import { Obj } from "../encoding/values.js" */
/** @import { Context, Found } from "./readings.js" */
import { HEX64, fromHex } from "../encoding/spellings.js";
import { INTEGRITY_1 } from "../bundle/event-formats.js";
import { flatFault } from "../bundle/flat-event.js";
import { checkUnderKeys } from "./signatures.js";
import { STEP, invalid, underKeys, verdict } from "./verdicts.js";

/** @param {Obj} element flat @param {Context} context @returns {Promise<Found>} the checks in the order of EVT-8 */
export async function checkFlat(element, { record, policy, checks }) {
  const keys = policy.keys.filter((key) => key.keyId === element.get("signing_key_id"));
  const candidates = keys.filter(({ formats }) => formats.includes(INTEGRITY_1));
  const fault = flatFault(element);
  const hash = element.get("payload_sha256");
  const isHash = HEX64.test(hash);
  const signature = element.get("signature_b64") ?? null;
  const check = async () => {
    if (keys.length === 0) return verdict(STEP.KEY, "unknown_key", "key_unknown", "/signing_key_id");
    if (candidates.length === 0) return verdict(STEP.FORMAT, "unknown_format", null);
    if (signature === null) return verdict(STEP.SIGNED, "not_signed", null);
    if (fault !== null) return invalid(STEP.FORMED, fault.code, fault.pointer);
    if (element.get("payload").get("arxiv_id") !== record.sourceId) return invalid(STEP.SUBJECT, "subject", "/payload/arxiv_id");
    if (!isHash) return invalid(STEP.TEXT, "encoding", "/payload_sha256");
    const under = await checkUnderKeys(candidates, element.get("event_type"), "ed25519", signature, fromHex(hash), checks);
    return under.step === STEP.VALID ? verdict(STEP.BINDS, "unbound", null) : under;
  };
  const found = underKeys(await check(), keys.some(({ listsUnknown }) => listsUnknown), policy.isEvent1Only);
  const id = fault === null && isHash && found.status !== "unknown_format" ? hash : null;
  return { format: INTEGRITY_1, id, verdict: found, unsigned: [], valid: null };
}
