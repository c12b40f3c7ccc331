import type { TracedPart } from '../expr/trace.ts';
import { assertNever } from '../model/assert-never.ts';
import { formatDuration } from '../model/duration.ts';
import type { Event } from '../model/event.ts';
import { foldNames } from '../model/fold-names.ts';
import type { Json } from '../model/json.ts';
import { canonicalJson } from '../model/json.ts';
import type { Reason } from '../model/plan.ts';
import { count, type Paint, truncate } from './text.ts';
import { type Colours, itemLabel } from './words.ts';

/** One printed line, before layout; its texts are not yet safe. */
export interface Sentence {
  /** How many `-v` it takes. */
  readonly level: 0 | 1 | 2 | 3;
  readonly what: string;
  readonly host: string;
  readonly text: string;
  /** The text is a runbook's own: it may have several lines. */
  readonly authored?: boolean;
  readonly paint: Paint;
  readonly reasons?: readonly Reason[];
  /** Parts of a traced expression. */
  readonly parts?: readonly TracedPart[];
}

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/** Events that need to know what came before them: the narrator tells these itself. */
export type Told = Of<
  'run.started' | 'run.finished' | 'change.planned' | 'step.finished' | 'host.planned' | 'host.finished'
>;

type OfFix = Of<'fix.intent' | 'fix.waiting' | 'fix.result' | 'verify.looked' | 'rollback.intent' | 'rollback.result'>;
type OfBatch = Of<'batch.started' | 'batch.finished'>;
type OfReading = Of<'probe.read' | 'symptom.looked' | 'gate.decided'>;

/** An event in a sentence. */
export function sentence(event: Exclude<Event, Told>, colours: Colours): Sentence {
  switch (event.type) {
    case 'host.connecting':
      return { level: 3, what: 'connecting', host: event.host, text: '', paint: colours.blue };
    case 'host.connected': {
      const key = event.hostKey === undefined ? '' : `, host key ${event.hostKey}`;
      return {
        level: 3,
        what: 'connected',
        host: event.host,
        text: formatDuration(event.ms) + key,
        paint: colours.blue,
      };
    }
    case 'host.unreachable': {
      const text = `${event.phase}: ${event.reason}${helpAfter(event)}`;
      // It has been said when it was tried first.
      const level = event.again === true ? 2 : 0;
      return { level, what: 'unreachable', host: event.host, text, paint: colours.redBright };
    }
    case 'delegate.connected': {
      const { host, hostKey } = event.delegate;
      const key = hostKey === undefined ? '' : `, host key ${hostKey}`;
      const text = `${formatDuration(event.ms)}, for the hosts that delegate to it${key}`;
      return { level: 3, what: 'connected', host, text, paint: colours.blue };
    }
    case 'step.started':
      return { level: 3, what: 'step', host: event.host, text: `${place(event)}: ${event.title}`, paint: colours.blue };
    case 'note':
      return {
        level: 0,
        what: 'note',
        host: event.host,
        text: `${place(event)}: ${event.message}`,
        authored: true,
        paint: colours.cyan,
      };
    case 'run.resumed': {
      const { run, hosts } = event;
      const text =
        hosts.length === 0
          ? `every host of run ${run} has ended: only its end is written down`
          : `goes on with run ${run} on ${count(hosts.length, 'host')}`;
      return { level: 0, what: 'resumed', host: '', text, paint: colours.bold };
    }
    case 'warning':
      return { level: 0, what: 'warning', host: event.host ?? '', text: event.message, paint: colours.magentaBright };
    case 'expression.traced': {
      const where = event.step === undefined ? event.place : `${event.step}${itemLabel(event.item)} ${event.place}`;
      const text = `${where}: ${event.expression.replaceAll(/\s+/g, ' ')} = ${event.value}`;
      return { level: 0, what: 'trace', host: event.host, text, paint: colours.blue, parts: event.parts };
    }
    case 'probe.read':
    case 'symptom.looked':
    case 'gate.decided':
      return ofReading(event, colours);
    case 'batch.started':
    case 'batch.finished':
      return ofBatch(event, colours);
    default:
      return ofFix(event, colours);
  }
}

function helpAfter({ help }: { readonly help?: string }): string {
  return help === undefined ? '' : `. ${help}`;
}

/** Which hosts are changed now; then what came of them, and who is not touched for that. */
function ofBatch(event: OfBatch, colours: Colours): Sentence {
  const common = { what: `batch ${event.batch}`, host: '' };
  if (event.type === 'batch.started') {
    const first = event.canaries.length === 0 ? '' : `, ${event.canaries.length} the first of their kind`;
    const waiting = event.waiting === 0 ? '' : `; ${event.waiting} wait`;
    const text = `${count(event.hosts.length, 'host')}${first}${waiting}: ${foldNames(event.hosts)}`;
    return { level: 0, ...common, text, paint: colours.bold };
  }
  const ended = Object.entries(event.verdicts).map(([verdict, hosts]) => `${hosts} ${verdict.replaceAll('_', ' ')}`);
  const closed = event.closed.map(
    ({ canary, diagnosis, waiting }) => `${canary} was the first of its kind, ${others(waiting)}: ${diagnosis}`,
  );
  const stopped = event.stopped === undefined ? [] : [`nobody else begins: ${event.stopped}`];
  const text = [`${ended.join(', ')} (${formatDuration(event.ms)})`, ...closed, ...stopped].join('; ');
  const bad = closed.length + stopped.length > 0;
  return { level: bad ? 0 : 1, ...common, text, paint: bad ? colours.red : colours.bold };
}

