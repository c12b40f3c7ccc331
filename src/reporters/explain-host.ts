import { namesUsed } from '../expr/check.ts';
import type { Scope } from '../expr/evaluate.ts';
import { traceExpression } from '../expr/trace.ts';
import type { Event } from '../model/event.ts';
import type { Snapshot } from '../model/plan.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { createNarrator } from './narrator.ts';
import type { Output } from './reporter.ts';
import { lineColumns } from './result-text.ts';
import { coloursOf } from './words.ts';

/**
 * How one host came to its end: what was read, and each condition with the values of its parts. A run with `--trace` told them;
 * for others they are worked out from the answers that its diagnosis kept, as far as those go. Ends with a line end.
 */
export function explainHost(events: readonly Event[], host: string, output: Output): string {
  const own = events.filter((event) => 'host' in event && event.host === host);
  const traced = own.some((event) => event.type === 'expression.traced');
  const scope = scopeOf(own);
  const narrator = createNarrator({ verbosity: 2, diff: false }, () => lineColumns(output), coloursOf(output.colour));
  const lines = own.flatMap((event) => {
    const { lines } = narrator.tell(traced ? withoutReasons(event) : event);
    return traced ? lines : [...lines, ...worked(event, scope).flatMap((part) => narrator.tell(part).lines)];
  });
  return `${lines.join('\n')}\n`;
}

/** The trace tells the same, with more. */
function withoutReasons(event: Event): Event {
  const tells = event.type === 'gate.decided' || event.type === 'symptom.looked' || event.type === 'verify.looked';
  return tells ? { ...event, reasons: [] } : event;
}

/** Names of probes that the diagnosis read; those of an item of a step mean another thing for each item. */
function scopeOf(events: readonly Event[]): Scope {
  const planned = events.findLast((event) => event.type === 'host.planned');
  const values = new Map<string, Value>();
  for (const snapshot of planned?.plan.snapshots ?? []) {
    const match = /^([a-z0-9_/]+)\.([a-z]\w*)(\[.*\])?$/s.exec(snapshot.id);
    if (match === null) continue;
    const [, , name = '', item] = match;
    const before = values.get(name);
    if (item === undefined) values.set(name, readOf(snapshot));
    else values.set(name, [...(Array.isArray(before) ? (before as readonly Value[]) : []), readOf(snapshot)]);
  }
  return values;
}

function readOf({ value, unknown }: Snapshot): Value {
  return value ?? new Unknown(unknown ?? 'not kept');
}

/** The conditions of an event that was not traced, part by part. */
function worked(event: Event, scope: Scope): readonly Event[] {
  if (event.type !== 'gate.decided' && event.type !== 'symptom.looked') return [];
  // After a fix other answers were read than those of the diagnosis.
  if (event.type === 'symptom.looked' && event.when !== 'first') return [];
  const { seq, at, run, host } = event;
  const place = event.type === 'gate.decided' ? 'gate' : 'present';
  const where = event.type === 'gate.decided' ? { step: event.step } : {};
  const known = (text: string): boolean => namesUsed(text).every((name) => scope.has(name));
  return event.reasons.flatMap(({ check, held }): readonly Event[] => {
    const { expression, parts } = traceExpression(check, scope);
    const told = parts.filter(({ text }) => known(text));
    if (told.length === 0) return [];
    return [
      { type: 'expression.traced', seq, at, run, host, ...where, place, expression, value: String(held), parts: told },
    ];
  });
}
