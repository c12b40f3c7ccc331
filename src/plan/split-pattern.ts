import { isIPv6 } from 'node:net';

/**
 * The parts of a pattern. A comma or a line end separates always; a colon only where no comma stands, outside brackets
 * and outside an IPv6 address, as in Ansible. White space around parts is dropped, and lines that begin with `#` are.
 */
export function splitPattern(
  pattern: string,
): { readonly parts: readonly string[] } | { readonly message: string; readonly help?: string } {
  const lines = pattern.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  const text = lines.join(',');
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text.replaceAll('\t', ' ')))
    return { message: 'a control character in the pattern' };
  const parts = text.includes(',') ? splitAtCommas(text) : splitAtColons(text);
  if (!parts)
    return {
      message: `a bracket without its partner in ${JSON.stringify(text)}`,
      help: 'a subscript is [0], [-1] or [0:5]',
    };
  const trimmed = parts.map((part) => part.trim()).filter((part) => part !== '');
  const file = trimmed.find((part) => part.startsWith('@'));
  if (file !== undefined) return { message: `${file}: a file of hosts stands alone in -l` };
  return { parts: trimmed };
}

/** A comma between numbers in brackets is one of our own words for several names: `web[01-03,07]`. */
function splitAtCommas(text: string): readonly string[] {
  return text.split(/,(?![\d,-]{1,200}\])/);
}

function splitAtColons(text: string): readonly string[] | undefined {
  if (isIPv6(text.trim())) return [text];
  const parts = [''];
  let open = false;
  for (const character of text) {
    if (character === '[') open = true;
    else if (character === ']') open = false;
    if (!open && /[:\s]/.test(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return open ? undefined : parts;
}
