import type { Explanations } from './explanation.ts';

/** Files, YAML, and what YAML makes of expressions. */
export const yaml: Explanations = {
  'file/missing': {
    means: 'There is no file of that name.',
    instead: 'Look at the path; it is relative to where you are.',
  },
  'file/unreadable': {
    means: 'The file is there and cannot be read.',
    instead: 'Look at its rights, and whether it is a folder.',
  },
  'file/not-utf8': { means: 'The file is no UTF-8 text.', instead: 'Save it as UTF-8: iconv -f latin1 -t utf-8.' },
  'yaml/syntax': {
    means: 'The file is no YAML.',
    instead: 'Mend it at the caret; most often an indentation, a quote or a colon.',
  },
  'yaml/empty': { means: 'The file holds nothing.', instead: '`mendgate new runbook NAME` writes one to begin with.' },
  'yaml/tab': { means: 'YAML does not indent with tabs.', instead: 'Indent with spaces.' },
  'yaml/duplicate-key': {
    means: 'A key stands twice in one mapping; most readers would silently take one of them.',
    instead: 'Keep one.',
  },
  'yaml/several-documents': {
    means: 'A second document begins with `---`.',
    instead: 'Put it into a file of its own.',
  },
  'yaml/alias': {
    means: 'Anchors and aliases (&, *) are not read.',
    instead: 'Write the value out where it is needed; params share values.',
  },
  'yaml/merge-key': { means: 'Merge keys (<<) are not read.', instead: 'Write the keys out.' },
  'yaml/unknown-tag': {
    means: 'Tags (!x) are not read.',
    instead: 'Leave it away, or quote a text that begins with `!`.',
  },
  'yaml/directive': {
    means: 'Directives (%YAML) change what words mean.',
    instead: 'Remove the line: files are YAML 1.2.',
  },
  'yaml/complex-key': { means: 'A key is a list or a mapping.', instead: 'Write a plain word, or quote it.' },
  'yaml/reserved-key': { means: 'A key such as __proto__ is reserved.', instead: 'Use another name.' },
  'yaml/control-character': {
    means: 'An invisible character stands in the file.',
    instead: 'Remove it, or write it as an escape in double quotes.',
  },
  'yaml/number': {
    means: 'The number cannot be kept exactly: it would become another one.',
    instead: 'Quote it where text is meant.',
    not: 'version: 1e400',
    but: 'version: "1e400"',
  },
  'yaml/too-deep': { means: 'It is nested deeper than anything that is meant.', instead: 'Split it.' },
  'yaml/too-large': {
    means: 'The file is larger than any that is meant.',
    instead: 'Split it with `use:`, or keep data elsewhere.',
  },
  'trap/tag': {
    means: 'To YAML a value that begins with `!` is a tag, and the expression is gone.',
    instead: 'Quote it.',
    not: 'gate: !unit.active',
    but: 'gate: "!unit.active"',
  },
  'trap/alias': {
    means: 'To YAML a value that begins with `*` is an alias.',
    instead: 'Quote it.',
    not: 'name: *.conf',
    but: 'name: "*.conf"',
  },
  'trap/quoted-start': {
    means: 'A value that begins with a quote or a bracket ends for YAML where that closes.',
    instead: 'Quote all of it.',
    not: `when: "a" in names`,
    but: `when: '"a" in names'`,
  },
  'trap/colon': {
    means: 'To YAML `: ` begins a mapping inside of the value.',
    instead: 'Quote it.',
    not: `gate: x == "b: c"`,
    but: `gate: 'x == "b: c"'`,
  },
  'trap/comment': {
    means: 'To YAML everything behind ` #` is a comment, and the rest of the value is lost.',
    instead: 'Quote the value; a comment that is meant goes on a line of its own.',
    not: `gate: a == "x #y"`,
    but: `gate: 'a == "x #y"'`,
  },
  'trap/comma-in-braces': {
    means: 'Inside { } a comma ends the value: the rest becomes another key.',
    instead: 'Quote the expression, or write the mapping on lines of its own.',
    not: '{ for_each: x.filter(y, y.n == 1) }',
    but: '{ for_each: "x.filter(y, y.n == 1)" }',
  },
  'trap/interpolation-in-braces': {
    means: 'Inside { } or [ ] YAML takes the braces of `${{ }}` for its own.',
    instead: 'Quote the interpolation.',
    not: '{ name: ${{ r.name }} }',
    but: '{ name: "${{ r.name }}" }',
  },
  'trap/leading-zero': {
    means: 'YAML reads 0644 as the number 644.',
    instead: 'Quote it.',
    not: 'mode: 0644',
    but: 'mode: "0644"',
  },
  'trap/boolean-word': {
    means: 'yes, no, on and off are texts in YAML 1.2, not true and false.',
    instead: 'Write true or false.',
    not: 'become: yes',
    but: 'become: true',
  },
};
