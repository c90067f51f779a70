/**
 * Compares our state with a published one [REPORT-3, REPORT-5].
 *
 * @module
 */
/** @import { CanonicalRecord } from "./bundle/record.js" */
/** @import { Value } from "./encoding/values.js" */
/** @import { Merged } from "./merge/merge.js" */
import { ensure } from "./errors.js";
import { canonicalJson } from "./encoding/canonical.js";
import { parseJson } from "./encoding/json-reader.js";
import { STATE_LIMITS } from "./encoding/limits.js";
import { pointerOf } from "./encoding/pointer.js";

/** @typedef {"signed" | "unsigned" | "labels"} Group */
/** @typedef {[Group, string, "differs" | "only ours" | "only theirs"]} Difference group, pointer, how */
/** @typedef {(string | number)[]} Path */

/** @param {Value} a @param {Value} b @returns {boolean} equal scalars of one JSON type */
const isSame = (a, b) => a === b && !(a instanceof Map) && !Array.isArray(a);
/** @param {Value} value @returns {boolean} `false` and 0 are not empty [REPORT-3] */
const isEmpty = (value) => value === null || value === "" || (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0);

/** @param {Value} element of an array in `current` @param {boolean} alias @returns {string} [REPORT-5] */
function identityOf(element, alias) {
  if (alias && element instanceof Map) return canonicalJson([element.get("alias_kind") ?? null, element.get("alias_value") ?? null]);
  const id = element instanceof Map ? element.get("event_id") ?? null : null;
  return canonicalJson(id !== null ? ["id", id] : ["value", element]);
}

/** The identity of each element, numbered among those of one identity. @param {Value[]} list @param {boolean} alias */
function occurrences(list, alias) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return list.map((element) => {
    const identity = identityOf(element, alias);
    const count = seen.get(identity) ?? 0;
    seen.set(identity, count + 1);
    return `${count} ${identity}`;
  });
}

/** The differences between our state and another [REPORT-3, REPORT-5]. */
class Comparison {
  /** @param {CanonicalRecord} record */
  constructor(record) {
    this.record = record;
    /** @type {Difference[]} */
    this.found = [];
  }

  /** @param {Path} path @param {Difference[2]} how @param {Value} [value] where only one side has one */
  add(path, how, value = null) {
    this.found.push([this.groupOf(path, how, value), pointerOf(path), how]);
  }

  /** @param {Path} path @param {Difference[2]} how @param {Value} value @returns {Group} */
  groupOf(path, how, value) {
    const [top, section] = path;
    if (top === "pith_number") return "signed";
    if (top !== "current") return "labels";
    if (section === "source_aliases") {
      const kind = path.length === 3 && how === "only theirs" && value instanceof Map ? value.get("alias_kind") : null;
      return typeof kind === "string" && kind !== "doi" && this.record.aliases.has(kind) ? "signed" : "unsigned";
    }
    return path.length === 2 && how !== "differs" && isEmpty(value) ? "labels" : "signed";
  }

  /** @param {Value} ours @param {Value} theirs @param {Path} path */
  compare(ours, theirs, path) {
    if (ours instanceof Map && theirs instanceof Map) {
      for (const [name, value] of ours) {
        if (theirs.has(name)) this.compare(value, theirs.get(name), [...path, name]);
        else this.add([...path, name], "only ours", value);
      }
      for (const [name, value] of theirs) if (!ours.has(name)) this.add([...path, name], "only theirs", value);
    } else if (Array.isArray(ours) && Array.isArray(theirs)) {
      if (path.length === 2 && path[0] === "current") this.match(ours, theirs, path);
      else this.walk(ours, theirs, path);
    } else if (!isSame(ours, theirs)) this.add(path, "differs");
  }

  /** Index by index. @param {Value[]} ours @param {Value[]} theirs @param {Path} path */
  walk(ours, theirs, path) {
    const shared = Math.min(ours.length, theirs.length);
    for (let i = 0; i < shared; i++) this.compare(ours[i], theirs[i], [...path, i]);
    for (let i = shared; i < ours.length; i++) this.add([...path, i], "only ours", ours[i]);
    for (let i = shared; i < theirs.length; i++) this.add([...path, i], "only theirs", theirs[i]);
  }

  /** By identity. @param {Value[]} ours @param {Value[]} theirs @param {Path} path */
  match(ours, theirs, path) {
    const alias = path[1] === "source_aliases";
    const indices = new Map(occurrences(theirs, alias).map((identity, i) => [identity, i]));
    /** @type {number[]} theirs, in our order */
    const matched = [];
    occurrences(ours, alias).forEach((identity, i) => {
      const other = indices.get(identity);
      if (other === undefined) this.add([...path, i], "only ours", ours[i]);
      else {
        matched.push(other);
        this.compare(ours[i], theirs[other], [...path, i]);
      }
    });
    const known = new Set(matched);
    theirs.forEach((element, i) => {
      if (!known.has(i)) this.add([...path, i], "only theirs", element);
    });
    if (matched.some((index, i) => i > 0 && matched[i - 1] > index)) this.found.push(["labels", pointerOf(path), "differs"]);
  }
}

/**
 * @param {Pick<Merged, "record" | "stateBytes">} merged @param {Uint8Array} theirs a state
 * @returns {Difference[]} in order; those of the group `signed` fail the comparison [REPORT-3, REPORT-5]
 */
export function compareState({ record, stateBytes: ours }, theirs) {
  const state = parseJson(theirs, STATE_LIMITS);
  ensure(state instanceof Map && state.get("state_type") === "pith_open_graph_state", "type", "/state_type");
  const comparison = new Comparison(record);
  comparison.compare(parseJson(ours, { ...STATE_LIMITS, size: Infinity, nodes: Infinity, string: Infinity }), state, []);
  return comparison.found;
}
