import type { Host, Inventory } from '../model/inventory.ts';
import { unfoldNames } from '../model/unfold-names.ts';
import { compileGlob, compileRegex, type NamePattern } from './name-pattern.ts';
import { splitPattern } from './split-pattern.ts';

/** The hosts a pattern stands for, in its order; or why it stands for nothing. */
export type Selection =
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly Host[];
      /** Parts of the pattern that matched nothing, as written. */
      readonly unmatched: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly message: string; readonly help?: string };

/** Stays inside this file: a part of the pattern that cannot be read. */
class PatternError extends Error {}

const maxPatternLength = 100_000;
const maxPartLength = 1000;

/**
 * Ansible's pattern grammar: unions `a:b` or `a,b`, `:&c` (and in), `:!d` (and not in), host and group names, globs,
 * `~regex` from a name's start, `[0]` `[-1]` `[0:5]` of what the part before it gives. First the unions, then all `&`,
 * then all `!`, wherever they stand; without a union `all` is meant. Nothing is made up: `localhost` is a host like others.
 * Beyond it, what runs print of several hosts, `web[01-03,07]`, is taken.
 */
export function selectHosts(inventory: Inventory, pattern: string): Selection {
  if (pattern.length > maxPatternLength) return { kind: 'invalid', message: 'the pattern is too long' };
  const split = splitPattern(pattern);
  if ('message' in split) return { kind: 'invalid', ...split };
  const { parts } = split;
  const [empty] = parts.filter((part) => part === '' || part === '!' || part === '&');
  if (empty !== undefined)
    return { kind: 'invalid', message: `\`${empty}\` names nothing in ${JSON.stringify(pattern)}` };
  if (parts.length === 0)
    return { kind: 'invalid', message: 'the pattern is empty', help: 'write `all` for all hosts' };
  try {
    return evaluate(inventory, parts);
  } catch (error) {
    if (error instanceof PatternError) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

/**
 * The runbook's `hosts:` narrowed by `-l`, in the order of `hosts:`. An empty limit is invalid: it never means "all".
 * A `@file` must have been read by the caller; its lines may stand in the limit as they are.
 */
export function limitHosts(inventory: Inventory, pattern: string, limit: string | undefined): Selection {
  const whole = selectHosts(inventory, pattern);
  if (limit === undefined || whole.kind === 'invalid') return whole;
  const narrowed = selectHosts(inventory, limit);
  if (narrowed.kind === 'invalid') {
    if (!/^[\s,:]*$/.test(limit)) return { ...narrowed, message: `in the limit: ${narrowed.message}` };
    return { kind: 'invalid', message: 'the limit is empty', help: 'leave -l out to take all hosts of the runbook' };
  }
  const kept = new Set(narrowed.hosts.map((host) => host.name));
  const hosts = whole.hosts.filter((host) => kept.has(host.name));
  return { kind: 'hosts', hosts, unmatched: [...new Set([...whole.unmatched, ...narrowed.unmatched])] };
}

function evaluate(inventory: Inventory, parts: readonly string[]): Selection {
  const unmatched: string[] = [];
  const byName = new Map(inventory.hosts.map((host) => [host.name, host]));
  const named = (part: string): readonly string[] => {
    const inner = part.replace(/^[&!]/, '');
    const names = byName.has(inner) ? [inner] : asFolded(inner, match(inventory, inner), byName);
    if (names.length === 0) unmatched.push(part);
    return names;
  };
  const unions = parts.filter((part) => !/^[&!]/.test(part));
  let names = new Set((unions.length === 0 ? ['all'] : unions).flatMap(named));
  for (const part of parts.filter((each) => each.startsWith('&'))) {
    const wanted = new Set(named(part));
    names = new Set([...names].filter((name) => wanted.has(name)));
  }
  for (const part of parts.filter((each) => each.startsWith('!'))) for (const name of named(part)) names.delete(name);
  const hosts = [...names].map((name) => byName.get(name)).filter((host) => host !== undefined);
  return { kind: 'hosts', hosts, unmatched };
}

/**
 * `web[01-03]` as runs print it, where each of these is a host. Ansible's meaning (a glob, or some hosts of the group `web`) goes
 * before; where there are both, and they differ, neither is taken.
 */
function asFolded(part: string, matched: readonly string[], known: ReadonlyMap<string, unknown>): readonly string[] {
  const folded = unfoldNames(part, known.size);
  if (folded === undefined || !folded.every((name) => known.has(name))) return matched;
  if (matched.length === 0 || sameNames(matched, folded)) return folded;
  const shown = folded.length > 3 ? `${folded.slice(0, 2).join(',')},…,${folded.at(-1)}` : folded.join(',');
  throw new PatternError(
    `${part} may be ${shown}, or for Ansible ${matched.slice(0, 3).join(',')}${matched.length > 3 ? ',…' : ''}: name them one by one`,
  );
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  const all = new Set([...some, ...others]);
  return all.size === new Set(some).size && all.size === new Set(others).size;
}

/** Names of the hosts that one part stands for, which is not just a host's name. */
function match(inventory: Inventory, part: string): readonly string[] {
  if (part.length > maxPartLength)
    throw new PatternError(`a part of the pattern is longer than ${maxPartLength} characters`);
  const subscript = part.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part);
  if (!subscript) return enumerate(inventory, part);
  const [, inner = '', index, first, last] = subscript;
  const names = [...new Set(enumerate(inventory, inner))];
  if (index !== undefined) return names.slice(Number(index)).slice(0, 1);
  return names.slice(Number(first), last ? Number(last) + 1 : undefined);
}

function enumerate(inventory: Inventory, part: string): readonly string[] {
  const pattern = compile(part);
  const groups = [...inventory.groups].filter(([name]) => pattern(name));
  const names = groups.flatMap(([, hosts]) => hosts);
  if (groups.length > 0 && !/^~|[.?*[]/.test(part)) return names;
  return [...names, ...inventory.hosts.map((host) => host.name).filter((name) => pattern(name))];
}

function compile(part: string): NamePattern {
  if (!part.startsWith('~')) return compileGlob(part);
  const regex = compileRegex(part.slice(1));
  if (typeof regex === 'function') return regex;
  throw new PatternError(`${JSON.stringify(part)} is no regular expression: ${regex.fault}`);
}
