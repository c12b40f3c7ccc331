import { lineOf, linesOf } from './answer-lines.ts';
import { type BooleanValue, readBooleans } from './boolean-values.ts';
import { type Cause, causeKey, readCauses } from './cause.ts';
import { typeOf } from './context.ts';
import { canonicalTypes } from './context-probe.ts';
import { type Equivalence, readEquivalences } from './file-contexts.ts';
import { type KernelAnswer, parseAccess } from './kernel-access.ts';
import { type PolicyFamily, policyFamily } from './known-booleans.ts';
import { type PolicyRule, parseRule } from './policy-rule.ts';
import { type PortTable, readPortTable } from './port-table.ts';
import { samePath } from './runtime-path.ts';

/** Everything that the choice of remedies needs to know about one host. See `gather-script.ts` for where it comes from. */
export interface PolicyFacts {
  readonly mode: 'enforcing' | 'permissive' | 'disabled';
  /** These are facts of the time after a reboot, worked out from today's. */
  readonly later?: true;
  readonly booleans: ReadonlyMap<string, BooleanValue>;
  readonly family: PolicyFamily;
  /** Absent: why the port labels are not known. */
  readonly ports: PortTable | { readonly unreadable: string };
  /** semanage is there: labels can be changed. */
  readonly hasSemanage: boolean;
  /** The same, or it will be: an earlier step installs it. */
  readonly canLabel: boolean;
  readonly equivalences: readonly Equivalence[];
  readonly sockets: readonly SocketFacts[];
  /** Domains of running processes, with the names of their programs. */
  readonly processes: ReadonlyMap<string, readonly string[]>;
  /** TCP port → domains that listen there now. */
  readonly listeners: ReadonlyMap<number, readonly string[]>;
  /** What sesearch found about name_connect; absent without setools. */
  readonly rules?: readonly PolicyRule[];
  /** What audit2why says of an access that is denied now; absent where nobody asked it. */
  why(target: string, className: string, permission: string): Cause | undefined;
  /** The kernel's answer for a source, a target type or context, a class and a permission. */
  ask(source: string, target: string, className: string, permission: string): KernelAnswer['allowed'];
  /** It is denied, and a dontaudit rule keeps that out of the log. */
  hidden(source: string, target: string, className: string, permission: string): boolean;
  /** The worker's domain is permissive: nothing is denied to it. */
  readonly permissiveDomain: boolean;
  /** Alias → the policy's own name. */
  canonical(type: string): string;
  /** Whether the policy has the type; `false` also when nobody asked. */
  hasType(type: string): boolean;
}

/** One Unix socket of an upstream. */
export interface SocketFacts {
  /** Without symbolic links where the host could follow them: nginx and the application may spell it differently. */
  readonly path: string;
  /** Label of the socket, `""` when it is not there or has none. */
  readonly label: string;
  /** Type that the rules give to the socket's path, `""` without a rule. */
  readonly expected: string;
  /** The directory above it, and all above that, nearest first. */
  readonly directories: readonly { readonly path: string; readonly label: string; readonly expected: string }[];
  /** Types that anything in the directory above it has, or should have by the rules; only of directories below /run. */
  readonly within: readonly string[];
  /** Contexts of the processes that listen on it. */
  readonly listeners: readonly string[];
  /** Mode, owner and group of the directory above it: `750 app app`. */
  readonly owner: string;
  /** A unit's RuntimeDirectory or a tmpfiles rule makes the directory anew after a reboot. */
  readonly recreated: boolean;
}

/**
 * Reads what the gathering script printed for a worker's context (or type). `semanageComes`: an earlier step installs
 * semanage where it is missing.
 */
