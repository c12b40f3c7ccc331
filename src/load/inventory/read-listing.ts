import { isObject } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';
import { addChildOrSay, type Draft, groupIn, hostIn, type Scope } from './draft.ts';
import { groupNameProblem, hostNameProblem } from './host-name.ts';
import { type Findings, fileStart, type Problem } from './place.ts';
import { setVar } from './set-var.ts';

const maxDepth = 64;

/**
 * Adds what an inventory executable printed for `--list` to the draft: groups as lists of hosts or as
 * `{ hosts, children, vars }`, host variables under `_meta.hostvars`. Diagnostics stand at the start of the executable.
 */
export function readListing(file: string, output: string, draft: Draft, findings: Findings): void {
  const place = fileStart(file);
  const listing = parseListing(output);
  if ('problem' in listing) {
    findings.error(place, 'inventory/bad-listing', listing.problem);
    return;
  }
  const known = new Set<string>();
  for (const [name, group] of Object.entries(listing.groups)) if (name !== '_meta') readGroup(name, group);
  const hostvars = members(members(listing.groups['_meta'])['hostvars']);
  for (const [name, vars] of Object.entries(hostvars)) {
    const host = known.has(name) ? draft.hosts.get(name) : undefined;
    // Ansible, too, passes over variables of hosts that no group lists.
    if (host) readVars(host.said, vars, `host ${name}`);
  }

  function readGroup(name: string, value: unknown): void {
    if (!accepted(groupNameProblem(name), 'inventory/bad-group-name')) return;
    const group = groupIn(draft, name);
    if (Array.isArray(value)) readHosts(name, value);
    else if (!isObject(value)) wrong(`group \`${name}\` must be a list or an object`);
    else if (['hosts', 'children', 'vars'].some((key) => key in value)) {
      readHosts(name, value['hosts'] ?? []);
      readVars(group.said, value['vars'] ?? {}, `group ${name}`);
      readChildren(name, value['children'] ?? []);
    } else {
      readHosts(name, [name]);
      readVars(group.said, value, `group ${name}`);
    }
  }

  function readHosts(group: string, value: unknown): void {
    if (!Array.isArray(value)) wrong(`\`hosts\` of group \`${group}\` must be a list`);
    for (const name of Array.isArray(value) ? value : []) {
      if (typeof name !== 'string') wrong(`group \`${group}\` lists a host that is not text`);
      else if (accepted(hostNameProblem(name), 'inventory/bad-host-name')) {
        known.add(name);
        hostIn(draft, name, group, place);
      }
    }
  }

  function readChildren(parent: string, value: unknown): void {
    if (!Array.isArray(value)) wrong(`\`children\` of group \`${parent}\` must be a list`);
    for (const child of Array.isArray(value) ? value : []) {
      if (typeof child !== 'string') wrong(`group \`${parent}\` lists a child that is not text`);
      else if (accepted(groupNameProblem(child), 'inventory/bad-group-name'))
        addChildOrSay(draft, parent, child, place, findings);
    }
  }

  function readVars(scope: Scope, value: unknown, whose: string): void {
    if (!isObject(value)) wrong(`the variables of ${whose} must be an object`);
    const named: Findings = {
      ...findings,
      error: (at, code, problem) => findings.error(at, code, { ...problem, message: `${whose}: ${problem.message}` }),
      warning: (at, code, problem) =>
        findings.warning(at, code, { ...problem, message: `${whose}: ${problem.message}` }),
    };
    for (const [name, member] of Object.entries(members(value)))
      setVar(scope, { name, value: member as Value, place }, named, draft.vault);
  }

  function accepted(problem: Problem | undefined, code: string): boolean {
    if (problem) findings.error(place, code, problem);
    return problem === undefined;
  }
  function wrong(message: string): void {
    findings.error(place, 'inventory/bad-listing', {
      message,
      help: 'the format is that of Ansible’s inventory scripts',
    });
  }
}

function parseListing(
  output: string,
): { readonly groups: Readonly<Record<string, unknown>> } | { readonly problem: Problem } {
  if (deeperThan(output, maxDepth))
    return { problem: { message: `it printed JSON nested deeper than ${maxDepth} levels` } };
  try {
    const groups: unknown = JSON.parse(output, withoutPrototypes);
    return isObject(groups) ? { groups } : { problem: { message: 'it must print a JSON object' } };
  } catch (error) {
    if (error instanceof SyntaxError)
      return { problem: { message: `it printed no JSON: ${error.message.slice(0, 200)}` } };
    throw error;
  }
}

/** Names that change an object instead of filling it are dropped. */
function withoutPrototypes(name: string, value: unknown): unknown {
  return name === '__proto__' || name === 'constructor' || name === 'prototype' ? undefined : value;
}

function deeperThan(json: string, limit: number): boolean {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > limit) return true;
  }
  return false;
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
