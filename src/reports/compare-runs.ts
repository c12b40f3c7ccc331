import { clipped } from '../model/clipped.ts';
import { canonicalJson } from '../model/json.ts';
import type { HostReport, Report } from './report.ts';
import { word } from './words.ts';

/** What differs between two runs; hosts in the order of the later run. */
export interface Comparison {
  readonly before: Report;
  readonly after: Report;
  readonly sameRunbook: boolean;
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Hosts of both that did not end alike: each difference once, with its hosts; the most hosts first. */
  readonly differences: readonly Difference[];
  /** How many hosts of both ended alike. */
  readonly alike: number;
}

/** One way in which hosts differ. */
export interface Difference {
  readonly of: 'verdict' | 'diagnosis' | 'changes' | 'reason';
  readonly before: string;
  readonly after: string;
  readonly hosts: readonly string[];
}

/** What differs between two runs. Pure. */
export function compareRuns(before: Report, after: Report): Comparison {
  const earlier = new Map(before.hosts.map((host) => [host.host, host]));
  const later = new Set(after.hosts.map(({ host }) => host));
  const groups = new Map<string, Difference & { readonly hosts: string[] }>();
  let alike = 0;
  for (const host of after.hosts) {
    const was = earlier.get(host.host);
    if (was === undefined) continue;
    const found = differencesOf(was, host);
    if (found.length === 0) alike += 1;
    for (const difference of found) {
      const key = canonicalJson(difference);
      const group = groups.get(key) ?? { ...difference, hosts: [] };
      groups.set(key, group);
      group.hosts.push(host.host);
    }
  }
  return {
    before,
    after,
    sameRunbook: before.runbook.sha256 === after.runbook.sha256,
    onlyBefore: before.hosts.flatMap(({ host }) => (later.has(host) ? [] : [host])),
    onlyAfter: after.hosts.flatMap(({ host }) => (earlier.has(host) ? [] : [host])),
    differences: [...groups.values()].sort(
      (a, b) => order.indexOf(a.of) - order.indexOf(b.of) || b.hosts.length - a.hosts.length,
    ),
    alike,
  };
}

const order: readonly Difference['of'][] = ['verdict', 'diagnosis', 'changes', 'reason'];

function differencesOf(before: HostReport, after: HostReport): readonly Omit<Difference, 'hosts'>[] {
  const [did, does] = [changesOf(before), changesOf(after)];
  const alike = did.summary === does.summary;
  const sides = [
    ['verdict', word(before.verdict), word(after.verdict)],
    ['diagnosis', before.diagnosis, after.diagnosis],
    ['changes', alike ? did.detail : did.summary, alike ? does.detail : does.summary],
    ['reason', before.reason ?? '', after.reason ?? ''],
  ] as const;
  return sides.flatMap(([of, was, is]) => (was === is ? [] : [{ of, before: clipped(was), after: clipped(is) }]));
}

/** What was changed in a line, and to the letter: two changes may be summed up alike and differ. */
function changesOf({ steps }: HostReport): { readonly summary: string; readonly detail: string } {
  const changes = steps.flatMap(({ items }) => items.flatMap((item) => item.changes));
  const detail = changes.map(({ action, change, diffs }) => ({
    action,
    change,
    lines: diffs.flatMap(({ hunks }) => hunks.flatMap(({ lines }) => lines)),
  }));
  return { summary: changes.map(({ summary }) => summary).join('; '), detail: canonicalJson(detail) };
}
