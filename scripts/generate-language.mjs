// Writes the reference of the language, docs/language.md. Runs after tsc, on build; a test compares the page with what this
// would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { printLanguage } from '../build/load/print-language.js';

const textOf = (name) => readFileSync(new URL(`../examples/language/${name}.yaml`, import.meta.url), 'utf8');
writeFileSync(new URL('../docs/language.md', import.meta.url), printLanguage(textOf));
