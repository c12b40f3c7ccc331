import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeBook } from './book.ts';
import type { Place } from './place.ts';
import { type LifeEnd, type Program, startLife } from './program.ts';
import { type Random, randomOf } from './random.ts';
import { journalFile, runsIn, struck, type Trigger, watchRun } from './watch.ts';

/** A whole run that is taken back, by an undo that is killed and begun again. */
export interface UndoRound {
  readonly seed: number;
  readonly kills: number;
  readonly violations: readonly string[];
}

const mostKills = 3;

/** Most of an undo's time goes into starting; its work is done soon, and its journal tells when. */
function anywhere(random: Random): Trigger {
  if (random.chance(0.2)) return { kind: 'time', ms: random.int(100, 1000) };
  const type = random.pick(['run.started', 'rollback.intent', 'rollback.intent', 'rollback.result'] as const);
  const delayMs = random.chance(0.5) ? random.int(0, 10) : random.int(0, 60);
  return { kind: 'journal', type, nth: random.int(1, 3), delayMs };
}

/** `kill -9` of `undo` anywhere, then `undo` again: all that can be taken back is, and nothing else happens. */
export async function undoRound(program: Program, place: Place, seed: number): Promise<UndoRound> {
  const random = randomOf(seed);
  const folder = mkdtempSync(join(place.folder, 'undo-'));
  const book = makeBook(random, { folder, longestMs: 100, neverFails: true });
  writeFileSync(join(folder, 'book.yaml'), book.text);
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  const common = ['--state-dir', state, '--yes', '--json', ...place.args];
  const inventory = ['-i', join(place.folder, 'inventory.yaml')];
  const run = startLife(
    program,
    ['run', join(folder, 'book.yaml'), ...inventory, ...common, '--allow-irreversible'],
    place.surroundings,
  );
  const made = await run.end;
  if (made.code !== 0) throw new Error(`the run to be undone ended with ${made.code}: ${made.stderr}`);
  const id = basename(dirname(journalFile(state) ?? ''));
  const watch = watchRun(state, join(folder, 'effects'));
  const before = watch.effects();
  let kills = 0;
  let end: LifeEnd | undefined;
  while (end === undefined || end.code === null) {
    const ofUndo = watchRun(state, join(folder, 'effects'), runsIn(state));
    const life = startLife(program, ['undo', id, ...common], place.surroundings);
    if (kills < mostKills && (await struck(anywhere(random), life, ofUndo))) {
      life.kill();
      kills += 1;
    }
    end = await life.end;
  }
  const effects = existsSync(join(folder, 'effects')) ? readFileSync(join(folder, 'effects'), 'utf8').split('\n') : [];
  const violations: string[] = [];
  if (watch.effects() !== before) violations.push('something was done again');
  for (const path of book.files.keys()) if (existsSync(path)) violations.push(`${path} is still there`);
  // What happened has happened: a run with such steps is not wholly taken back.
  if (end.code !== (book.units.length > 0 ? 2 : 0)) violations.push(`exit code ${end.code}`);
  return {
    seed,
    kills,
    violations: violations.map((each) => `seed ${seed}: ${each}\n  ${end.stderr}\n  ${effects.join('\n  ')}`),
  };
}
