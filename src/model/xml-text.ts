import { safeText } from './safe-text.ts';

/** Text as it may stand in XML, in an attribute too. What XML has no way to write is made visible, or replaced. */
export function xmlText(text: string): string {
  return safeText(text)
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
