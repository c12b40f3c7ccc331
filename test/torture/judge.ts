import type { Event } from '../../src/model/event.ts';
import type { Verdict } from '../../src/model/result.ts';
import type { Book, Unit } from './book.ts';

/** All that a round left behind. */
export interface Remains {
  readonly book: Book;
  readonly run: string;
  /** Lines of the host's file of effects. */
  readonly effects: readonly string[];
  /** The whole journal, already found undamaged. */
  readonly events: readonly Event[];
  /** Of the last life that did something; absent: it was killed, when all was done. */
  readonly exitCode: number | undefined;
  /** A file's text on the host now; `undefined`: there is none. */
  readonly file: (path: string) => string | undefined;
  /** Nothing but this side was hurt: then all must have come to its end, too. */
  readonly mustEnd: boolean;
}

/** A broken promise. */
export interface Violation {
  readonly rule: 'doubled' | 'lost' | 'not proved' | 'not started, yet done' | 'wrong exit code' | 'wrong file';
  readonly what: string;
  /** What happened to this unit, and nothing else. */
  readonly history: readonly string[];
}

/** Compares what the host did with what the journal and the exit code say. Pure. */
export function judge(remains: Remains): readonly Violation[] {
  return [...remains.book.units.flatMap((unit) => judgeUnit(remains, unit)), ...judgeEnd(remains)];
}

/** What each verdict's exit code is for one host; absent: it is no end of such a run. */
const codes: { readonly [V in Verdict]?: number } = {
  fixed: 0,
  healthy: 0,
  not_fixed: 2,
  rolled_back: 2,
  not_started: 2,
  unreachable: 4,
  refused: 5,
  unknown: 7,
  rollback_failed: 7,
};

function judgeUnit(remains: Remains, unit: Unit): readonly Violation[] {
  const { book, mustEnd } = remains;
  const begins = count(remains, unit, 'begin');
  const ends = count(remains, unit, 'end');
  const violation = (rule: Violation['rule'], what: string): Violation => ({
    rule,
    what: `${unit.name}: ${what}`,
    history: historyOf(remains, unit),
  });
  const found: Violation[] = [];
  if (begins > 1) found.push(violation('doubled', `begun ${begins} times`));
  const claims = claimsOf(remains, unit);
  if (claims === 'done' && (begins < 1 || ends < 1)) {
    found.push(violation('not proved', `said to be done, and has ${begins} beginnings and ${ends} ends`));
  }
  if (claims === 'not_started' && begins > 0) {
    found.push(violation('not started, yet done', `said not to have begun, and did ${begins} times`));
  }
  const wanted = !unit.undo || book.fails;
  if (mustEnd && wanted && ends < 1) found.push(violation('lost', `never done`));
  return found;
}

function judgeEnd(remains: Remains): readonly Violation[] {
  const { book, events, exitCode, mustEnd, file } = remains;
  const verdict = events.flatMap((event) => (event.type === 'host.finished' ? [event.outcome.verdict] : [])).at(-1);
  const history = events.map(line);
  const found: Violation[] = [];
  const wrong = (rule: Violation['rule'], what: string): void => void found.push({ rule, what, history });
  if (verdict === undefined) wrong('lost', 'the host never ended');
  else if (exitCode !== undefined && codes[verdict] !== exitCode)
    wrong('wrong exit code', `${verdict}, and exit code ${exitCode}`);
  const due = book.fails ? 'rolled_back' : 'fixed';
  if (mustEnd && verdict !== due) wrong('lost', `it ended as ${verdict}, not ${due}`);
  if (verdict !== 'fixed' && verdict !== 'rolled_back') return found;
  for (const [path, text] of book.files) {
    if (file(path) !== text) wrong('wrong file', `${path} is not as its step wrote it: ${JSON.stringify(file(path))}`);
  }
  return found;
}

/** The last word about a unit. */
function claimsOf({ events }: Remains, unit: Unit): 'done' | 'not_started' | 'other' {
  let claims: 'done' | 'not_started' | 'other' = 'other';
  for (const event of events) {
    if (!isOf(event, unit)) continue;
    if (event.type === 'fix.intent') claims = 'other';
    if (event.type === 'fix.result' && !unit.undo) {
      claims = event.outcome === 'done' || event.outcome === 'not_started' ? event.outcome : 'other';
    }
    if (event.type === 'rollback.result' && unit.undo) claims = event.done ? 'done' : 'other';
  }
  return claims;
}

function isOf(event: Event, unit: Unit): boolean {
  if (!('step' in event) || event.step !== unit.step) return false;
  const item = 'item' in event ? event.item : undefined;
  return item === undefined || unit.name === unit.step || unit.name === `${unit.step}.${String(item)}`;
}

function count({ effects, run }: Remains, { name }: Unit, mark: string): number {
  return effects.filter((effect) => effect.startsWith(`${run} ${name} ${mark} `)).length;
}

function historyOf({ events, effects, run }: Remains, unit: Unit): readonly string[] {
  const told: readonly string[] = ['fix.intent', 'fix.result', 'rollback.intent', 'rollback.result', 'step.finished'];
  const ofUnit = events.filter(
    (event) => event.type === 'run.resumed' || (told.includes(event.type) && isOf(event, unit)),
  );
  return [...ofUnit.map(line), ...effects.filter((effect) => effect.startsWith(`${run} ${unit.name} `))];
}

function line(event: Event): string {
  const { seq, at, type } = event;
  const step = 'step' in event ? ` ${event.step ?? ''}` : '';
  const item = 'item' in event ? ` [${JSON.stringify(event.item)}]` : '';
  switch (event.type) {
    case 'fix.intent':
      return `${seq} ${at} ${type}${step}${item} attempt ${event.attempt}`;
    case 'fix.result':
      return `${seq} ${at} ${type}${step}${item} attempt ${event.attempt}: ${event.outcome} ${event.reason ?? ''}`;
    case 'rollback.result':
      return `${seq} ${at} ${type}${step}${item} ${event.done ? 'done' : (event.reason ?? 'failed')}`;
    case 'step.finished':
      return `${seq} ${at} ${type}${step}${item} ${event.result.outcome} ${event.result.reason ?? ''}`;
    case 'host.finished':
      return `${seq} ${at} ${type} ${event.outcome.verdict} ${event.outcome.reason ?? ''}`;
    default:
      return `${seq} ${at} ${type}${step}${item}`;
  }
}
