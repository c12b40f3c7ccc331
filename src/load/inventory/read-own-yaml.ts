import { didYouMean } from '../../expr/suggest.ts';
import { isObject } from '../../model/json.ts';
import { isBecomeMethod } from '../../model/runbook.ts';
import type { Value } from '../../model/value.ts';
import type { Located, Path } from '../parse-yaml.ts';
import { checkShape } from './check-shape.ts';
import { declareHosts } from './declare-hosts.ts';
import { addChildOrSay, type ConnectSettings, type Draft, groupIn, type Scope } from './draft.ts';
import { hostNameProblem } from './host-name.ts';
import type { Findings, Place } from './place.ts';
import { inventorySchema } from './schema.ts';

/** Adds an inventory in our own format to the draft. What departs from its shape is reported, and then passed over. */
export function readOwnYaml(located: Located, draft: Draft, findings: Findings): void {
  const wrong = new Set<string>();
  for (const { code, path, part, problem } of checkShape(inventorySchema, located.value)) {
    findings.error(at(path, part), code, problem);
    wrong.add(path.join('\0'));
  }
  const root = members(located.value);
  readScope(root, [], [groupIn(draft, 'all').said]);
  const groups = members(root['groups']);
  for (const name of Object.keys(groups)) if (!isWrong(['groups', name])) groupIn(draft, name);
  for (const [name, group] of Object.entries(groups))
    if (!isWrong(['groups', name])) readGroup(name, members(group), ['groups', name]);
  readHosts(root['hosts'], ['hosts'], 'ungrouped');

  function readGroup(name: string, group: Members, path: Path): void {
    readScope(group, path, [groupIn(draft, name).said]);
    readHosts(group['hosts'], [...path, 'hosts'], name);
    const children: unknown = group['children'];
    if (!Array.isArray(children)) return;
    for (const [index, child] of children.entries())
      if (typeof child === 'string') readChild(name, child, [...path, 'children', index]);
  }

  function readChild(parent: string, child: string, path: Path): void {
    if (draft.groups.has(child)) addChildOrSay(draft, parent, child, at(path), findings);
    else {
      const help = didYouMean(child, draft.groups.keys()) ?? `add it under \`groups\``;
      findings.error(at(path), 'inventory/unknown-group', { message: `there is no group \`${child}\``, help });
    }
  }

  function readHosts(value: unknown, path: Path, group: string): void {
    if (Array.isArray(value)) {
      for (const [index, pattern] of value.entries()) {
        if (typeof pattern === 'string') declare(pattern, group, at([...path, index]));
      }
      return;
    }
    for (const [pattern, host] of Object.entries(members(value))) {
      const here = [...path, pattern];
      readScope(members(host), here, declare(pattern, group, at(here, 'key')));
    }
  }

  function declare(pattern: string, group: string, place: Place): readonly Scope[] {
    return declareHosts(draft, pattern, group, place, findings).map((host) => host.said);
  }

  function readScope(value: Members, path: Path, scopes: readonly Scope[]): void {
    const settings = isWrong([...path, 'connect']) ? {} : readConnect(members(value['connect']), [...path, 'connect']);
    if (settings.address !== undefined && scopes.length > 1) {
      const message = `${scopes.length} hosts cannot share one address`;
      findings.error(at([...path, 'connect', 'address']), 'inventory/shared-address', {
        message,
        help: 'name each of them by itself',
      });
    }
    for (const scope of scopes) scope.connect = { ...scope.connect, ...settings };
    for (const [name, raw] of Object.entries(members(value['vars']))) {
      const here = [...path, 'vars', name];
      if (!isWrong(here) && isPlainVar(name, raw, here)) takeVar(scopes, name, raw as Value);
    }
  }

  function takeVar(scopes: readonly Scope[], name: string, value: Value): void {
    for (const scope of scopes) {
      scope.vars.set(name, value);
      scope.files.set(name, located.source.file);
    }
  }

  function isPlainVar(name: string, value: unknown, path: Path): boolean {
    if (/^ansible_/.test(name)) {
      const message = `\`${name}\` is no variable of our own format`;
      const help = `how hosts are reached stands in \`connect\`: ${Object.keys(inventorySchema.properties?.['connect']?.properties ?? {}).join(', ')}, and \`address\` at a host`;
      findings.error(at(path, 'key'), 'inventory/connect-in-vars', { message, help });
      return false;
    }
    if (!hasInterpolation(value)) return true;
    const message = `inventory variables are plain data: ${interpolation} }} is not evaluated here`;
    findings.error(at(path), 'inventory/expression', {
      message,
      help: 'write the value itself, or compute it in the runbook',
    });
    return false;
  }

  function readConnect(value: Members, path: Path): ConnectSettings {
    const text = (key: string): string | undefined => {
      const member = value[key];
      return typeof member === 'string' && !isWrong([...path, key]) ? member : undefined;
    };
    const address = text('address');
    const problem = address === undefined ? undefined : hostNameProblem(address);
    if (problem) findings.error(at([...path, 'address']), 'inventory/bad-host-name', problem);
    const { port, become } = value;
    const [user, privateKeyFile, transport, becomeUser, becomeMethod] = [
      text('user'),
      text('private_key_file'),
      text('transport'),
      text('become'),
      text('become_method'),
    ];
    return {
      ...(address === undefined ? {} : { address }),
      ...(typeof port === 'number' && !isWrong([...path, 'port']) ? { port } : {}),
      ...(user === undefined ? {} : { user }),
      ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
      ...(typeof become === 'boolean'
        ? { become, becomeUser: 'root' }
        : becomeUser === undefined
          ? {}
          : { become: true, becomeUser }),
      ...(isBecomeMethod(becomeMethod) ? { becomeMethod } : {}),
      ...(transport === 'ssh' || transport === 'openssh' || transport === 'local' ? { transport } : {}),
    };
  }

  function isWrong(path: Path): boolean {
    return wrong.has(path.join('\0'));
  }
  function at(path: Path, part: 'key' | 'value' = 'value'): Place {
    return { source: located.source, range: () => located.rangeOf(path, part) };
  }
}

const interpolation = `$${'{{'}`;

interface Members {
  readonly [name: string]: unknown;
}
function members(value: unknown): Members {
  return isObject(value) ? value : {};
}

function hasInterpolation(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(interpolation);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInterpolation);
}
