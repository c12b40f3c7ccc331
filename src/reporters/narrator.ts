import { formatDuration } from '../model/duration.ts';
import type { Event } from '../model/event.ts';
import { foldNames } from '../model/fold-names.ts';
import type { Json } from '../model/json.ts';
import { canonicalJson } from '../model/json.ts';
import type { PlannedChange } from '../model/plan.ts';
import { whyOf } from '../model/result.ts';
import { safeLine } from '../model/safe-text.ts';
import { changeLines } from './change-lines.ts';
import type { Foldable } from './held-lines.ts';
import { concludes, whyText } from './plan-body.ts';
import { partLines, reasonLines } from './reasons.ts';
import type { ReporterOptions } from './reporter.ts';
import { place, type Sentence, sentence, type Told } from './sentences.ts';
import { hang, hangText, pad, width } from './text.ts';
import { type Colours, isUndo, outcomePaint, verdictPaint, word } from './words.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/** What is to be printed about an event. */
export interface Telling {
  /** Worth keeping on screen beside a live view: failures, warnings, notes; with `-v` everything. */
  readonly lasting: boolean;
  readonly lines: readonly string[];
  /** Set where other hosts may come to say the same: a failure, a conclusion, a note. */
  readonly fold?: Foldable;
}

/** Tells a run event by event, in plain lines of three columns: what, host, text. */
export interface Narrator {
  tell(event: Event): Telling;
}

/** One line, before it is laid out. */
interface Said extends Omit<Sentence, 'level'> {
  /** How long it took. */
  readonly time?: string;
}

/** Names of hosts that take more are put below. */
const mostNameColumns = 40;

/** What many hosts may say of themselves in the same words. */
const repeated: ReadonlySet<Event['type']> = new Set<Event['type']>(['host.unreachable', 'note', 'rollback.result']);

const silence: Telling = { lasting: false, lines: [] };

