/**
 * Checks bundles under the merge rules of this package. `verify` imports nothing of `merge`: the types that
 * the rules know come from here.
 *
 * @module
 */
/** @import { Bundle } from "./bundle/reader.js" */
/** @import { Policy } from "./verify/policy.js" */
/** @import { CheckedBundle } from "./verify/verdicts.js" */
import { KNOWN_TYPES } from "./merge/rules.js";
import { checkBundle } from "./verify/checks.js";

/** @param {Bundle} bundle @param {Policy} policy @returns {Promise<CheckedBundle>} who signed what [CHECK-1 to CHECK-13] */
export const check = (bundle, policy) => checkBundle(bundle, policy, KNOWN_TYPES);
