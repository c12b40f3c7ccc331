import { isObject } from '../../model/json.ts';
import { type Located, parseYaml } from '../parse-yaml.ts';
import type { Source } from '../source.ts';
import type { Draft } from './draft.ts';
import { parseAnsibleYaml } from './parse-ansible-yaml.ts';
import { type Findings, fileStart } from './place.ts';
import { readAnsibleYaml } from './read-ansible-yaml.ts';
import { readOwnYaml } from './read-own-yaml.ts';

/** Adds a YAML inventory to the draft: ours, or Ansible's, as its top keys tell. */
export function readYaml(source: Source, draft: Draft, findings: Findings): void {
  const located = parseAnsibleYaml(source, findings);
  if (!located) return;
  const format = formatOf(located.value);
  if (format === 'ansible') readAnsibleYaml(located, draft, findings);
  else if (format !== 'own') sayAmbiguous(located, format, findings);
  else if (source.sealed === true) refuseSealed(source, findings);
  else if (located.source.text === source.text) readOwnYaml(located, draft, findings);
  // Ours knows no tags: read as it was written, they are errors.
  else findings.add(parseYaml(source).diagnostics);
}

function refuseSealed({ file }: Source, findings: Findings): void {
  findings.error(fileStart(file), 'inventory/vault', {
    message: 'an inventory in our own format cannot be encrypted as a whole',
    help: 'put what is secret into group_vars/ or host_vars/ beside it, and encrypt that',
  });
}

const ownKeys: ReadonlySet<string> = new Set(['inventory', 'connect', 'vars', 'groups', 'hosts']);

interface Ambiguous {
  readonly ours: string;
  readonly ansibles: string;
}

/**
 * Ours has only our keys at the top, or the name `inventory:`. Ansible's has groups there, of any name. Both at once could
 * be a slip in either.
 */
function formatOf(value: unknown): 'own' | 'ansible' | Ambiguous {
  if (!isObject(value)) return 'ansible';
  const keys = Object.keys(value);
  if (keys.every((key) => ownKeys.has(key)) || typeof value['inventory'] === 'string') return 'own';
  const ours = keys.find((key) => ownKeys.has(key) && !looksLikeGroup(value[key]));
  const ansibles = keys.find((key) => !ownKeys.has(key) && (looksLikeGroup(value[key]) || value[key] === null));
  if (ours === undefined) return 'ansible';
  return ansibles === undefined ? 'own' : { ours, ansibles };
}

function looksLikeGroup(value: unknown): boolean {
  return isObject(value) && ['hosts', 'children', 'vars'].some((key) => key in value);
}

function sayAmbiguous(located: Located, { ours, ansibles }: Ambiguous, findings: Findings): void {
  const place = { source: located.source, range: () => located.rangeOf([ansibles], 'key') };
  findings.error(place, 'inventory/ambiguous', {
    message: `\`${ours}\` at the top is our own format, \`${ansibles}\` would be a group in Ansible's`,
    help: `in ours, groups stand under \`groups\`; in Ansible's, everything stands in a group such as \`all\``,
  });
}