/** Keeps the planned changes of running steps, so that a step is told in one go. `columns` may give `Infinity`. */
export function createNarrator(options: ReporterOptions, columns: () => number, colours: Colours): Narrator {
  const { verbosity } = options;
  const changes = new Map<string, readonly PlannedChange[]>();
  /** Changes whose details were told, and on which host. */
  const told = new Map<string, string>();
  let hostColumns = 8;
  let undo = false;

  function lay(said: Said): string[] {
    const text = said.time === undefined ? said.text : `${said.text} ${said.time}`;
    const lead = `${pad(said.what, 15)} ${pad(safeLine(said.host), hostColumns)}  `;
    const lines =
      said.authored === true
        ? hangText(lead, text, columns(), undefined, said.paint)
        : hang(lead, safeLine(text), columns(), undefined, said.paint);
    const indent = ' '.repeat(width(lead));
    const reasons = reasonLines(said.reasons ?? [], indent, columns(), colours);
    return [...lines, ...reasons, ...partLines(said.parts ?? [], indent, columns(), colours)];
  }

  /** The same for many hosts. Where their names take too much of a line, they get lines of their own. */
  function layMany(said: readonly Said[], hosts: readonly string[], ms: number): string[] {
    const names = safeLine(foldNames(hosts));
    const few = width(names) <= mostNameColumns;
    const host = few ? names : `${hosts.length} hosts`;
    const longest = ms === 0 ? {} : { time: `(up to ${formatDuration(ms)})` };
    const lines = said.flatMap((each) => lay({ ...each, host, ...(each.time === undefined ? {} : longest) }));
    return few ? lines : [...lines, ...hang(' '.repeat(18 + hostColumns), names, columns())];
  }

  /** With `-v` there is more to see of each host than what it has in common with others. */
  function foldOf(said: readonly Said[], ms: number): { readonly fold?: Foldable } {
    const [first] = said;
    if (verbosity > 0 || options.diff || first === undefined) return {};
    const key = canonicalJson(said.map(({ what, text }) => [what, text]));
    const { host } = first;
    return {
      fold: {
        key,
        host,
        ms,
        lay: (hosts, most) => (hosts.length === 1 ? said.flatMap(lay) : layMany(said, hosts, most)),
      },
    };
  }

  function runStarted(event: Of<'run.started'>): Telling {
    undo = isUndo(event);
    hostColumns = Math.min(24, Math.max(4, ...event.hosts.map((host) => width(safeLine(host)))));
    const mode = event.dryRun ? ', dry run: nothing is changed' : '';
    const { alsoReaches = [] } = event;
    const also = alsoReaches.length === 0 ? '' : `; also reaches ${foldNames(alsoReaches)}`;
    const size = `${event.hosts.length} of ${event.inventoryHosts} hosts${also}${mode}`;
    const text = `${event.runbook.id}: ${event.runbook.title} (${size})`;
    return { lasting: true, lines: hang('', safeLine(text), columns(), colours.bold) };
  }

  function stepFinished(event: Of<'step.finished'>): Telling {
    const key = stepKey(event);
    const done = changes.get(key) ?? [];
    changes.delete(key);
    const { host, title, result } = event;
    const { outcome } = result;
    // What would change stands in the plan, once for all hosts.
    const expected = outcome === 'ok' || outcome === 'skipped' || outcome === 'would_change';
    if (verbosity < 1 && expected) return silence;
    const what = done.length > 0 ? done.map((change) => change.summary).join('; ') : title;
    const authored = concludes(result);
    const why = authored ? whyOf(result).trimEnd() : whyText(result);
    const text = `${place(event)}: ${what}${why === '' ? '' : `; ${why}`}`;
    const time = `(${formatDuration(event.ms)})`;
    const paint = outcomePaint(colours, outcome, undo);
    const said: Said[] = [{ what: word(outcome), host, text, time, authored, paint }];
    if (result.rollbackFailed !== undefined) {
      const left = `left on the host: ${result.rollbackFailed}`;
      said.push({ what: 'rollback fails', host, text: left, paint: colours.red });
    }
    const lines = said.flatMap(lay);
    if (options.diff || verbosity >= 2) {
      lines.push(...done.flatMap((change) => detailOnce(change, host)));
    }
    const wanted = undo ? 'rolled_back' : 'changed';
    const trouble = !(expected || outcome === wanted);
    // What another host did for many is no news of each.
    const folds = trouble || result.on !== undefined ? foldOf(said, event.ms) : {};
    return { lasting: trouble || verbosity >= 1, lines, ...folds };
  }

  /** What is changed inside files and by which commands; told once for all hosts on which it is the same. */
  function detailOnce(change: PlannedChange, host: string): string[] {
    const detail = { diff: options.diff, commands: verbosity >= 2 };
    const key = canonicalJson([change.summary, change.contents, change.commands]);
    const first = told.get(key);
    if (first === undefined) told.set(key, host);
    if (first === undefined || change.contents.length + change.commands.length === 0)
      return changeLines(change, detail, '    ', columns(), colours);
    const summary = changeLines({ ...change, contents: [], commands: [] }, detail, '    ', columns(), colours);
    return [...summary, colours.dim(`      the same as on ${safeLine(first)}`)];
  }

  /** Every host ends with its outcome, in a dry run too; only conclusions are news without `-v`. */
  function hostEnded(event: Of<'host.finished'>): Telling {
    const end = event.outcome;
    const news = end.reason !== undefined && end.verdict !== 'not_started' && !(undo && end.verdict === 'rolled_back');
    if (end.verdict === 'unreachable' || (verbosity < 1 && !news)) return silence;
    const about = [end.diagnosis, end.reason ?? ''].map((part) => part.trimEnd()).filter((part) => part !== '');
    const see = end.see === undefined ? '' : ` (see ${end.see})`;
    const text = [...new Set(about)].join(': ') + see;
    const paint = verdictPaint(colours, end.verdict, undo);
    const said: Said = { what: word(end.verdict), host: event.host, text, authored: true, paint };
    return { lasting: true, lines: lay(said), ...foldOf([said], 0) };
  }

  function tellTold(event: Told): Telling {
    switch (event.type) {
      case 'run.started':
        return runStarted(event);
      case 'change.planned': {
        const key = stepKey(event);
        changes.set(key, [...(changes.get(key) ?? []), event.change]);
        return silence;
      }
      case 'step.finished':
        return stepFinished(event);
      case 'host.finished':
        return hostEnded(event);
      case 'host.planned':
      case 'run.finished':
        return silence;
    }
  }

  function tell(event: Event): Telling {
    if (isTold(event)) return tellTold(event);
    if (verbosity < (lowestLevel[event.type] ?? 0)) return silence;
    const said = sentence(event, colours);
    // A wait is over some time, as a batch is; a live view shows it while it lasts.
    const lasting = !(event.type === 'fix.waiting' || event.type === 'batch.started') || verbosity >= 1;
    if (verbosity < said.level) return silence;
    return { lasting, lines: lay(said), ...(repeated.has(event.type) ? foldOf([said], 0) : {}) };
  }
  return { tell };
}

/** What is never said with fewer `-v`, so that nobody words it. Whatever else there is may be said always. */
const lowestLevel: { readonly [T in Event['type']]?: 0 | 1 | 2 | 3 } = {
  'host.connecting': 3,
  'host.connected': 3,
  'step.started': 3,
  'probe.read': 1,
  'symptom.looked': 1,
  'gate.decided': 1,
  'fix.intent': 2,
  'fix.result': 1,
  'verify.looked': 1,
};

const toldTypes: ReadonlySet<Event['type']> = new Set<Told['type']>([
  'run.started',
  'run.finished',
  'change.planned',
  'step.finished',
  'host.planned',
  'host.finished',
]);

function isTold(event: Event): event is Told {
  return toldTypes.has(event.type);
}

function stepKey(event: { readonly host: string; readonly step: string; readonly item?: Json }): string {
  return canonicalJson([event.host, event.step, event.item ?? null]);
}
