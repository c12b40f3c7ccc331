import { typeOf } from './context.ts';
import { literalSpec, spelling } from './file-contexts.ts';
import { isSpecific, ownerOf, webRuntimeType } from './label-owner.ts';
import type { Access, SocketNeed } from './needs.ts';
import { labelNeverOpened } from './never-opened.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { isRuntimePath, isRuntimeRoot, isSystems } from './runtime-path.ts';

/** A label that is given. */
export interface GivenLabel {
  /** The label rule's regular expression; where no rule is made, the path as one. */
  readonly path: string;
  readonly type: string;
  /** What is relabelled at once. */
  readonly restore: string;
  /** A rule is made; false: the policy's own rule is right, and only the label is put back. */
  readonly rule: boolean;
}

/** What lets nginx as far as the socket: labels, and rules for labels that stay. */
export interface LabelFix {
  readonly fcontexts: readonly GivenLabel[];
  readonly rules: readonly Access[];
  readonly opens: readonly Access[];
  /** The directory gets another label, which has to outlive a reboot. */
  readonly directory: boolean;
}

/** What has no safe remedy, and why. */
export interface Unsolved {
  readonly access: string;
  readonly why: string;
}

const elsewhere = 'move the socket below /run';
const ownDirectory = 'give it a directory of its own';

/** How the labels on the way to a socket are mended, or why they are not. */
export function labelFix(facts: PolicyFacts, worker: string, need: SocketNeed): LabelFix | Unsolved {
  const place = placeOf(facts, need);
  const { socket, directory, belowRun } = place;
  const above = need.closed.filter((path) => path !== directory);
  if (above.length > 0) {
    const instead = belowRun ? 'give the socket a directory of its own directly below /run' : elsewhere;
    return no(need, `nginx may not enter ${above.join(', ')}: ${instead}`);
  }
  const closed = closedType(facts, socket, belowRun);
  if (closed !== undefined || /^\/(?:home|root|tmp|var\/tmp)(?:\/|$)/.test(socket.path)) {
    const whose = closed === undefined ? '' : ` (${closed})`;
    return no(need, `a rule or label in ${directory}${whose} would open home, temporary or system files: ${elsewhere}`);
  }
  if (isSystems(directory)) {
    return no(need, `${directory} is the system’s, or shared by many programs: ${ownDirectory} directly below /run`);
  }
  const owned = isSpecific(facts, socket.expected) ? asTheRulesSay(facts, worker, need, place) : undefined;
  return owned ?? newLabel(facts, worker, need, place);
}

/** Where the socket stands, with types under the policy's own names. */
interface Place {
  readonly socket: SocketNeed['socket'];
  readonly directory: string;
  readonly belowRun: boolean;
  /** Types of the directory and of the socket, and those that the rules give them; `""`: none. */
  readonly is: { readonly directory: string; readonly socket: string };
  readonly wanted: { readonly directory: string; readonly socket: string };
}

function placeOf(facts: PolicyFacts, { socket }: SocketNeed): Place {
  const above = socket.directories[0] ?? { path: '/', label: '', expected: '' };
  return {
    socket,
    directory: above.path,
    belowRun: isRuntimePath(socket.path),
    is: { directory: facts.canonical(typeOf(above.label)), socket: facts.canonical(typeOf(socket.label)) },
    wanted: { directory: facts.canonical(above.expected), socket: facts.canonical(socket.expected) },
  };
}

/**
 * The rules name the socket's owner: its label is put back where it differs, and what nginx may not do to that label
 * becomes a rule. `undefined` where the web server owns it, but its directory has no owner, and is closed.
 */
