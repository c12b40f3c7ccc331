import { didYouMean } from '../../expr/suggest.ts';
import { isObject } from '../../model/json.ts';
import type { Path } from '../parse-yaml.ts';
import { ansibleValue } from './ansible-value.ts';
import { declareHosts } from './declare-hosts.ts';
import { addChildOrSay, type Draft, groupIn, type Scope } from './draft.ts';
import { groupNameProblem } from './host-name.ts';
import { type AnsibleYaml, ansibleItself } from './parse-ansible-yaml.ts';
import type { Findings, Place } from './place.ts';
import { setVar } from './set-var.ts';

const sections = ['hosts', 'children', 'vars'];

/** Adds an inventory in Ansible's YAML format (groups with `hosts`, `children` and `vars`) to the draft. */
export function readAnsibleYaml(located: AnsibleYaml, draft: Draft, findings: Findings): void {
  if (!isObject(located.value)) {
    const help =
      Array.isArray(located.value) && located.value.some(isObject)
        ? 'a list at the top is a playbook; an inventory is a mapping of groups'
        : 'an inventory in INI format is named without .yaml';
    findings.error(at([]), 'inventory/wrong-type', { message: 'an inventory must be a mapping', help });
    return;
  }
  if ('plugin' in located.value) {
    findings.error(at(['plugin'], 'key'), 'inventory/plugin', {
      message: 'this configures an inventory plugin of Ansible, which is not run here',
      help: ansibleItself,
    });
    return;
  }
  for (const [name, group] of Object.entries(located.value)) readGroup(name, group, [name]);

  function readGroup(name: string, value: unknown, path: Path): void {
    const problem = groupNameProblem(name);
    if (problem) {
      findings.error(at(path, 'key'), 'inventory/bad-group-name', problem);
      return;
    }
    const group = groupIn(draft, name);
    for (const [section, content] of entries(value, path, `group \`${name}\``)) {
      const here = [...path, section];
      if (section === 'vars') readVars(content, here, [group.said]);
      else if (section === 'children') readChildren(content, here, name);
      else if (section === 'hosts') readHosts(content, here, name);
      else {
        const help =
          didYouMean(section, sections) ?? `a group has ${sections.join(', ')}; groups inside it go under \`children\``;
        findings.error(at(here, 'key'), 'inventory/unknown-key', {
          message: `unknown key \`${section}\` in group \`${name}\``,
          help,
        });
      }
    }
  }

  function readChildren(value: unknown, path: Path, parent: string): void {
    for (const [child, content] of entries(value, path, '`children`')) {
      const here = [...path, child];
      addChildOrSay(draft, parent, child, at(here, 'key'), findings);
      readGroup(child, content, here);
    }
  }

  function readHosts(value: unknown, path: Path, group: string): void {
    for (const [pattern, content] of entries(value, path, '`hosts`')) {
      const here = [...path, pattern];
      const hosts = declareHosts(draft, pattern, group, at(here, 'key'), findings);
      readVars(
        content,
        here,
        hosts.map((host) => host.said),
      );
    }
  }

  function readVars(value: unknown, path: Path, scopes: readonly Scope[]): void {
    for (const [name, raw] of entries(value, path, 'vars')) {
      const here = [...path, name];
      const given = { name, value: ansibleValue(located, raw, here), place: at(here) };
      for (const [index, scope] of scopes.entries())
        setVar(scope, given, index === 0 ? findings : findings.silent, draft.vault);
    }
  }

  /** A lone string is one key without content, as in Ansible. */
  function entries(value: unknown, path: Path, what: string): readonly [string, unknown][] {
    if (value === null || value === undefined) return [];
    if (typeof value === 'string') return [[value, null]];
    if (isObject(value)) return Object.entries(value);
    const help = Array.isArray(value) ? 'write it without `- `, with a colon behind each name' : undefined;
    findings.error(at(path), 'inventory/wrong-type', {
      message: `${what} must be a mapping`,
      ...(help ? { help } : {}),
    });
    return [];
  }

  function at(path: Path, part: 'key' | 'value' = 'value'): Place {
    return { source: located.source, range: () => located.rangeOf(path, part) };
  }
}
