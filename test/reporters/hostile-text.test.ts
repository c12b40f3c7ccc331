import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/model/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { ReporterKind } from '../../src/reporters/reporter.ts';
import { runStarted, sink, stamp } from './events.ts';
import { allSamples } from './samples.ts';

/** Members that the engine fills from a closed set; all other strings may come from a host. */
const closed = new Set(['type', 'verdict', 'outcome', 'when', 'symptom', 'present', 'held', 'open', 'become']);
const nasty = fc.array(
  fc.constantFrom(
    '\x1b[31m',
    '\x1b]0;t\x07',
    '\u009b2J',
    '\r',
    '\b',
    '\u202e',
    '\u2066',
    '\x7f',
    '\0',
    '\n',
    '\t',
    '%s',
    'x',
    '北',
    ' ',
  ),
  { minLength: 1, maxLength: 4 },
);

/** The value with bad text spliced into every open string. */
function poison(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return closed.has(key) ? value : `${text}${value}${text}`;
  if (Array.isArray(value)) return value.map((part) => poison(part, text, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, poison(part, text, name)]));
}

async function output(
  kind: ReporterKind,
  bodies: readonly EventBody[],
  colour: boolean,
  verbosity: 0 | 3,
): Promise<string> {
  const look = { isTty: kind === 'live', columns: 60, colour };
  const stdout = sink(look);
  const stderr = sink(look);
  const reporter = await createReporter(kind, { stdout, stderr }, { verbosity, diff: true });
  for (const event of stamp(bodies)) reporter.emit(event);
  await reporter.close();
  return stdout.text() + stderr.text();
}

const ours = /\x1b\[(?:\d+(?:;\d+)*)?m/g;
const drawing = /\x1b\[(?:\?25[lh]|\d+A|K|J)|\r(?=\x1b\[\d+A)/g;
const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('hostile text', () => {
  it.each([
    ['lines', false],
    ['lines', true],
  ] as const)('of a host reaches no terminal through %s (dry run: %s), plan or summary', async (kind, dryRun) => {
    await fc.assert(
      fc.asyncProperty(
        nasty,
        fc.boolean(),
        fc.constantFrom(0 as const, 3 as const),
        async (parts, colour, verbosity) => {
          const bodies = poison([...allSamples, runStarted(['web01'], dryRun)], parts.join('')) as EventBody[];
          const text = await output(kind, bodies, colour, verbosity);
          expect((colour ? text.replace(ours, '') : text).match(forbidden)).toBeNull();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of a host reaches no terminal through the live view', async () => {
    const bodies = poison(
      [runStarted(['web01', 'web02'], false), ...allSamples.slice(1)],
      '\x1b[2J\u009b\r\n\u202e',
    ) as EventBody[];
    const text = await output('live', bodies, false, 3);
    expect(text.replace(drawing, '').match(forbidden)).toBeNull();
  });

  it('cannot forge a line of ours', async () => {
    const forged = 'x\nfixed          web99';
    const text = await output('lines', [{ type: 'warning', message: forged }], false, 0);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });
});
