// Runs firmware on the virtual board in WebAssembly and prints what the pins did:
//
//   cargo build --release --target wasm32-unknown-unknown
//   node run.mjs MODULE.wasm FIRMWARE.elf CHIP.svd BOARD.toml [MILLISECONDS] [--json]
//
// With `--json` it prints the report of the run, the same as `bringup run --json`.

import { readFile } from "node:fs/promises";

const json = process.argv.includes("--json");
const [module, elf, svd, board, milliseconds = "10000"] = process.argv
  .slice(2)
  .filter((word) => word !== "--json");
if (!board) {
  console.error("usage: node run.mjs MODULE.wasm FIRMWARE.elf CHIP.svd BOARD.toml [MILLISECONDS] [--json]");
  process.exit(2);
}

// The board asks nothing of the world outside: there is nothing to import.
const { instance } = await WebAssembly.instantiate(await readFile(module), {});
const { memory, input, run, output, output_length } = instance.exports;
for (const [number, path] of [elf, svd, board].entries()) {
  const bytes = await readFile(path);
  const address = input(number, bytes.length) >>> 0;
  new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
}
const failed = run(Number(milliseconds));
const bytes = new Uint8Array(memory.buffer, output() >>> 0, output_length());
const text = new TextDecoder().decode(bytes);
if (failed) {
  console.error(text);
  process.exit(2);
}
if (json) {
  console.log(text);
} else {
  for (const { pin, label, edges } of JSON.parse(text).pins) {
    for (const { seconds, cycle, level } of edges) {
      console.log(`${label ?? pin}  ${seconds.toFixed(6)} s  ${level ? "high" : "low"}  at cycle ${cycle}`);
    }
  }
}
