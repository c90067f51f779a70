/**
 * Fetches what a mirror serves of a record and checks it in a worker, so that the page answers meanwhile [PAGE-9].
 *
 * @module
 */
/** @import { Claimed } from "./src/agreement.js" */
import { agreement } from "./src/agreement.js";
import { BUNDLE_LIMITS, STATE_LIMITS } from "./pithbundle.js";

/** @param {string} url @param {number} most bytes */
async function named(url, most) {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${name} was not served: status ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > most) throw new Error(`${name} has ${bytes.length} bytes; the limit is ${most}`);
  return { name, bytes };
}

addEventListener("message", async (/** @type {MessageEvent<{ parts: string[], policy: string, state: string, claimed: Claimed }>} */ { data }) => {
  try {
    const parts = [];
    for (const url of data.parts) parts.push(await named(url, BUNDLE_LIMITS.size));
    const [policy, state] = [await named(data.policy, BUNDLE_LIMITS.size), await named(data.state, STATE_LIMITS.size)];
    postMessage(await agreement(parts, policy.bytes, state, data.claimed));
  } catch (error) {
    // What was not received, or a fault of this program: nothing is known.
    postMessage({ grade: "open", title: "Your browser could not check this page", sentences: [error instanceof Error ? error.message : String(error)] });
  }
});
