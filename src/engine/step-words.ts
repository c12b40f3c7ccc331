import { parseText } from '../expr/text.ts';
import type { Step } from '../model/runbook.ts';
import type { HostEnd } from './host-end.ts';

/** A step's title before its expressions have values: `…` stands for each; one at the end that only adds a name is left out. */
export function titleWithoutValues({ id, title }: Pick<Step, 'id' | 'title'>): string {
  const parts = parseText(title).parts.map((part) => (part.kind === 'text' ? part.text : '…'));
  const words = parts
    .join('')
    .replaceAll(/…+/g, '…')
    .replace(/(?:\s*[:(]\s*|(?<=\w))…[\s)]*$/, '')
    .trim();
  return words === '…' ? id : words;
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
