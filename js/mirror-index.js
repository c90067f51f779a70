/**
 * The index page of a mirror: shows of which head the mirror is now [PAGE-11]. Without it the page is complete.
 *
 * @module
 */
import { showHead } from "./src/page/head.js";

showHead("");
