// Puts the script and the style of the reports' page together, for src/reports/html/. The script's files share one scope, as
// classic scripts do; types are stripped, nothing else is touched.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import amaro from 'amaro';

/** In the order in which they run. */
const files = ['data', 'dom', 'words', 'place', 'head', 'host-list', 'overview', 'evidence', 'host-page', 'main'];

const source = (name) => new URL(`../report-page/${name}`, import.meta.url);
const made = (name) => new URL(`../generated/${name}`, import.meta.url);

const parts = [];
for (const name of files) {
  const { code } = amaro.transformSync(await readFile(source(`${name}.ts`), 'utf8'), { mode: 'strip-only' });
  parts.push(code.replaceAll(/[ \t]+$/gm, ''));
}
await mkdir(made(''), { recursive: true });
await writeFile(made('report-page.js'), `'use strict';\n{\n${parts.join('\n')}\n}\n`);
await writeFile(made('report-page.css'), await readFile(source('style.css'), 'utf8'));
