/**
 * Event formats: where an event has its members, and which bytes its id and its signature cover [FORMAT-1]. A
 * format is data of the policy, never of the bundle.
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Path } from "./format-pointers.js" */

/** @typedef {{ path: Path } | { constant: string }} Role where an element contains a value, or the value for all elements */
/** @typedef {"event_type" | "subject" | "target" | "payload" | "payload_sha256" | "created_at" | "signer_id"} BodyRole */
/** @typedef {"signature" | "event_id" | "fingerprint" | "algorithm"} OptionalRole of an element, where the format names it */
/** @typedef {"array" | "boolean" | "integer" | "number" | "object" | "string"} RequiredType */
/** @typedef {"rfc3339" | "seconds" | "milliseconds"} TimeForm [FORMAT-11] */
/** @typedef {readonly (readonly [Path, Value])[]} Constants sorted by pointer */
/**
 * What is signed.
 * @typedef {object} Body
 * @property {Path} base of the content
 * @property {readonly Path[]} excluded from the content
 * @property {readonly (readonly [Path, RequiredType])[]} required further members
 * @property {string | null} wrapper
 * @property {"none" | "ascii"} escape
 * @property {string | null} payloadWrapper
 * @property {ReadonlyMap<BodyRole, Role>} roles
 * @property {Constants} constants
 * @property {TimeForm} time
 * @property {string} key canonical: formats of one body encode an element alike [FORMAT-13]
 */
/**
 * How it is signed.
 * @typedef {object} Proof
 * @property {ReadonlyMap<OptionalRole, Path>} roles
 * @property {readonly Path[] | { constant: string }} keyId all of the pointers, or what it is for all elements
 * @property {Constants} constants
 * @property {string} algorithmText
 * @property {"digest" | "hex" | "prefixed" | "bytes"} signs
 * @property {"base64" | "base64url" | "hex"} signatureText
 * @property {"prefixed" | "hex"} idText
 */
/**
 * A format that is a document.
 * @typedef {object} DocumentFormat
 * @property {string} name a label
 * @property {string} sha256 `format_sha256`: formats of one are one format
 * @property {Obj} effective the effective document without `name`
 * @property {Body} body
 * @property {Proof} proof
 * @property {boolean} isBinding [FORMAT-4]
 */
/** @typedef {DocumentFormat | typeof INTEGRITY_1} EventFormat */

/** The flat format, which is no document [EVT-7, FORMAT-1]. */
export const INTEGRITY_1 = Object.freeze({ name: "integrity-1", sha256: "integrity-1", body: null, isBinding: false });
/** The name and the `format_sha256` of the built-in document. */
export const EVENT_1 = "pithbundle-event-1";
export const EVENT_1_SHA256 = "c4f63dc8736ee8f4294ff3de00dd899223ee1843186ff0c8a01dab4c320de010";
/** In a policy: the events of a key may be of another format [FORMAT-6]. */
export const UNKNOWN = "unknown";

/** The built-in document of event-1 [FORMAT-1], as a policy would carry it. */
export const EVENT_1_DOCUMENT = `{
  "format_type": "pithbundle_event_format", "format_version": "1", "name": "pithbundle-event-1",
  "body": {
    "excluded": ["/event_id", "/signature"],
    "required": { "/signer": "object", "/signer/public_key_fingerprint": "string", "/signer/signer_type": "string" },
    "roles": {
      "event_type": "/event_type", "subject": "/subject_pith_number", "target": "/target", "payload": "/payload",
      "created_at": "/created_at", "signer_id": "/signer/signer_id"
    }
  },
  "proof": {
    "roles": {
      "signature": "/signature/signature_b64", "event_id": "/event_id", "key_id": ["/signature/key_id", "/signer/key_id"],
      "fingerprint": "/signer/public_key_fingerprint", "algorithm": "/signature/algorithm"
    },
    "constants": { "/signature/kind": "pith_event_signature" }
  }
}`;
