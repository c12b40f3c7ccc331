import { type Draft, type HostDraft, hostIn } from './draft.ts';
import { hostNameProblem, splitPort } from './host-name.ts';
import type { Findings, Place } from './place.ts';
import { expandRanges } from './ranges.ts';

/** Most hosts of one inventory. */
const maxHosts = 100_000;

/** Puts the hosts that `web[01:50].example.com:2222` stands for into a group; none, and a diagnostic, when it is wrong. */
export function declareHosts(
  draft: Draft,
  pattern: string,
  group: string,
  place: Place,
  findings: Findings,
): readonly HostDraft[] {
  const split = splitPort(pattern);
  if ('message' in split) {
    findings.error(place, 'inventory/bad-port', split);
    return [];
  }
  const names = expandRanges(split.host);
  if ('message' in names) {
    findings.error(place, 'inventory/bad-range', names);
    return [];
  }
  const problem = names.map(hostNameProblem).find((found) => found !== undefined);
  if (problem) {
    findings.error(place, 'inventory/bad-host-name', problem);
    return [];
  }
  if (draft.hosts.size + names.length > maxHosts) {
    findings.error(place, 'inventory/too-many-hosts', { message: `an inventory holds at most ${maxHosts} hosts` });
    return [];
  }
  const { port } = split;
  return names.map((name) => {
    const host = hostIn(draft, name, group, place);
    if (port !== undefined) host.said.connect = { ...host.said.connect, port };
    return host;
  });
}
