import type { Explanations } from './explanation.ts';

/** Packs of one's own. */
export const packs: Explanations = {
  'pack/name': {
    means: 'This is neither a path nor a package for mendgate.',
    instead: './packs/NAME.ts, or mendgate-pack-NAME.',
  },
  'pack/missing': {
    means: 'There is no such file, or the package is not installed here.',
    instead: 'Look at the path, or install it.',
  },
  'pack/outside': {
    means: "The pack lies outside of the runbook's folder, and its code would run.",
    instead: 'If you trust it: --pack NAME.',
  },
  'pack/folder': { means: 'A folder is no pack.', instead: 'Name its file.' },
  'pack/twice': { means: 'The pack is named twice.', instead: 'Remove one.' },
  'pack/commonjs': { means: 'The pack is a CommonJS module.', instead: 'export default { … } in a .js or .ts file.' },
  'pack/not-executable': { means: 'It is neither a module nor a program.', instead: 'If it is a program: chmod +x.' },
  'pack/syntax': {
    means: 'Its code cannot be parsed; of TypeScript only what can be left out is read: no enums, no namespaces.',
    instead: 'Mend it at the caret.',
  },
  'pack/load': {
    means: 'Its code fails as soon as it is loaded.',
    instead: 'Mend what the message says; a pack only declares.',
  },
  'pack/no-default': {
    means: 'It exports nothing by default.',
    instead: "export default { name: 'app', probes: [ … ], actions: [ … ] }",
  },
  'pack/shape': {
    means: 'A probe or an action lacks something, or has it otherwise than it must be.',
    instead: 'docs/how-to/typescript-pack.md shows each part.',
  },
  'pack/name-taken': {
    means: 'Another pack has a probe or action of this name.',
    instead: 'Rename yours; its first word is its domain.',
  },
};
