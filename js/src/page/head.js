/**
 * Shows of which generation a mirror is: its pages do not change with it [PAGE-9, PAGE-11].
 *
 * @module
 */
import { visible } from "../encoding/escape.js";

/** @param {string} root the base URL of the mirror, as seen from the page */
async function requestHead(root) {
  const response = await fetch(new URL(`${root}pith-digests/head.json`, document.baseURI).href, { cache: "no-cache" });
  if (!response.ok) return;
  const { origin, generation, generated_at: at } = await response.json();
  /** @type {HTMLElement} */ (document.getElementById("head")).textContent = visible(`${origin}, generation ${generation}, ${at}`, 300);
}

/** Fills the element `head` of the page. A mirror whose head cannot be read is shown without it. @param {string} root */
export function showHead(root) {
  requestHead(root).catch(() => {});
}
