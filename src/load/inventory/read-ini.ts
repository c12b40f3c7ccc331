import { didYouMean } from '../../expr/suggest.ts';
import type { Source } from '../source.ts';
import { declareHosts } from './declare-hosts.ts';
import { addChildOrSay, type Draft, groupIn, type Scope } from './draft.ts';
import { groupNameProblem } from './host-name.ts';
import { type Findings, type Place, placeOnLine } from './place.ts';
import { pythonLiteral } from './python-literal.ts';
import { setVar } from './set-var.ts';
import { shellWords, type Word } from './shell-words.ts';

type Section = { readonly group: string; readonly kind: 'hosts' | 'vars' | 'children' | 'broken' };

/** A mention of a group that some other section must declare. */
interface Mention {
  readonly group: string;
  readonly place: Place;
  /** Absent: `[group:vars]`. */
  readonly parent?: string;
}

/** One line without surrounding white space, and where it begins. */
interface Line {
  readonly text: string;
  readonly number: number;
  readonly indent: number;
}

/**
 * Adds an inventory in Ansible's INI format to the draft: groups, `:vars`, `:children`, ranges, ports and inline
 * variables, with values typed as Python literals.
 */
export function readIni(source: Source, draft: Draft, findings: Findings): void {
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  const mentions: Mention[] = [];
  const declared = new Set(draft.groups.keys());
  for (const line of linesOf(source)) {
    const control = line.text.search(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
    if (control >= 0) {
      const problem = { message: 'the line holds a control character' };
      findings.error(placeIn(line, control, control + 1), 'inventory/control-character', problem);
      continue;
    }
    if (line.text.startsWith('[') && /\]\s*(?:#.*)?$/.test(line.text) && !/^\[[^\]]*\][^\s#]/.test(line.text)) {
      section = readSection(line);
      continue;
    }
    if (section.kind === 'hosts') readHost(line, section.group);
    else if (section.kind === 'vars') readVar(line, groupIn(draft, section.group).said);
    else if (section.kind === 'children') readChild(line, section.group);
  }
  for (const mention of mentions) resolveMention(mention);

  function readSection(line: Line): Section {
    const [, group = '', kind = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]/.exec(line.text) ?? [];
    const place = placeIn(line, 0, line.text.indexOf(']') + 1);
    if (group === '') {
      findings.error(place, 'inventory/bad-section', {
        message: `${line.text} is not a section`,
        help: 'write [group], [group:vars] or [group:children], without spaces',
      });
      return { group: 'ungrouped', kind: 'broken' };
    }
    if (kind !== 'hosts' && kind !== 'vars' && kind !== 'children') {
      const help = didYouMean(kind, ['vars', 'children']) ?? 'a section is [group], [group:vars] or [group:children]';
      findings.error(place, 'inventory/bad-section', { message: `\`${kind}\` is no kind of section`, help });
      return { group, kind: 'broken' };
    }
    const problem = groupNameProblem(group);
    if (problem) findings.error(placeIn(line, 1, 1 + group.length), 'inventory/bad-group-name', problem);
    if (kind === 'vars') mentions.push({ group, place });
    else declared.add(group);
    groupIn(draft, group);
    return { group, kind };
  }

  function readHost(line: Line, group: string): void {
    const split = shellWords(line.text);
    if ('unclosed' in split) {
      const place = placeIn(line, split.unclosed, line.text.length);
      findings.error(place, 'inventory/unclosed-quote', { message: 'this quote or backslash has no end' });
      return;
    }
    const [pattern, ...assignments] = split.words;
    if (!pattern) return;
    if (/^[^[\]:]+:$/.test(pattern.text) && assignments.length === 0) {
      const help = 'this looks like YAML: name the file .yaml, or write a port after the colon';
      findings.error(placeOf(line, pattern), 'inventory/bad-host-name', {
        message: 'a host name cannot end with `:`',
        help,
      });
      return;
    }
    const hosts = declareHosts(draft, pattern.text, group, placeOf(line, pattern), findings);
    for (const word of assignments) {
      const equals = word.text.indexOf('=');
      const place = placeOf(line, word);
      if (equals < 1) {
        findings.error(place, 'inventory/not-an-assignment', {
          message: `expected key=value, found ${JSON.stringify(word.text)}`,
          help: 'one host for each line; quote a value that holds spaces: key="a b"',
        });
        continue;
      }
      const given = { name: word.text.slice(0, equals), value: pythonLiteral(word.text.slice(equals + 1)), place };
      for (const [index, host] of hosts.entries())
        setVar(host.said, given, index === 0 ? findings : findings.silent, draft.vault);
    }
  }

  function readVar(line: Line, scope: Scope): void {
    const equals = line.text.indexOf('=');
    const place = placeIn(line, 0, line.text.length);
    if (equals < 1) {
      findings.error(place, 'inventory/not-an-assignment', {
        message: `expected key=value, found ${JSON.stringify(line.text)}`,
      });
      return;
    }
    const name = line.text.slice(0, equals).trim();
    setVar(scope, { name, value: pythonLiteral(line.text.slice(equals + 1).trim()), place }, findings, draft.vault);
  }

  function readChild(line: Line, parent: string): void {
    const [all = '', group = ''] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line.text) ?? [];
    const place = placeIn(line, 0, all === '' ? line.text.length : group.length);
    if (all === '') {
      findings.error(place, 'inventory/bad-group-name', {
        message: `expected the name of a group, found ${JSON.stringify(line.text)}`,
        help: '[group:children] lists one group for each line',
      });
      return;
    }
    mentions.push({ group, place, parent });
  }

  function resolveMention({ group, place, parent }: Mention): void {
    if (declared.has(group)) {
      if (parent !== undefined) addChildOrSay(draft, parent, group, place, findings);
      return;
    }
    const what = parent === undefined ? `[${group}:vars]` : `[${parent}:children]`;
    const help =
      didYouMean(
        group,
        [...declared].filter((name) => name !== 'all'),
      ) ?? `add a section [${group}]`;
    findings.error(place, 'inventory/unknown-group', {
      message: `${what} speaks of the group \`${group}\`, which no section declares`,
      help,
    });
  }

  function placeIn(line: Line, from: number, to: number): Place {
    return placeOnLine(source, line.number, line.indent + from, line.indent + to);
  }
  function placeOf(line: Line, word: Word): Place {
    return placeIn(line, word.start, word.end);
  }
}

function* linesOf(source: Source): Generator<Line> {
  let number = 0;
  for (const raw of source.text.split(/\r?\n/)) {
    number++;
    const line = number === 1 ? raw.replace(/^\ufeff/, '') : raw;
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text.startsWith(';')) continue;
    yield { text, number, indent: line.indexOf(text) };
  }
}
