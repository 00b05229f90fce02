// Removes the names of functions from a wasm file: strip.mjs FILE. They are a tenth of the upload, and a panic tells its
// file and line without them.
//
// The format: WebAssembly Core Specification, section 5.5 (modules) and appendix "Custom Sections" (names).

import { readFileSync, writeFileSync } from 'node:fs';

const HEADER_BYTES = 8;
const CUSTOM = 0;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('which file?');
const module = readFileSync(file);

/** An unsigned LEB128 number, and where it ends. @param {number} at @returns {[number, number]} */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    const byte = /** @type {number} */ (module[at]);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

const kept = [module.subarray(0, HEADER_BYTES)];
for (let at = HEADER_BYTES; at < module.length; ) {
  const [bytes, content] = number(at + 1);
  const end = content + bytes;
  const [length, name] = number(content);
  const names = module[at] === CUSTOM && module.toString('utf8', name, name + length) === 'name';
  if (!names) kept.push(module.subarray(at, end));
  at = end;
}
writeFileSync(file, Buffer.concat(kept));
