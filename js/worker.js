#!/usr/bin/env node
/**
 * The conformance worker: one JSON request a line on standard input, one JSON answer a line on standard
 * output, by the protocol of `vectors/README.md`.
 */
import { createInterface } from "node:readline";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { operations } from "./src/conformance/operations.js";

/** @param {string} line @returns {Promise<string>} */
export async function answer(line) {
  const { id, op, args } = JSON.parse(line);
  return JSON.stringify({ id, ...(await operations(op, args)) });
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  // Node 20 warns once on standard error that Ed25519 in WebCrypto is experimental.
  process.removeAllListeners("warning");
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line !== "") process.stdout.write(`${await answer(line)}\n`);
  }
}
