import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/engine/redact.ts';
import { Secret } from '../../src/model/secret.ts';
import { quote } from '../../src/shell/quote.ts';

const secret = fc
  .oneof(
    fc.string({ minLength: 6, maxLength: 60, unit: 'binary' }),
    fc.string({ minLength: 6, maxLength: 60, unit: 'grapheme' }),
    fc.stringMatching(/^[ -~\n]{8,120}$/),
  )
  .filter(
    (text) =>
      Buffer.from(text).toString() === text &&
      text.trim().length >= 6 &&
      !/[*\0\r]/.test(text) &&
      text.split('\n').every((line) => line === '' || line.trim().length >= 6),
  );
/** What stands beside it; with none of its letters, so that only a secret can bring them in. */
const beside = fc.stringMatching(/^[.;, ]{0,9}$/);
const redacted = (clear: string, text: string): string => createRedactor([new Secret(clear)]).text(text);
const linesOf = (clear: string): readonly string[] => clear.split('\n').filter((line) => line.length >= 4);

describe('a secret does not come through, whatever way a host or a program writes it', () => {
  const ways: readonly (readonly [string, (clear: string) => string])[] = [
    ['as it is', (clear) => clear],
    [
      'line by line, indented',
      (clear) =>
        clear
          .split('\n')
          .map((line) => `    ${line}`)
          .join('\n'),
    ],
    ['quoted for a shell', quote],
    ["as dash's set -x quotes it", (clear) => `'${clear.replaceAll("'", `'"'"'`)}'`],
    ['in double quotes', (clear) => `"${clear.replace(/["$`\\]/g, '\\$&')}"`],
    ['in JSON', (clear) => JSON.stringify({ a: [clear] })],
    [
      'in JSON of ASCII alone',
      (clear) =>
        JSON.stringify(clear).replace(
          /[\u007f-\uffff]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        ),
    ],
    ['in a URL', (clear) => `https://h/?t=${encodeURIComponent(clear)}&x`],
    ['in a form', (clear) => new URLSearchParams({ t: clear }).toString()],
    ['in hex', (clear) => Buffer.from(clear).toString('hex')],
  ];
  it.each(ways)('%s', (_, write) => {
    fc.assert(
      fc.property(secret, beside, beside, (clear, before, behind) => {
        const written = write(clear);
        const shown = redacted(clear, `${before}${written}${behind}`);
        expect(shown).toContain('***');
        for (const line of linesOf(clear))
          for (const form of [line, write(line)]) if (form.length > 5) expect(shown).not.toContain(form);
      }),
      { numRuns: 300 },
    );
  });

  it('in base64, at any place of a longer text, in one line or broken', () => {
    fc.assert(
      fc.property(
        secret,
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom(0, 64, 76),
        fc.boolean(),
        (clear, before, behind, width, url) => {
          const encoded = Buffer.concat([before, Buffer.from(clear), behind]).toString(url ? 'base64url' : 'base64');
          const lines = width === 0 ? encoded : encoded.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
          for (const piece of redacted(clear, lines).replace(/\n/g, '').split('***'))
            expect(Buffer.from(piece, 'base64').includes(clear)).toBe(false);
          // A piece may begin anywhere in a group of four.
          for (const piece of redacted(clear, lines).split('***'))
            for (const shift of ['', 'A', 'AA', 'AAA'])
              expect(Buffer.from(shift + piece, 'base64').includes(clear)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('in base64, each line for itself, or cut anywhere: fewer than 8 characters of it are left', () => {
    const long = fc.stringMatching(/^[ -~]{12,200}$/);
    fc.assert(
      fc.property(
        long,
        fc.uint8Array({ maxLength: 5 }),
        fc.integer({ min: 60, max: 76 }),
        fc.constantFrom('', '  ', '> '),
        fc.nat(300),
        (clear, before, width, indent, from) => {
          const encoded = Buffer.concat([before, Buffer.from(clear)]).toString('base64');
          const lines = encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
          const redact = createRedactor([new Secret(clear)]);
          const core = Buffer.concat([Buffer.alloc(before.length), Buffer.from(clear)]).toString('base64');
          const body = core.slice(
            Math.ceil((before.length * 8) / 6),
            Math.floor(((before.length + clear.length) * 8) / 6),
          );
          const texts = [
            ...redact.value({ log: lines }).log,
            redact.text(lines.map((line) => indent + line).join('\n')),
            redact.text(encoded.slice(from % encoded.length)),
          ];
          for (const text of texts)
            for (let at = 0; at + 8 <= body.length; at += 1) expect(text).not.toContain(body.slice(at, at + 8));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('as bash itself quotes it, with printf %q and set -x', () => {
    const clear = `it's "a" $secret & more; \\ (yes)`;
    const bash = execFileSync('bash', ['-c', 'printf "%q\\n" "$1"; set -x; : "$1"', 'bash', clear], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(redacted(clear, bash)).toBe('***\n');
  });

  it('cut at its beginning, behind an ellipsis', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{6,30}$/), fc.nat(30), (clear, left) => {
        const tail = clear.slice(Math.min(left + 1, clear.length - 1));
        const shown = redacted(clear, `said: …${tail}; and more`);
        expect(tail.length < 4 ? true : !shown.includes(tail)).toBe(true);
        expect(shown).toContain('; and more');
      }),
    );
  });
});

it('ordinary text beside secrets stays as it is', () => {
  const text =
    'nginx: worker_processes auto;\nerror_log /var/log/nginx/error.log;\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldY\nYWJjZGVmZ2hpamtsbW5vcA==\n';
  expect(redacted('correct horse battery', text)).toBe(text);
});
