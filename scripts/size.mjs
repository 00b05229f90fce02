// What a deploy uploads, compressed as the platform counts it: `node scripts/size.mjs <folder> <most, in kB>`

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const [folder = '', most = ''] = process.argv.slice(2);
const KB = 1000;

let total = 0;
for (const name of readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name))) {
  const bytes = gzipSync(readFileSync(join(folder, name))).length;
  total += bytes;
  console.log(`${(bytes / KB).toFixed(1).padStart(8)} kB gzipped  ${name}`);
}
console.log(`${(total / KB).toFixed(1).padStart(8)} kB gzipped  in all, of at most ${most}`);
if (total === 0 || total > Number(most) * KB) {
  console.error(`edgewise: the upload is ${total === 0 ? 'empty' : 'too large'}`);
  process.exitCode = 1;
}
