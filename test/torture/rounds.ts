import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyProgram, type Program } from './program.ts';
import { type Round, tell } from './round.ts';

/** Plays one round after the other, with growing seeds, until there were so many strikes; tells each violation at once. */
export async function playRounds(
  strikes: number,
  first: number,
  play: (seed: number) => Promise<Round>,
  quiet = false,
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  const struck = (): number => sum(rounds, (round) => round.strikes.length);
  // A strike may come too late; but not always.
  for (let seed = first; struck() < strikes && seed < first + strikes * 4; seed += 1) {
    const round = await play(seed);
    rounds.push(round);
    if (round.violations.length > 0 && !quiet) process.stdout.write(`VIOLATION ${tell(round)}\n`);
  }
  return rounds;
}

export function sum(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.reduce((total, round) => total + of(round), 0);
}

/** How many rounds ended how: `62 fixed, 3 rolled_back`. */
export function verdictsOf(rounds: readonly Round[]): string {
  const counts = new Map<string, number>();
  for (const { verdict = 'none' } of rounds) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}

/** The same in all suites: what was hurt, and what came of it. */
export function commonCounts(
  rounds: readonly Round[],
  strikes: string,
): readonly (readonly [string, number | string])[] {
  const rule = (name: string): number =>
    sum(rounds, ({ violations }) => violations.filter((violation) => violation.rule === name).length);
  return [
    ['runs', rounds.length],
    [strikes, sum(rounds, (round) => round.strikes.length)],
    ['fixes', sum(rounds, (round) => round.fixes)],
    ['fixes in flight that the next life settled', sum(rounds, (round) => round.open)],
    ['waits of a life for a wire that was lost', sum(rounds, (round) => round.waits)],
    ['done twice', rule('doubled')],
    ['lost', rule('lost')],
    ['not proved', rule('not proved') + rule('not started, yet done')],
    ['wrong exit codes or files', rule('wrong exit code') + rule('wrong file')],
    ['torn journal lines cut off', sum(rounds, (round) => round.torn)],
    ['ended', verdictsOf(rounds)],
  ];
}

/** Gone when this process ends. */
export function programOfOwn(): Program {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-torture-program-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return copyProgram(join(folder, 'mendgate'));
}

export function seedsOf(rounds: readonly Round[]): string {
  return `${rounds[0]?.seed ?? '–'}–${rounds.at(-1)?.seed ?? '–'}`;
}