function asTheRulesSay(
  facts: PolicyFacts,
  worker: string,
  need: SocketNeed,
  { socket, directory, belowRun, is, wanted }: Place,
): LabelFix | Unsolved | undefined {
  const closed = need.closed.includes(directory);
  const directoryIsWrong =
    is.directory !== '' && isSpecific(facts, wanted.directory) && is.directory !== wanted.directory;
  const socketIsWrong = is.socket !== '' && is.socket !== wanted.socket;
  if (closed && directoryIsWrong && !belowRun) {
    const labels = `labelled ${is.directory}, where the policy’s rules say ${wanted.directory}`;
    return no(need, `${directory} is ${labels}: nginx may not enter it until somebody puts its label back`);
  }
  if (socketIsWrong && isRuntimeRoot(directory)) return no(need, lostAtRestart(directory));
  const restores = directoryIsWrong && belowRun;
  const entered = restores ? wanted.directory : is.directory;
  const search = labelAccess(worker, entered, 'dir', 'search');
  const write = labelAccess(worker, wanted.socket, 'sock_file', 'write');
  const stays = need.labelRefused ? 'no' : 'yes';
  const links = [
    ...(restores ? [{ access: search, allowed: answerAbout(facts, search, socket.directories[0]?.expected) }] : []),
    ...(closed && !restores ? [{ access: search, allowed: 'no' }] : []),
    {
      access: write,
      allowed: is.socket === wanted.socket ? stays : answerAbout(facts, write, socket.expected),
    },
  ];
  const unknown = links.find(({ allowed }) => allowed === 'unknown');
  if (unknown !== undefined) return no(need, `the kernel gives no answer about ${unknown.access.target}`);
  const rules = links.flatMap(({ access, allowed }) => (allowed === 'no' ? [access] : []));
  if (rules.some(({ target }) => !isSpecific(facts, target))) {
    if (ownerOf(facts, wanted.socket) === 'web') return undefined;
    const whose = `the socket belongs to ${wanted.socket}, and nginx may not enter ${directory} (${entered})`;
    return no(need, `${whose}, which a rule would open for more than this socket: ${ownDirectory} below /run`);
  }
  for (const { target } of rules) {
    const why = labelNeverOpened(target);
    if (why !== undefined) return no(need, `nginx is never let at ${target}: ${why}`);
  }
  // With the directory goes all that is in it, each with the label of its own rule.
  const restored = restores
    ? [{ path: directory, type: wanted.directory }]
    : socketIsWrong
      ? [{ path: socket.path, type: wanted.socket }]
      : [];
  return {
    fcontexts: restored.map(({ path, type }) => ({
      path: literalSpec(spelling(path, facts.equivalences)),
      type,
      restore: path,
      rule: false,
    })),
    rules,
    opens: links.map(({ access }) => access),
    directory: restores,
  };
}

/** Nobody owns the directory or anything in it: a rule gives all of it to the web server. */
function newLabel(
  facts: PolicyFacts,
  worker: string,
  need: SocketNeed,
  { directory, belowRun, is, wanted }: Place,
): LabelFix | Unsolved {
  const owned = [is.directory, wanted.directory, is.socket, wanted.socket, ...need.socket.within]
    .map((type) => facts.canonical(type))
    .find((type) => ownerOf(facts, type) === 'service');
  if (owned !== undefined) {
    const instead = `${ownDirectory} below /run`;
    return no(
      need,
      `${directory} belongs to ${owned}, or holds what does: the web server’s label would take it away; ${instead}`,
    );
  }
  if (!belowRun) {
    const why = `a label in ${directory} would also be that of other files, since it is no runtime directory`;
    return no(need, `${why}: ${elsewhere}`);
  }
  if (isRuntimeRoot(directory)) return no(need, lostAtRestart(directory));
  if (!facts.canLabel) {
    const why = 'a label rule needs semanage (package policycoreutils-python-utils; -e install_tools=true installs it)';
    return no(need, why);
  }
  const type = webRuntimeType(facts, worker);
  if (type === undefined) return no(need, 'this policy has no label for sockets that nginx may write');
  const spec = `${literalSpec(spelling(directory, facts.equivalences))}(/.*)?`;
  return {
    fcontexts: [{ path: spec, type, restore: directory, rule: true }],
    rules: [],
    opens: [labelAccess(worker, type, 'dir', 'search'), labelAccess(worker, type, 'sock_file', 'write')],
    directory: true,
  };
}

/**
 * The type, if any, that no rule may open. Below /run a label that no rule gives came along with a moved file, and is
 * put right together with its directory.
 */
function closedType(facts: PolicyFacts, socket: SocketNeed['socket'], belowRun: boolean): string | undefined {
  const own = { label: socket.label, expected: socket.expected };
  return [own, ...socket.directories]
    .flatMap(({ label, expected }) => (belowRun ? [expected] : [typeOf(label), expected]))
    .map((type) => facts.canonical(type))
    .find((type) => ownerOf(facts, type) === 'closed');
}

/** The kernel was asked about the type as the rule spells it, which may be an alias. */
function answerAbout(facts: PolicyFacts, { source, target, class: name, permission }: Access, spelled = target) {
  const answer = facts.ask(source, spelled, name, permission);
  return answer === 'unknown' ? facts.ask(source, target, name, permission) : answer;
}

function labelAccess(worker: string, target: string, className: string, permission: string): Access {
  return { source: worker, target, class: className, permission };
}

function lostAtRestart(directory: string): string {
  return `it stands directly in ${directory}, where a label is lost when the application restarts: ${ownDirectory}`;
}

function no(need: SocketNeed, why: string): Unsolved {
  return { access: `reach the socket ${need.socket.path}`, why };
}
