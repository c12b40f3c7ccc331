import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from './program.ts';
import type { Random } from './random.ts';

/** When a nemesis strikes: so long after the life began, or after the journal or the host's effects came so far. */
export type Trigger =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'journal'; readonly type: string; readonly nth: number; readonly delayMs: number }
  | { readonly kind: 'effects'; readonly lines: number; readonly delayMs: number };

/** Any of the three, all over a life that takes about `wholeMs`. `events` and `effects` are how many there are by now. */
export function anyTrigger(random: Random, wholeMs: number, seen: Watch): Trigger {
  const kind = random.pick(['time', 'journal', 'journal', 'effects'] as const);
  if (kind === 'time') return { kind, ms: random.int(0, Math.ceil(wholeMs)) };
  const delayMs = random.chance(0.5) ? random.int(0, 20) : random.int(0, 200);
  if (kind === 'effects') return { kind, lines: seen.effects() + random.int(1, 6), delayMs };
  const type = random.pick([
    'fix.intent',
    'fix.intent',
    'fix.result',
    'run.started',
    'host.planned',
    'rollback.intent',
  ]);
  return { kind, type, nth: seen.events(type) + random.int(1, 4), delayMs };
}

/** What can be seen of a run from outside while it goes on. */
export interface Watch {
  events(type: string): number;
  effects(): number;
}

/** `beside`: runs that were there before, and are not meant. */
export function watchRun(state: string, effectsFile: string, beside: readonly string[] = []): Watch {
  const journal = cachedText(() => journalFile(state, beside));
  const effects = cachedText(() => effectsFile);
  return {
    events: (type) => journal().split(`"type":"${type}"`).length - 1,
    effects: () => effects().split('\n').length - 1,
  };
}

/** Of the only run in a state directory, beside these. */
export function journalFile(state: string, beside: readonly string[] = []): string | undefined {
  const [run] = runsIn(state).filter((name) => !beside.includes(name));
  return run === undefined ? undefined : join(state, 'runs', run, 'journal.jsonl');
}

/** The runs that a state directory keeps. */
export function runsIn(state: string): readonly string[] {
  const runs = join(state, 'runs');
  return existsSync(runs) ? readdirSync(runs).filter((name) => /^\d{4}-/.test(name)) : [];
}

function cachedText(file: () => string | undefined): () => string {
  let size = -1;
  let text = '';
  return () => {
    const path = file();
    if (path === undefined || !existsSync(path)) return '';
    const now = statSync(path).size;
    if (now !== size) text = readFileSync(path, 'utf8');
    size = now;
    return text;
  };
}

/** Waits until it is time to strike; `false`: the life was over before. */
export async function struck(trigger: Trigger, life: Life, watch: Watch): Promise<boolean> {
  let over = false;
  void life.end.finally(() => {
    over = true;
  });
  const due = (): boolean => {
    switch (trigger.kind) {
      case 'time':
        return performance.now() - life.startedAt >= trigger.ms;
      case 'journal':
        return watch.events(trigger.type) >= trigger.nth;
      case 'effects':
        return watch.effects() >= trigger.lines;
    }
  };
  while (!over && !due()) await sleep(4);
  if (!over && trigger.kind !== 'time') await Promise.race([sleep(trigger.delayMs), life.end]);
  return !over;
}