function others(waiting: number): string {
  if (waiting === 0) return 'and the only one';
  return waiting === 1 ? 'and the other one is not touched' : `and the other ${waiting} are not touched`;
}

function ofReading(event: OfReading, colours: Colours): Sentence {
  const { host } = event;
  const paint = colours.blue;
  switch (event.type) {
    case 'probe.read': {
      const asked = `${event.probe}(${answer(event.params)})${event.on === undefined ? '' : ` on ${event.on}`}`;
      const what = `${event.step ?? 'symptom'}.${event.name} = ${asked}`;
      if (event.unknown !== undefined) {
        const text = `${what}: ${event.unknown}${helpAfter(event)}`;
        return { level: 1, what: 'unreadable', host, text, paint: colours.magentaBright };
      }
      const mark = event.predicted === true ? ' (predicted)' : '';
      return { level: 2, what: 'probe', host, text: `${what}: ${answer(event.value ?? null)}${mark}`, paint };
    }
    case 'symptom.looked': {
      const how = threeWay(event.present, 'present', 'absent');
      const text = `${how} (${event.when.replace('_', ' ')} look)`;
      return { level: 1, what: 'symptom', host, text, paint, reasons: event.reasons };
    }
    case 'gate.decided': {
      const text = `${place(event)}: ${threeWay(event.open, 'open', 'closed')}`;
      return { level: 1, what: 'gate', host, text, paint, reasons: event.reasons };
    }
    default:
      return assertNever(event);
  }
}

function ofFix(event: OfFix, colours: Colours): Sentence {
  const { host } = event;
  const paint = colours.blue;
  switch (event.type) {
    case 'fix.intent': {
      const by = event.alternative === undefined ? '' : ` by ${event.alternative}`;
      const back =
        event.revertAfterMs === undefined
          ? ''
          : `; the host takes it back by itself after ${whole(event.revertAfterMs)}, unless it is told to keep it`;
      const on = event.delegates === undefined ? '' : ` on ${event.delegates.map(({ host: name }) => name).join(', ')}`;
      const text = `${place(event)}: starts${by}${on} (attempt ${event.attempt})${back}`;
      return { level: back === '' ? 2 : 0, what: 'fix', host, text, paint };
    }
    case 'fix.result': {
      const how = `${event.outcome.replace('_', ' ')}${event.reason === undefined ? '' : `: ${event.reason}`}`;
      const text = `${place(event)}: ${how} (${formatDuration(event.ms)})`;
      return { level: event.outcome === 'done' ? 2 : 1, what: 'fix', host, text, paint };
    }
    case 'fix.waiting': {
      const waited = event.waitedMs < 1000 ? '' : ` waited ${whole(event.waitedMs)},`;
      const times = `${waited} tries again within ${whole(event.nextMs)}, gives up in ${whole(event.leftMs)}`;
      const what = event.rollback ? 'rollback waits' : 'waiting';
      return { level: 0, what, host, text: `${place(event)}: ${event.reason};${times}`, paint: colours.yellow };
    }
    case 'verify.looked': {
      const text = `${place(event)}: ${event.held ? 'holds' : 'does not hold'} (look ${event.attempt})`;
      return { level: 1, what: 'verify', host, text, paint, reasons: event.reasons };
    }
    case 'rollback.intent': {
      const text = `${place(event)}: ${event.changes.map((change) => change.summary).join('; ')}`;
      return { level: 1, what: 'rolling back', host, text, paint: colours.yellow };
    }
    case 'rollback.result': {
      const text = place(event) + (event.reason === undefined ? '' : `: ${event.reason}`);
      return event.done
        ? { level: 1, what: 'put back', host, text, paint: colours.yellow }
        : { level: 0, what: 'rollback fails', host, text, paint: colours.red };
    }
    default:
      return assertNever(event);
  }
}

/** `STEP [item]`. */
export function place(event: { readonly step: string; readonly item?: Json }): string {
  return event.step + itemLabel(event.item);
}

/** Whole seconds: a wait is no measurement. */
function whole(ms: number): string {
  return formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000);
}

function threeWay(value: boolean | 'unknown', yes: string, no: string): string {
  return value === 'unknown' ? 'unknown' : value ? yes : no;
}

const answerColumns = 400;

function answer(value: Json): string {
  return truncate(canonicalJson(value).slice(0, 4 * answerColumns), answerColumns);
}
