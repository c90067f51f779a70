/**
 * What signers listed in checkpoints and nobody has [MERGE-9].
 *
 * @module
 */
/** @import { ClassifiedEvent } from "./ledger.js" */
import { compareStrings } from "../encoding/bytes.js";
import { grouped } from "./ledger.js";
import { eventIdOf } from "./schema.js";

/** @typedef {{ signer: string, missing: string[], asOf: [string, string] | null }} Completeness `asOf`: complete as of this (instant, id) */

/** @param {readonly ClassifiedEvent[]} events in order @returns {Completeness[]} of each signer, sorted [MERGE-9] */
export function completeness(events) {
  const ids = new Set(events.map(({ id }) => id));
  return [...grouped(events, ({ signerId }) => signerId)].sort(([a], [b]) => compareStrings(a, b)).map(([signer, own]) => {
    const checkpoints = own.filter(({ conforms, type, retracted }) => conforms && type === "checkpoint" && !retracted);
    const missing = new Set(checkpoints.flatMap(({ payload }) => payload.get("event_ids").map(eventIdOf)).filter((id) => !ids.has(id)));
    const last = checkpoints.at(-1);
    return { signer, missing: [...missing].sort(), asOf: last === undefined || missing.size > 0 ? null : [last.instant, last.id] };
  });
}
