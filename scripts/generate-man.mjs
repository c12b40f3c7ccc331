// Writes man/mendgate.1 from the built command line. Part of `npm run docs`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { processIo } from '../build/cli/io.js';
import { manPage } from '../build/cli/man-page.js';
import { createProgram } from '../build/cli/program.js';

mkdirSync(new URL('../man', import.meta.url), { recursive: true });
writeFileSync(new URL('../man/mendgate.1', import.meta.url), manPage(createProgram(processIo(), () => {})));
