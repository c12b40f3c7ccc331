import { declareHosts } from './declare-hosts.ts';
import type { Draft } from './draft.ts';
import { type Findings, placeOnLine } from './place.ts';

/** Adds `h1,h2:2222,[::1]:22,` to the draft. Diagnostics point into the list itself. */
export function readHostList(list: string, draft: Draft, findings: Findings): void {
  const source = { file: '-i', text: list };
  let offset = 0;
  for (const part of list.split(',')) {
    const name = part.trim();
    const from = offset + part.indexOf(name);
    if (name !== '') declareHosts(draft, name, 'ungrouped', placeOnLine(source, 1, from, from + name.length), findings);
    offset += part.length + 1;
  }
}
