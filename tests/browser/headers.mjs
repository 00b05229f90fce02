// The headers of static/_headers for a path, put together as the runtime does it: rules that match add up, and a line
// with a `!` takes a header off that an earlier rule has set.

import { readFileSync } from 'node:fs';

const rules = parse(readFileSync(new URL('../../static/_headers', import.meta.url), 'utf8'));

/** @param {string} text */
function parse(text) {
  /** @type {{path: string, set: [string, string][], unset: string[]}[]} */
  const found = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const last = found.at(-1);
    if (!line.startsWith(' ') || last === undefined) {
      found.push({ path: line.trim(), set: [], unset: [] });
    } else if (line.trim().startsWith('! ')) {
      last.unset.push(line.trim().slice(2).toLowerCase());
    } else {
      const [, name = '', value = ''] = /^\s+([\w-]+): (.*)$/.exec(line) ?? [];
      last.set.push([name.toLowerCase(), value]);
    }
  }
  return found;
}

/**
 * @param {string} path
 * @returns {Record<string, string>}
 */
export function headersOf(path) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const rule of rules.filter((each) => each.path === '/*' || each.path === path)) {
    for (const name of rule.unset) delete headers[name];
    for (const [name, value] of rule.set) headers[name] = headers[name] ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
