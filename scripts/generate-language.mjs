// Writes the reference of the language, docs/language.md, and docs/from-ansible.md. Runs after tsc, on build; tests compare
// the pages with what this would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { printFromAnsible } from '../build/load/print-from-ansible.js';
import { printLanguage } from '../build/load/print-language.js';

const textOf = (name) => readFileSync(new URL(`../examples/language/${name}.yaml`, import.meta.url), 'utf8');
writeFileSync(new URL('../docs/language.md', import.meta.url), printLanguage(textOf));
writeFileSync(new URL('../docs/from-ansible.md', import.meta.url), printFromAnsible());
