import type { Step } from '../model/runbook.ts';
import type { HostEnd } from './host-end.ts';

/** A `for_each` step's title without its items: up to the first interpolation. */
export function firstWords(step: Step): string {
  const words = step.title.split('${{')[0]?.replace(/[\s:(]+$/, '') ?? '';
  return words === '' ? step.id : words;
}

/** Why the steps after an end are not run. */
export function endText(end: HostEnd): string {
  switch (end.kind) {
    case 'concluded':
      return 'the host was concluded';
    case 'refused':
      return end.reason;
    case 'interrupted':
      return end.reason;
    default:
      return `step ${end.step} ended this host`;
  }
}
