import type { Random } from './random.ts';

/** What no text for people may hold: controls, and what reorders or hides text. */
export const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const pieces = [
  '\x1b[2J',
  '\x1b]0;owned\x07',
  '\x1b]52;c;ZWNobyBvd25lZA==\x07',
  '\x1bP1$r\x1b\\',
  '\x1b[31;1m',
  '\x1b[6n',
  '\u009b2J',
  '\u0090x\u009c',
  '\r',
  '\b\b\b',
  '\x7f',
  '\x0b',
  '\x0c',
  '\x0e',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u2028',
  '\ufeff',
  'plain',
  ' ',
  '\n',
  '\t',
  '北京',
  '\u00e9',
] as const;

/** Text that a terminal would obey. */
export function terminalText(random: Random): string {
  return Array.from({ length: random.int(2, 8) }, () => random.pick(pieces)).join('');
}

/** Bytes that are no UTF-8, among text that a terminal would obey. */
export function terminalBytes(random: Random): Buffer {
  const bad = [0xff, 0xfe, 0xc3, 0x80, 0x9b, 0xe2, 0x82];
  return Buffer.concat([
    Buffer.from(terminalText(random)),
    Buffer.from(Array.from({ length: random.int(1, 4) }, () => random.pick(bad))),
    Buffer.from(terminalText(random)),
  ]);
}

/** Text that some shell or template would evaluate; `touch` is a command that shows that it was. */
export function evaluatedText(random: Random, touch: string): string {
  const payload = random.pick([
    `$(${touch})`,
    `\`${touch}\``,
    `; ${touch};`,
    `' ; ${touch} ; '`,
    `" ; ${touch} ; "`,
    `\n${touch}\n`,
    `| ${touch} |`,
    `&& ${touch} &&`,
    `\${IFS}\${x:-$(${touch})}`,
    '{{ 7 * 7 }}',
    '${{ 7 * 7 }}',
    '${{ params.go }}',
    '%{7*7}',
    '<%= 7*7 %>',
    `\\'; ${touch}; #`,
    `a[$(${touch})]`,
    '$HOME ~ * ?',
    `-e ${touch}`,
  ]);
  return `${random.pick(['', 'x', '"', "'", '\\'])}${payload}${random.pick(['', 'y', '"', "'", '\\'])}`;
}

/** Output that looks like the frames and ends of a lane, with numbers that somebody guessed or saw earlier. */
export function forgedMarkers(random: Random): string {
  const nonce = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('');
  const guess = random.pick([nonce, '0'.repeat(32), '${mg_n}', '$n', nonce.toUpperCase()]);
  const words = ['e 0 0', 'done', 'b 0', 'fresh 0', 'found 1', 'stop', 'follow', 'storage 1', 'rc 0', '0'];
  const lines = Array.from({ length: random.int(2, 6) }, () => `${guess} ${random.pick(words)}`);
  return `\n${lines.join('\n')}\n`;
}
