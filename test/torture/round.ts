import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRecords } from '../../src/journal/check-records.ts';
import type { Event } from '../../src/model/event.ts';
import { type Book, type BookOptions, makeBook } from './book.ts';
import { judge, type Violation } from './judge.ts';
import type { Place } from './place.ts';
import { type Life, type LifeEnd, type Program, startLife } from './program.ts';
import { type Random, randomOf } from './random.ts';
import { journalFile, type Watch, watchRun } from './watch.ts';

/** One run of one generated runbook, over as many lives as it takes. */
export interface RoundOptions {
  readonly seed: number;
  readonly program: Program;
  readonly place: Place;
  readonly longestMs: number;
  /** Modules that change the program; see without-markers.mjs. */
  readonly preload?: readonly string[];
  /** Strikes during a life; gives what it did, `undefined` when the life was over before. The first life is number 1. */
  readonly nemesis: (life: Life, watch: Watch, random: Random, number: number) => Promise<string | undefined>;
  /** After a life, before the next: heals what must be healed. */
  readonly between?: () => Promise<void>;
  /** Nothing but this side was hurt. */
  readonly mustEnd: boolean;
}

export interface Round {
  readonly seed: number;
  readonly strikes: readonly string[];
  readonly lives: readonly LifeEnd[];
  readonly violations: readonly Violation[];
  readonly verdict: string | undefined;
  /** Units that were begun more than once. */
  readonly doubled: number;
  /** How often a unit was begun that had been begun already. */
  readonly begunAgain: number;
  readonly fixes: number;
  /** How often a fix waited, for a wire that was lost. */
  readonly waits: number;
  /** Fixes whose outcome an earlier life had not written down. */
  readonly open: number;
  /** Lines that a life's death left unfinished, and that the next one cut off. */
  readonly torn: number;
  /** How long resumed lives took until they knew how the fix stood that they had found without an end, in ms, at worst. */
  readonly decidedMs: number;
}

/** A run that is not done after so many lives never will be. */
const mostLives = 12;

export async function playRound(options: RoundOptions): Promise<Round> {
  const { seed, place } = options;
  const random = randomOf(seed);
  const folder = mkdtempSync(join(place.folder, 'round-'));
  const bookOptions: BookOptions = { folder, longestMs: options.longestMs };
  const book = makeBook(random, bookOptions);
  writeFileSync(join(folder, 'book.yaml'), book.text);
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  const watch = watchRun(state, join(folder, 'effects'));
  const strikes: string[] = [];
  const lives: LifeEnd[] = [];
  let torn = 0;
  while (lives.length < mostLives) {
    const life = startLife(options.program, argsOf(options, folder, state), {
      ...place.surroundings,
      ...(options.preload === undefined ? {} : { preload: options.preload }),
    });
    const struck = await options.nemesis(life, watch, random, lives.length + 1);
    if (struck !== undefined) strikes.push(struck);
    const end = await life.end;
    lives.push(end);
    await options.between?.();
    if (read(state).torn > 0) torn += 1;
    if (end.code !== null && (struck === undefined || isLast(end, lives.length))) break;
  }
  await quiet(watch);
  const round = settle(options, { book, folder, state, lives });
  if (round.violations.length === 0) rmSync(folder, { recursive: true, force: true });
  return { ...round, strikes, torn };
}

/** A run that ended is not taken up again; one that ended unknown is, and asks the host once more. */
function isLast({ code }: LifeEnd, count: number): boolean {
  return code === 0 || code === 2 || count >= 6;
}

function argsOf({ place }: RoundOptions, folder: string, state: string): readonly string[] {
  const file = journalFile(state);
  const begun = file !== undefined && read(state).events.length > 0;
  const common = ['--state-dir', state, '--yes', '--allow-irreversible', '--json', ...place.args];
  if (begun && file !== undefined) {
    const also = verdictOf(read(state).events) === 'unreachable' ? ['--unreachable'] : [];
    return ['resume', basename(dirname(file)), ...also, ...common];
  }
  // Killed before its first record: nothing was begun.
  rmSync(join(state, 'runs'), { recursive: true, force: true });
  return ['run', join(folder, 'book.yaml'), '-i', join(place.folder, 'inventory.yaml'), ...common];
}

