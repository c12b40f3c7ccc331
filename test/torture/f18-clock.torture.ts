import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { cageMissing } from '../sshd/cage.ts';
import { firstSeed, keepFigures } from './figures.ts';
import { localPlace, type Place } from './place.ts';
import { type Program, startLife } from './program.ts';
import { playRound, tell } from './round.ts';
import { programOfOwn } from './rounds.ts';
import { journalFile, struck } from './watch.ts';

const hour = 3_600_000;
const preload = ['test/torture/clock-jump.mjs'];
const deadlineMs = 2000;
/** After its time a fix is asked to end, and killed five seconds later. */
const endedByMs = deadlineMs + 5000 + 2000;

/** The clock as the program sees it. */
const jump = (ms: number, afterMs: number) => ({ JUMP_MS: String(ms), JUMP_AFTER_MS: String(afterMs) });

describe.skipIf(cageMissing !== undefined)('F18: the clock jumps by an hour', () => {
  it('no deadline comes early or late, order stays, and nothing is done twice', async () => {
    const program = programOfOwn();
    const place = await localPlace();
    const begun = performance.now();
    const found: string[] = [];
    let drift = 0;
    try {
      for (const [index, ms] of [hour, -hour].entries()) {
        for (const [more, when] of (['running', 'killed'] as const).entries()) {
          const seed = firstSeed() + 6000 + index * 10 + more;
          const round = await playRound({
            seed,
            program,
            place: withEnv(place, jump(ms, 1500)),
            preload,
            longestMs: 900,
            mustEnd: true,
            async nemesis(life, watch, _random, number) {
              if (when === 'running' || number > 1) return undefined;
              // The first life's clock has jumped, the next one's has not yet: it goes back.
              if (!(await struck({ kind: 'effects', lines: 3, delayMs: 50 }, life, watch))) return undefined;
              life.kill();
              return 'kill -9';
            },
          });
          if (round.violations.length > 0) found.push(tell(round));
        }
        const late = await outlast(program, place, jump(ms, 2500));
        drift = Math.max(drift, late.fixMs);
        if (late.fixMs < deadlineMs || late.fixMs > endedByMs)
          found.push(`a deadline of 2 s ended after ${late.fixMs} ms`);
        if (!late.ordered) found.push('the numbers of events are not in order');
      }
    } finally {
      await place.stop();
    }
    for (const each of found) process.stdout.write(`VIOLATION ${each}\n`);
    keepFigures({
      suite: 'F18',
      title: 'jumps of the clock by an hour, forwards and back',
      counts: [
        ['jumps', 6],
        ['violations', found.length],
        ['ms at most until a deadline of 2000 ms had ended a fix', Math.round(drift)],
      ],
      seeds: `${firstSeed() + 6000}–${firstSeed() + 6011}`,
      held: found.length === 0,
      seconds: (performance.now() - begun) / 1000,
    });
    expect(found).toEqual([]);
  });
});

function withEnv(place: Place, env: { readonly [name: string]: string }): Place {
  const { surroundings } = place;
  return { ...place, surroundings: { ...surroundings, env: { ...surroundings.env, ...env } } };
}

/** A fix that outlasts its time, while the clock jumps. */
async function outlast(program: Program, place: Place, env: { readonly [name: string]: string }) {
  const folder = mkdtempSync(join(place.folder, 'late-'));
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(
    join(folder, 'book.yaml'),
    `runbook: late
title: A fix that outlasts its time
params: { go: { type: bool, default: true } }
steps:
  - id: long
    title: Wait
    gate: params.go
    timeout: 2s
    fix: [{ core.script: { script: sleep 30 } }]
    rollback: { irreversible: Time has passed. }
`,
  );
  const args = ['run', join(folder, 'book.yaml'), '-i', join(place.folder, 'inventory.yaml'), '--state-dir', state];
  const life = startLife(program, [...args, '--yes', '--allow-irreversible', '--json'], {
    ...withEnv(place, env).surroundings,
    preload,
  });
  await life.end;
  const text = readFileSync(journalFile(state) ?? '', 'utf8').trimEnd();
  const events = text.split('\n').map((line): Event => JSON.parse(line));
  const fixMs = events.flatMap((event) => (event.type === 'fix.result' ? [event.ms] : []))[0] ?? -1;
  return { fixMs, ordered: events.every((event, index) => event.seq === index + 1) };
}
