// Puts the script and the style of the reports' page together, for src/reports/html/: the modules of report-page/ as one
// classic script that can stand in the page itself, readable as it is.
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));

const bundle = await rolldown({ cwd: root, input: 'report-page/main.ts', platform: 'browser' });
await bundle.write({ file: 'generated/report-page.js', format: 'iife', strict: true, minify: false });
await copyFile(`${root}report-page/style.css`, `${root}generated/report-page.css`);
