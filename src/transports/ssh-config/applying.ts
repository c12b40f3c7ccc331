import { matchesPatterns } from '../glob.ts';
import type { Directive } from './read-files.ts';
import type { SshTarget } from './ssh-config.ts';
import type { Line } from './words.ts';

/** Whether a condition holds; `unsure`: only OpenSSH itself can tell (`Match exec`, `final`, …). */
type Truth = 'yes' | 'no' | 'unsure';

export interface Applying {
  /** In order; the first of a keyword counts. */
  readonly directives: readonly (Directive & { readonly truth: 'yes' | 'unsure' })[];
  /** A `Match exec` stands where this host could meet it. */
  readonly hasMatchExec: boolean;
}

/** What of the files applies to a target, or may apply. `ownName`: the user who runs this. */
export function applying(directives: readonly Directive[], target: SshTarget, ownName: string): Applying {
  const found: (Directive & { readonly truth: 'yes' | 'unsure' })[] = [];
  const state: State = { target, ownName, hostName: undefined, user: undefined, hasMatchExec: false };
  // Conditions are decided where they stand: `Match host` sees a HostName that was said above it, and none below.
  const decided = new Map<Line, Truth>();
  for (const directive of directives) {
    let truth: Truth = 'yes';
    for (const condition of directive.conditions) {
      const one = decided.get(condition) ?? decide(condition, state);
      decided.set(condition, one);
      if (one === 'no') truth = 'no';
      else if (one === 'unsure' && truth === 'yes') truth = 'unsure';
      if (truth === 'no') break;
    }
    if (truth === 'no') continue;
    found.push({ ...directive, truth });
    const [word] = directive.words;
    if (directive.keyword === 'hostname') state.hostName ??= { said: word ?? '', truth };
    if (directive.keyword === 'user') state.user ??= { said: word ?? '', truth };
    if (directive.keyword === 'include') {
      // What stands in a file that we cannot find may be said from here on.
      state.hostName ??= { said: '', truth: 'unsure' };
      state.user ??= { said: '', truth: 'unsure' };
    }
  }
  return { directives: found, hasMatchExec: state.hasMatchExec };
}

interface State {
  readonly target: SshTarget;
  readonly ownName: string;
  hostName: { readonly said: string; readonly truth: 'yes' | 'unsure' } | undefined;
  user: { readonly said: string; readonly truth: 'yes' | 'unsure' } | undefined;
  hasMatchExec: boolean;
}

function decide(condition: Line, state: State): Truth {
  if (condition.keyword === 'host') return truthOf(matchesPatterns(condition.words, state.target.address));
  let all: Truth = 'yes';
  let execs = false;
  const words = [...condition.words];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, not, name, inline] = /^(!?)([A-Za-z]+)(?:=(.*))?$/s.exec(word) ?? [];
    const kind = name?.toLowerCase() ?? '';
    const takesValue = !['all', 'canonical', 'final'].includes(kind);
    const value = takesValue ? (inline ?? words.shift() ?? '') : '';
    const one = criterion(kind, value, state);
    execs ||= kind === 'exec';
    const turned = not === '!' ? opposite(one) : one;
    if (turned === 'no') return 'no';
    if (turned === 'unsure') all = 'unsure';
  }
  if (execs) state.hasMatchExec = true;
  return all;
}

function criterion(kind: string, value: string, state: State): Truth {
  const patterns = value.split(',');
  const { target, ownName, hostName, user } = state;
  switch (kind) {
    case 'all':
      return 'yes';
    case 'originalhost':
      return truthOf(matchesPatterns(patterns, target.address));
    case 'host':
      if (hostName?.truth === 'unsure') return 'unsure';
      return truthOf(matchesPatterns(patterns, expandHostName(hostName?.said, target.address)));
    case 'user':
      if (target.user === undefined && user?.truth === 'unsure') return 'unsure';
      return truthOf(matchesPatterns(patterns, target.user ?? user?.said ?? ownName));
    case 'localuser':
      return truthOf(matchesPatterns(patterns, ownName));
    default:
      return 'unsure';
  }
}

/** `HostName` with `%h` and `%%`. */
export function expandHostName(said: string | undefined, address: string): string {
  return said === undefined ? address : said.replace(/%([h%])/g, (_, token) => (token === 'h' ? address : '%'));
}

function truthOf(holds: boolean): Truth {
  return holds ? 'yes' : 'no';
}

function opposite(truth: Truth): Truth {
  if (truth === 'unsure') return truth;
  return truth === 'yes' ? 'no' : 'yes';
}
