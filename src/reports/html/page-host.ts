import { isObject, type Json } from '../../model/json.ts';
import type { HostReport, ItemReport, Reading, StepReport } from '../report.ts';
import type { PageHost, PageItem, PageReading, PageStep } from './page-data.ts';

/** More of one answer than this helps nobody on a page; `runs show --json` has it whole. */
const mostText = 6000;

/** A host's evidence as the page reads it. Times become ms since the run began, hosts' JSON becomes text. */
export function pageHost(host: HostReport, startedAt: string): PageHost {
  const since = (at: string): number => Math.max(0, Date.parse(at) - Date.parse(startedAt));
  const { help, see, symptom, hostKey, machineId, bootId, notes, standing, underWay, commands } = host;
  return {
    ...given({ help, see, hostKey, machineId, bootId, underWay }),
    symptom,
    notes,
    standing,
    commands,
    looks: host.looks.map(({ at, ...look }) => [since(at), look]),
    steps: host.steps.map((step) => pageStep(step, since)),
    timeLine: host.timeLine.map(({ ms, tone, what, text }) => [ms, { tone, what, text }]),
    readings: host.readings.map((reading) => [since(reading.at), reading.ms, pageReading(reading)]),
    outputs: Object.entries(host.outputs).map(([name, value]) => [name, jsonText(value)]),
  };
}

function pageStep(step: StepReport, since: (at: string) => number): PageStep {
  return { ...step, items: step.items.map((item) => pageItem(item, since)) };
}

function pageItem(item: ItemReport, since: (at: string) => number): PageItem {
  return {
    ...item,
    changes: item.changes.map((change) => ({
      ...change,
      before: jsonText(change.before),
      change: jsonText(change.change),
    })),
    verify: item.verify.map(({ at, ...look }) => [since(at), look]),
  };
}

function pageReading({ step, name, probe, on, params, value, unknown, predicted }: Reading): PageReading {
  return {
    ...given({ step, on, unknown, predicted }),
    name,
    probe,
    params: isObject(params) && Object.keys(params).length === 0 ? '' : jsonText(params, 0),
    ...(value === undefined ? {} : { value: jsonText(value) }),
  };
}

function jsonText(value: Json, indent = 2): string {
  const text = JSON.stringify(value, null, indent);
  return text.length <= mostText ? text : `${text.slice(0, mostText)}\n… ${text.length - mostText} more characters`;
}

/** Without the members that are not there. */
function given<T extends object>(members: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(members).filter(([, value]) => value !== undefined);
  // What is left has just these members, none of them undefined.
  return Object.fromEntries(there) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
