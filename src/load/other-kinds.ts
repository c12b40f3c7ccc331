import { isObject } from '../model/json.ts';
import type { Path } from './parse-yaml.ts';
import { makeDiagnostic, type Source } from './source.ts';

/** A file that was taken for a runbook, and is something else. */
export interface OtherKind {
  readonly code: 'runbook/is-inventory' | 'runbook/is-cases' | 'runbook/is-recording';
  readonly message: string;
  readonly help: string;
  /** Of the key that tells. */
  readonly path: Path;
}

/** What a document is by its keys, if it is no runbook but something else of ours, or an inventory of Ansible's. */
export function otherKind(value: unknown, file: string): OtherKind | undefined {
  if (!isObject(value) || ['title', 'steps', 'symptom', 'params'].some((key) => key in value)) return undefined;
  const keys = Object.keys(value);
  if ('cases' in value) return { ...cases(file), path: ['cases'] };
  if ('recording' in value && 'readings' in value) return { ...recording, path: ['recording'] };
  const telling = keys.find((key) => key === 'groups' || isHosts(key, value[key]) || isGroup(value[key]));
  const isInventory = telling !== undefined && !('runbook' in value);
  return isInventory ? { ...inventory(file), path: [telling] } : undefined;
}

/** The same for a text that is no mapping: an inventory in Ansible's INI has `[group]` alone on a line. */
export function iniInventory(source: Source) {
  const found = /^\[[\w.-]+(?::(?:children|vars))?\][ \t]*$/m.exec(source.text);
  if (found === null) return undefined;
  const { code, message, help } = inventory(source.file);
  return makeDiagnostic(source, code, found.index, found.index + found[0].trimEnd().length, message, help);
}

/** In a runbook `hosts` is a pattern. */
function isHosts(key: string, value: unknown): boolean {
  return key === 'hosts' && typeof value === 'object';
}

/** A group of Ansible's: `web: { hosts: … }`. */
function isGroup(value: unknown): boolean {
  return isObject(value) && ['hosts', 'children'].some((key) => isObject(value[key]) || value[key] === null);
}

const inventory = (file: string) =>
  ({
    code: 'runbook/is-inventory',
    message: 'this is an inventory, not a runbook',
    help: `look at it with: mendgate hosts -i ${file}`,
  }) as const;
const cases = (file: string) =>
  ({
    code: 'runbook/is-cases',
    message: 'this is a file of test cases, not a runbook',
    help: `run it with: mendgate test ${file}`,
  }) as const;
const recording = {
  code: 'runbook/is-recording',
  message: 'this is a recording of a host, not a runbook',
  help: 'a case of a runbook answers with it: host: { recording: THIS FILE }',
} as const;
