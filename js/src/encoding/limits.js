/**
 * Limits of one input [LIM-1 to LIM-5, LIM-7]. They are options and change no verdict. A reader applies
 * them once, to the input: a value inside an input, such as the record of a bundle, is not measured again.
 *
 * @module
 */

/**
 * `size` and `string` in bytes, `depth` in levels, the others in numbers of values, aliases and events.
 * @typedef {Readonly<Record<"size" | "depth" | "nodes" | "string" | "aliases" | "events", number>>} Limits
 */

/** @type {Limits} */
export const LIMITS = Object.freeze({ size: 4194304, depth: 32, nodes: 200000, string: 1048576, aliases: 1000, events: 5000 });
/** Of a bundle or a proof. @type {Limits} */
export const BUNDLE_LIMITS = Object.freeze({ ...LIMITS, depth: 64 });
/** Of a state or a report, which are made of many inputs [LIM-7]. @type {Limits} */
export const STATE_LIMITS = Object.freeze({ ...LIMITS, size: 64 * LIMITS.size, nodes: 64 * LIMITS.nodes, depth: 200 });

/** The depth that is read, whatever the option [LIM-2]: a deeper value could exhaust the stack. @param {Limits} limits */
export const readableDepth = ({ depth }) => Math.min(depth, 200);