export function readFacts(stdout: string, worker: string, semanageComes = false): PolicyFacts {
  const answers = new Map<string, KernelAnswer>();
  for (const line of linesOf(stdout, 'access')) {
    const answer = parseAccess(line);
    if (answer) answers.set(question(answer.source, answer.target, answer.class, answer.permission), answer);
  }
  const known = new Set(
    linesOf(stdout, 'type').flatMap((line) => (line.endsWith(' -') ? [] : (line.split(' ')[0] ?? []))),
  );
  const booleans = readBooleans(stdout);
  const find = (source: string, target: string, className: string, permission: string) =>
    answers.get(question(source, target, className, permission)) ??
    answers.get(question(source, typeOf(target), className, permission));
  const causes = readCauses(linesOf(stdout, 'why'));
  const hasSemanage = lineOf(stdout, 'semanage') === 'yes';
  const rules = linesOf(stdout, 'rule').flatMap((line) => parseRule(line) ?? []);
  return {
    mode: readMode(lineOf(stdout, 'mode')),
    booleans,
    family: policyFamily(new Set(booleans.keys())),
    ports: readPortTable(stdout),
    hasSemanage,
    canLabel: hasSemanage || semanageComes,
    equivalences: readEquivalences(stdout),
    sockets: readSockets(stdout),
    processes: groupBy(linesOf(stdout, 'process'), (domain) => domain),
    listeners: groupBy(linesOf(stdout, 'listener'), Number),
    ...(lineOf(stdout, 'sesearch') === 'yes' && rules.length > 0 ? { rules } : {}),
    why: (target, className, permission) => causes.get(causeKey(typeOf(target), className, permission)),
    ask: (...asked) => find(...asked)?.allowed ?? 'unknown',
    hidden: (...asked) => find(...asked)?.hidden ?? false,
    permissiveDomain: [...answers.values()].some(
      (answer) => answer.permissive && typeOf(answer.source) === typeOf(worker),
    ),
    canonical: canonicalTypes(stdout),
    hasType: (type) => known.has(type),
  };
}

function question(source: string, target: string, className: string, permission: string): string {
  return `${source} ${target} ${className} ${permission}`;
}

function readMode(word: string | undefined): PolicyFacts['mode'] {
  return word === 'enforcing' || word === 'permissive' ? word : 'disabled';
}

/** `KEY VALUE` lines, the values of one key together, each once. */
function groupBy<K>(lines: readonly string[], keyOf: (word: string) => K): ReadonlyMap<K, readonly string[]> {
  const groups = new Map<K, string[]>();
  for (const line of lines) {
    const space = line.indexOf(' ');
    const key = keyOf(line.slice(0, space));
    const value = line.slice(space + 1).trim();
    const group = groups.get(key) ?? [];
    if (!group.includes(value)) group.push(value);
    groups.set(key, group);
  }
  return groups;
}

function readSockets(stdout: string): readonly SocketFacts[] {
  const at = new Map(linesOf(stdout, 'label').map((line) => [afterWord(line), firstWord(line)]));
  const expected = new Map(linesOf(stdout, 'expected').map((line) => [afterWord(line), typeOf(firstWord(line))]));
  const owners = new Map(
    linesOf(stdout, 'owner').map((line) => [line.split(' ').slice(3).join(' '), line.split(' ').slice(0, 3).join(' ')]),
  );
  const unix = linesOf(stdout, 'unix-listener');
  return [...new Set(linesOf(stdout, 'socket'))].map((path) => ({
    path,
    label: plainLabel(at.get(path)),
    expected: expected.get(path) ?? '',
    directories: parents(path).map((directory) => ({
      path: directory,
      label: plainLabel(at.get(directory)),
      expected: expected.get(directory) ?? '',
    })),
    within: linesOf(stdout, 'within')
      .filter((line) => afterWord(line) === parents(path)[0])
      .map(firstWord),
    listeners: [...new Set(unix.filter((line) => samePath(afterWord(line), path)).map(firstWord))],
    owner: owners.get(parents(path)[0] ?? '/') ?? '',
    recreated: linesOf(stdout, 'recreated').includes(parents(path)[0] ?? '/'),
  }));
}

function plainLabel(label: string | undefined): string {
  return label === undefined || typeOf(label) === '' ? '' : label;
}

/** `/run/app/app.sock` → `/run/app`, `/run`, `/`. */
function parents(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at));
  return [...found, '/'];
}

function firstWord(line: string): string {
  return line.slice(0, line.indexOf(' '));
}
function afterWord(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}
