import type { Explanations } from './explanation.ts';

/** Expressions, and data in shell text. */
export const expressions: Explanations = {
  'cel/syntax': {
    means: 'The text is no CEL: something is missing, too much, or written as in another language.',
    instead: 'Mend what the caret points at; `and`, `or`, `not` are `&&`, `||`, `!`.',
    not: 'when: w.rc == 0 and ok',
    but: 'when: w.rc == 0 && ok',
  },
  'cel/unknown-name': {
    means: 'Nothing has that name where the expression stands: no probe read so far, no param, no item of a list.',
    instead: 'Write `params.NAME` for a param; read a probe in this step or an earlier one before its name is used.',
    not: 'gate: unit == "app"',
    but: 'gate: params.unit == "app"',
  },
  'cel/no-such-field': {
    means: 'What stands before the dot has no such field. Every probe declares what its result holds.',
    instead: '`mendgate docs PROBE` lists the fields; the help names the nearest.',
    not: 'present: page.staus == 502',
    but: 'present: page.status == 502',
  },
  'cel/maybe-absent': {
    means: 'The field is optional: a result without it would make the expression fail on some host.',
    instead: 'Ask `has()` first.',
    not: 'f.mode == "0644"',
    but: 'has(f.mode) && f.mode == "0644"',
  },
  'cel/type': {
    means: 'Values of these types cannot be joined, compared or given to that function: it would fail, or never hold.',
    instead: 'Compare like with like, or convert with int(), double() or string().',
    not: 'page.status == "502"',
    but: 'page.status == 502',
  },
  'cel/not-boolean': {
    means: 'A condition must be true or false, and this is something else. Nothing counts as true by itself.',
    instead: 'Compare it, or ask for its size.',
    not: 'gate: errors',
    but: 'gate: size(errors) > 0',
  },
  'cel/not-list': {
    means: 'Only a list can be gone over, and this is none.',
    instead: 'Name the list itself, or make one of the one value with [ ].',
    not: 'for_each: unit.name',
    but: 'for_each: "[unit.name]"',
  },
  'cel/nesting': {
    means: 'Lists are gone over inside of each other too deeply: the time for it would grow without bounds.',
    instead: 'Filter first, or let an earlier probe or step give the shorter list.',
  },
  'cel/regex': {
    means: 'The pattern is no regular expression of RE2, which has no look-around and no back references.',
    instead: 'Write it without them; two conditions often say the same.',
    not: 'x.matches("^(?!a)")',
    but: '!x.startsWith("a")',
  },
  'cel/secret': {
    means: 'A secret would come into a condition, a title, a message or a command line, where it could be read.',
    instead:
      'Hand it over whole to a param that can hold a secret: `env:`, `stdin:`, a password, the content of a file.',
    not: 'command: [login, "${{ params.key }}"]',
    but: 'stdin: "${{ params.key }}"',
  },
  'shell/place': {
    means:
      'The shell would parse the value once more here, or not see it at all: data of a host could run as a command.',
    instead: 'Hand it over as `env: { NAME: … }` and write "$NAME", or move it out of the quotes.',
    not: "sh -c 'ls ${{ params.dir }}'",
    but: 'ls ${{ params.dir }}',
  },
  'shell/raw': {
    means: '`raw()` would make data shell text, and is not built yet.',
    instead: 'Leave raw() away: the value is quoted then; or choose between two calls with `when`.',
  },
  'shell/not-text': {
    means: 'A list or an object would have to become shell text.',
    instead: 'Join it, or name one field: each interpolation is one word.',
  },
  'shell/too-many': {
    means: 'One script holds more interpolations than can be followed.',
    instead: 'Hand the data over as one value: `stdin:`.',
  },
};
