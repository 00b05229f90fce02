// Takes out of a wasm file what the service never needs, on the file as wasm-bindgen left it: strip.mjs FILE
//
// - Exports that nobody calls: classes of the runtime's interface that are not used here. What only they need goes too.
// - The words of serde's errors, and what writes fractions and quotes for them: whatever cannot be read is answered with a
//   code of our own, and those words are shown to nobody. The functions are left in place and write nothing.
// - The names of functions: they are a tenth of the upload, and a panic tells its file and line without them.
//
// The format: WebAssembly Core Specification, section 5.5 (modules) and appendix "Custom Sections" (names).

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const HEADER_BYTES = 8;
const [CUSTOM, IMPORT, EXPORT, CODE] = [0, 2, 7, 10];
const FUNCTION_NAMES = 1;

const UNCALLED = /^(__wbg_(get_|set_)?(containerstartupoptions|minifyconfig|r2range|intounderlying\w*)_|intounderlying|lobby_connect$)/;
const SILENT = [
  /^<f64 as core\[\w+\]::fmt::Display>::fmt$/,
  /^<str as core\[\w+\]::fmt::Debug>::fmt$/,
  /^<serde_core\[\w+\]::de::Unexpected as core\[\w+\]::fmt::Display>::fmt$/,
  /^<serde_json\[\w+\]::error::JsonUnexpected as core\[\w+\]::fmt::Display>::fmt$/,
  /^<serde_json\[\w+\]::error::ErrorCode as core\[\w+\]::fmt::Display>::fmt$/,
];
/** No locals, `i32.const 0`, `end`: `Ok(())` of a formatter. */
const NOTHING_WRITTEN = Buffer.from([0, 0x41, 0, 0x0b]);
// What the compiler and wasm-bindgen make use of, and nothing newer.
const FEATURES = [
  'bulk-memory', 'exception-handling', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types',
  'sign-ext',
].map((feature) => `--enable-${feature}`);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('which file?');
let module = readFileSync(file);

/** An unsigned LEB128 number, and where it ends. @param {number} at @returns {[number, number]} */
function number(at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at += 1) {
    const byte = /** @type {number} */ (module[at]);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

/** @param {number} value */
function leb(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** A text, and where it ends. @param {number} at @returns {[string, number]} */
function text(at) {
  const [length, start] = number(at);
  return [module.toString('utf8', start, start + length), start + length];
}

/** The sections: what each is, and where its content is. */
function sections() {
  const all = [];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const [bytes, start] = number(at + 1);
    all.push({ id: Number(module[at]), start, end: start + bytes });
    at = start + bytes;
  }
  return all;
}

/** @param {{id: number, start: number}} section */
const isOfNames = ({ id, start }) => id === CUSTOM && text(start)[0] === 'name';

/** Past the limits of a table or a memory. @param {number} at */
function pastLimits(at) {
  const [, past] = number(at + 1);
  return (Number(module[at]) & 1) === 0 ? past : number(past)[1];
}

/** How many functions are imported: those come first in the count. @param {{start: number}} section */
function importedFunctions({ start }) {
  let [count, at] = number(start);
  let functions = 0;
  for (; count > 0; count -= 1) {
    at = text(text(at)[1])[1];
    const kind = module[at];
    functions += Number(kind === 0);
    at += 1;
    // In their order: a function's type, a table, a memory, a global, a tag.
    if (kind === 0) [, at] = number(at);
    else if (kind === 1) at = pastLimits(at + 1);
    else if (kind === 2) at = pastLimits(at);
    else if (kind === 3) at += 2;
    else [, at] = number(at + 1);
  }
  return functions;
}

/** The names of functions, by number. @param {{start: number, end: number}} section @returns {Map<number, string>} */
function namesOf({ start, end }) {
  const names = new Map();
  for (let at = text(start)[1]; at < end; ) {
    const [bytes, content] = number(at + 1);
    if (module[at] === FUNCTION_NAMES) {
      let [count, here] = number(content);
      for (; count > 0; count -= 1) {
        const [index, past] = number(here);
        const [name, next] = text(past);
        names.set(index, name);
        here = next;
      }
    }
    at = content + bytes;
  }
  return names;
}

/** @param {{start: number}} section */
function calledExports({ start }) {
  let [count, at] = number(start);
  const kept = [];
  for (; count > 0; count -= 1) {
    const [name, past] = text(at);
    const [, end] = number(past + 1);
    if (!UNCALLED.test(name)) kept.push(module.subarray(at, end));
    at = end;
  }
  return Buffer.concat([leb(kept.length), ...kept]);
}

/** @param {{start: number}} section @param {number} first @param {Map<number, string>} names */
function silenced({ start }, first, names) {
  let [count, at] = number(start);
  const bodies = [leb(count)];
  for (let index = first; count > 0; count -= 1, index += 1) {
    const [bytes, content] = number(at);
    const name = names.get(index) ?? '';
    const body = SILENT.some((silent) => silent.test(name)) ? NOTHING_WRITTEN : module.subarray(content, content + bytes);
    bodies.push(leb(body.length), body);
    at = content + bytes;
  }
  return Buffer.concat(bodies);
}

const known = sections();
const [names, imports] = [known.find(isOfNames), known.find(({ id }) => id === IMPORT)];
const [named, first] = [names ? namesOf(names) : new Map(), imports ? importedFunctions(imports) : 0];
const pieces = [module.subarray(0, HEADER_BYTES)];
for (const section of known) {
  let content = module.subarray(section.start, section.end);
  if (section.id === EXPORT) content = calledExports(section);
  if (section.id === CODE) content = silenced(section, first, named);
  pieces.push(Buffer.from([section.id]), leb(content.length), content);
}
writeFileSync(file, Buffer.concat(pieces));

// Takes what is not reached any more along, and the names.
execFileSync(process.env.WASM_OPT_BIN ?? 'wasm-opt', ['-Oz', ...FEATURES, file, '-o', file], { stdio: 'inherit' });
module = readFileSync(file);
const left = sections().filter((section) => !isOfNames(section));
const parts = left.flatMap(({ id, start, end }) => [Buffer.from([id]), leb(end - start), module.subarray(start, end)]);
writeFileSync(file, Buffer.concat([module.subarray(0, HEADER_BYTES), ...parts]));
