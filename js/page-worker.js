/**
 * Checks the files of the page in a worker, so that the page answers while a large bundle is checked.
 *
 * @module
 */
/** @import { Input } from "./src/page/inputs.js" */
import { reportOf } from "./src/page/report.js";

/** @param {File} file @returns {Input} */
const inputOf = (file) => ({
  name: file.name, size: file.size,
  bytes: async (onRead) => {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    for (const reader = file.stream().getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) return bytes.subarray(0, at);
      if (at + value.length > bytes.length) throw new DOMException("the file grew while it was read", "NotReadableError");
      bytes.set(value, at);
      at += value.length;
      onRead?.(at);
    }
  },
});

addEventListener("message", async (/** @type {MessageEvent<{ bundles: File[], policy: File | null }>} */ { data: { bundles, policy } }) => {
  try {
    const report = await reportOf(bundles.map(inputOf), policy === null ? null : inputOf(policy), new Date(), (progress) => postMessage({ progress }));
    postMessage({ report });
  } catch (error) {
    // A fault of this program, not of a file.
    postMessage({ failure: String(error) });
  }
});
