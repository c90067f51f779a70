/** Prints for each case its files and the reports of this implementation, one JSON object a line: `tests/js/test_report.py` compares them. */
import { toBase64 } from "../pithbundle.js";
import { reportOf } from "../src/page/report.js";
import { cases } from "./cases.js";

/** @param {string} name @param {Uint8Array} data */
const input = (name, data) => ({ name, size: data.length, bytes: async () => data });

// The test runner starts every file of this folder.
for (const { name, bundles, policy } of process.argv.includes("--print") ? await cases() : []) {
  const inputs = bundles.map(([file, data]) => input(file, data));
  const { reports } = await reportOf(inputs, policy === null ? null : input("policy.json", policy), new Date("9999-01-01T00:00:00Z"));
  console.log(JSON.stringify({
    name, bundles: bundles.map(([file, data]) => [file, toBase64(data)]), policy: policy === null ? null : toBase64(policy), reports,
  }));
}
