import { isObject } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';
import type { Path } from '../parse-yaml.ts';
import type { AnsibleYaml } from './parse-ansible-yaml.ts';

/** Under which Ansible's JSON writes a text that is no template, whatever stands in it. */
export const unsafeMark = '__ansible_unsafe';

/**
 * A value as Ansible's YAML 1.1 would read it: plain `yes`, `0644` and `1:30` are a boolean, 420 and 90 there, while
 * quoted text stays text. What was tagged `!unsafe` is `{ __ansible_unsafe: TEXT }`, as in its JSON.
 */
export function ansibleValue(located: AnsibleYaml, value: unknown, path: Path): Value {
  if (Array.isArray(value))
    return value.map((element: unknown, index) => ansibleValue(located, element, [...path, index]));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, ansibleValue(located, member, [...path, name])]),
    );
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const written = located.writtenAt(path);
  if (written !== undefined && located.unsafe.has(written.start))
    return { [unsafeMark]: typeof value === 'string' ? value : written.text.trim() };
  return written?.style === 'plain' && !written.text.includes('\n') ? yaml11Scalar(written.text.trim()) : value;
}

const integer = /^[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$/;
const float = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** A plain scalar by the implicit resolvers of PyYAML. Dates stay text, as Ansible prints them. */
export function yaml11Scalar(text: string): string | number | boolean | null {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return true;
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return false;
  const digits = text.replaceAll('_', '');
  const negative = digits.startsWith('-');
  const unsigned = digits.replace(/^[-+]/, '');
  if (integer.test(text))
    return exact(text, negative, /^0[0-7]/.test(unsigned) ? Number.parseInt(unsigned, 8) : Number(unsigned));
  if (float.test(text)) return exact(text, negative, Number(unsigned));
  if (sexagesimal.test(text) && (/^[1-9]/.test(unsigned) || unsigned.includes('.'))) {
    return exact(
      text,
      negative,
      unsigned.split(':').reduce((sum, part) => sum * 60 + Number(part), 0),
    );
  }
  return text;
}

/** Text, where a number would lose digits. */
function exact(text: string, negative: boolean, value: number): number | string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return text;
  return negative ? -value : value;
}
