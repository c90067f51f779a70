/**
 * The page of a record: lets this browser check everything again, and shows of which head the mirror is now [PAGE-9].
 * Without it the page is complete. Text reaches the page only as `textContent`, and only through {@link visible}.
 *
 * @module
 */
/** @import { Answer } from "./src/agreement.js" */
import { visible } from "./src/encoding/escape.js";
import { showHead } from "./src/page/head.js";
import { MARKS } from "./src/page/messages.js";

/** @param {string} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = visible(text, 2000);
  return made;
}

const check = /** @type {HTMLElement} */ (document.getElementById("check"));
const answer = /** @type {HTMLElement} */ (document.getElementById("answer"));

/** @param {Answer} found */
function show({ grade, title, sentences }) {
  check.className = `check ${grade}`;
  answer.replaceChildren(element("h2", `${MARKS[grade]} ${title}`), ...sentences.map((text) => element("p", text)));
}

/** @param {string} path */
const absolute = (path) => new URL(path, document.baseURI).href;

function verify() {
  if (globalThis.crypto?.subtle === undefined) {
    const why = "Browsers offer the cryptography that this needs only over https or from your own machine. Check the bundle with the command below.";
    show({ grade: "open", title: "Your browser could not check this page", sentences: [why] });
    return;
  }
  const { root, parts, state, claimed } = JSON.parse(/** @type {string} */ (check.dataset.check));
  answer.replaceChildren(element("h2", "Your browser is checking everything again"));
  const worker = new Worker(absolute(`${root}pith-pages/record-worker.js`));
  worker.onmessage = ({ data }) => { show(data); worker.terminate(); };
  worker.onerror = () => show({ grade: "open", title: "Your browser could not check this page", sentences: ["Its program could not be loaded."] });
  const urls = parts.map((/** @type {string} */ path) => absolute(root + path));
  worker.postMessage({ parts: urls, state: absolute(root + state), policy: absolute(`${root}pith-pages/policy.json`), claimed });
}

verify();
showHead(JSON.parse(/** @type {string} */ (check.dataset.check)).root);
