/**
 * Event formats [RULE-1 to RULE-5]: which members are signed, and in which form.
 *
 * @module
 */

/** @typedef {"digest" | "hex" | "id" | "bytes"} SignedForm of the message [RULE-2] */
/**
 * @typedef {object} EventFormat
 * @property {readonly string[] | null} excluded members that are not in the signed content; null where it is the payload alone
 * @property {SignedForm} signed
 * @property {boolean} isBinding whether the signed content contains all that RULE-3 names
 */

/** The event formats of RULE-5, by name. @type {Map<string, EventFormat>} */
export const EVENT_FORMATS = new Map();
for (const signed of /** @type {SignedForm[]} */ (["digest", "hex", "id", "bytes"])) {
  const out = ["event_id", "signature"];
  EVENT_FORMATS.set(signed === "digest" ? "event-v1" : `event-full-${signed}`, { excluded: out, signed, isBinding: true });
  EVENT_FORMATS.set(`event-no-signer-${signed}`, { excluded: [...out, "signer"], signed, isBinding: false });
  EVENT_FORMATS.set(`event-no-time-${signed}`, { excluded: [...out, "created_at"], signed, isBinding: false });
  EVENT_FORMATS.set(`event-no-signer-no-time-${signed}`, { excluded: [...out, "created_at", "signer"], signed, isBinding: false });
  EVENT_FORMATS.set(`event-payload-${signed}`, { excluded: null, signed, isBinding: false });
}
export const EVENT_V1 = /** @type {EventFormat} */ (EVENT_FORMATS.get("event-v1"));
/** In a policy: the events of a key may be of another format [RULE-1]. */
export const UNKNOWN = "unknown";
