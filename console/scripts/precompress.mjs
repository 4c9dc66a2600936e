// Writes the brotli and gzip twins of every text file of the build; the binary embeds all three.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
const sums = { plain: 0, br: 0, gz: 0 };

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (/\.(js|css|html|svg|json|txt)$/.test(name)) twins(path);
  }
}

function twins(path) {
  const plain = readFileSync(path);
  const br = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  const gz = gzipSync(plain, { level: 9 });
  sums.plain += plain.length;
  sums.br += br.length;
  sums.gz += gz.length;
  // A twin that saves nothing is not worth its place.
  if (br.length < plain.length) writeFileSync(`${path}.br`, br);
  if (gz.length < plain.length) writeFileSync(`${path}.gz`, gz);
}

walk(dist);
const kb = (n) => `${Math.round(n / 1024)} kB`;
console.log(`console: ${kb(sums.plain)}, gzip ${kb(sums.gz)}, brotli ${kb(sums.br)}`);
