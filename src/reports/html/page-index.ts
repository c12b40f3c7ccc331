import { foldNames } from '../../model/fold-names.ts';
import type { HostReport, Report } from '../report.ts';
import { word } from '../words.ts';
import type { PageEntry, PageIndex } from './page-data.ts';

/** All but the hosts' evidence, as the page reads it. */
export function pageIndex(report: Report, mendgate: string): PageIndex {
  const { schema, version, forks, diagnoses, hosts, ...rest } = report;
  const places = new Map(diagnoses.map(({ diagnosis }, at) => [diagnosis, at]));
  return {
    ...rest,
    mendgate,
    diagnoses: diagnoses.map((group) => ({
      diagnosis: group.diagnosis,
      names: foldNames(group.hosts),
      hosts: group.hosts.length,
      verdicts: group.verdicts,
    })),
    hosts: hosts.map((host) => pageEntry(host, places.get(host.diagnosis) ?? -1)),
  };
}

function pageEntry(host: HostReport, diagnosis: number): PageEntry {
  const { verdict, needsLook, reason, ms, steps, notes } = host;
  const changes = steps.flatMap(({ items }) => items.flatMap((item) => item.changes.map(({ summary }) => summary)));
  return {
    host: host.host,
    verdict,
    needsLook,
    diagnosis,
    ...(reason === undefined ? {} : { reason }),
    ms,
    words: [...new Set([word(verdict), host.help ?? '', ...notes, ...changes])].join('\n').slice(0, 1000),
  };
}