function read(state: string): { readonly events: readonly Event[]; readonly torn: number; readonly damage?: string } {
  const file = journalFile(state);
  if (file === undefined || !existsSync(file)) return { events: [], torn: 0 };
  const { events, tornBytes, damage } = checkRecords(readFileSync(file));
  return {
    events,
    torn: tornBytes,
    ...(damage === undefined ? {} : { damage: `line ${damage.line}: ${damage.what}` }),
  };
}

/** What nobody waits for any more may still be at it. */
async function quiet(watch: Watch): Promise<void> {
  for (let before = -1; before !== watch.effects(); ) {
    before = watch.effects();
    await sleep(400);
  }
}

interface Left {
  readonly book: Book;
  readonly folder: string;
  readonly state: string;
  readonly lives: readonly LifeEnd[];
}

function settle({ seed, mustEnd }: RoundOptions, left: Left): Omit<Round, 'strikes' | 'torn'> {
  const { book, folder, state, lives } = left;
  const { events, damage } = read(state);
  const effects = textOf(join(folder, 'effects'))?.trimEnd().split('\n') ?? [];
  const remains = {
    book,
    run: events[0]?.run ?? '',
    effects,
    events,
    exitCode: lives.at(-1)?.code ?? undefined,
    file: textOf,
    mustEnd,
  };
  const damaged: readonly Violation[] =
    damage === undefined ? [] : [{ rule: 'lost', what: `the journal is damaged: ${damage}`, history: [] }];
  const violations = [...judge(remains), ...damaged];
  return {
    seed,
    lives,
    violations,
    verdict: verdictOf(events),
    doubled: violations.filter(({ rule }) => rule === 'doubled').length,
    begunAgain: begunAgain(effects),
    fixes: events.filter(({ type }) => type === 'fix.intent').length,
    waits: events.filter(({ type }) => type === 'fix.waiting').length,
    ...resumedFixes(events),
  };
}

function verdictOf(events: readonly Event[]): string | undefined {
  return events.flatMap((event) => (event.type === 'host.finished' ? [event.outcome.verdict] : [])).at(-1);
}

function begunAgain(effects: readonly string[]): number {
  const begins = effects
    .filter((effect) => effect.includes(' begin '))
    .map((effect) => effect.replace(/ begin .*/, ''));
  return begins.length - new Set(begins).size;
}

function resumedFixes(events: readonly Event[]): Pick<Round, 'open' | 'decidedMs'> {
  let decidedMs = 0;
  let open = 0;
  let resumedAt: number | undefined;
  let begun = false;
  for (const event of events) {
    if (event.type === 'fix.intent') begun = true;
    if (event.type === 'run.resumed') {
      resumedAt = begun ? Date.parse(event.at) : undefined;
      if (begun) open += 1;
    }
    if (event.type !== 'fix.result') continue;
    if (resumedAt !== undefined && begun) decidedMs = Math.max(decidedMs, Date.parse(event.at) - resumedAt);
    begun = false;
    resumedAt = undefined;
  }
  return { open, decidedMs };
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** A violation as a person wants to read it. */
export function tell({ seed, strikes, lives, violations }: Round): string {
  const ends = lives.map(({ code, ms }) => `${code ?? 'killed'} after ${Math.round(ms)} ms`).join(', ');
  const each = violations.map(({ rule, what, history }) => `${rule}: ${what}\n    ${history.join('\n    ')}`);
  return `seed ${seed}: ${strikes.join('; ')}\n  lives: ${ends}\n  ${each.join('\n  ')}`;
}
