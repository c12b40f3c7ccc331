import { typeOf } from './context.ts';
import { literalSpec, spelling } from './file-contexts.ts';
import type { Access, SocketNeed } from './needs.ts';
import { cilText, moduleNameOf, type Rule } from './one-rule.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { isRuntimePath, runtimePath } from './runtime-path.ts';

/** What makes one socket reachable: all of it together. */
export interface SocketRemedy {
  readonly need: SocketNeed;
  readonly fcontexts: readonly { readonly path: string; readonly type: string; readonly restore: string }[];
  /** Where systemd has to make the directory again after a reboot, so that its label comes back. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly modules: readonly { readonly name: string; readonly cil: string }[];
  readonly opens: readonly Access[];
}
interface Unsolved {
  readonly access: string;
  readonly why: string;
}

/** Directories below /run that many programs share: none of them is relabelled for one socket. */
const shared = new Set(['/run', '/run/lock', '/run/user', '/run/systemd']);
/** Labels of people's own files, of temporary ones and of the system's: no rule opens them for one socket. */
const closedToAll =
  /^(?:user_\w+|home_\w+|admin_home\w*|xdm_tmp_t|tmp_t|tmpfs_t|etc_t|bin_t|lib_t|boot_t|var_log_t|var_spool_t|cert_t)$/;
/** Labels that say nothing about an owner, so that a narrower one takes nothing away. */
const general = new Set([
  '',
  'var_run_t',
  'runtime_t',
  'initrc_runtime_t',
  'initrc_var_run_t',
  'var_lib_t',
  'var_t',
  'usr_t',
  'srv_t',
  'default_t',
  'unlabeled_t',
  'etc_runtime_t',
  'httpd_sys_content_t',
  'mnt_t',
  'nfs_t',
  'cifs_t',
  'fusefs_t',
]);

/** The remedy for one socket, or why there is none. Rules in `granted` stand in modules chosen before. */
export function socketRemedy(
  facts: PolicyFacts,
  worker: string,
  need: SocketNeed,
  granted: ReadonlySet<string>,
): SocketRemedy | Unsolved {
  const mislabelled = need.closed.length > 0 || need.labelRefused;
  const labels = mislabelled ? labelFix(facts, worker, need) : { fcontexts: [], rules: [], opens: [] };
  if ('why' in labels) return labels;
  const connects = need.listeners.map(
    (listener): Access => ({ source: worker, target: listener, class: 'unix_stream_socket', permission: 'connectto' }),
  );
  const rules = [...labels.rules, ...connects].filter((rule) => !granted.has(moduleNameOf(rule)));
  return {
    need,
    fcontexts: labels.fcontexts,
    files: labels.fcontexts.length > 0 ? runtimeDirectory(need) : [],
    modules: rules.map((rule) => ({ name: moduleNameOf(rule), cil: cilText([rule]) })),
    opens: [...labels.opens, ...connects],
  };
}

interface LabelFix {
  readonly fcontexts: SocketRemedy['fcontexts'];
  readonly rules: readonly Rule[];
  readonly opens: readonly Access[];
}

function labelFix(facts: PolicyFacts, worker: string, need: SocketNeed): LabelFix | Unsolved {
  const { socket } = need;
  const access = `reach the socket ${socket.path}`;
  const directory = socket.directories[0]?.path ?? '/';
  const above = need.closed.filter((path) => path !== directory);
  if (above.length > 0) return { access, why: `nginx may not enter ${above.join(', ')}: move the socket below /run` };
  const belowRun = isRuntimePath(socket.path);
  const closed = closedType(facts, socket, belowRun);
  if (closed !== undefined || /^\/(?:home|root|tmp|var\/tmp)(?:\/|$)/.test(socket.path)) {
    const whose = closed === undefined ? '' : ` (${closed})`;
    const why = `a rule or label in ${directory}${whose} would open home, temporary or system files: move the socket below /run`;
    return { access, why };
  }
  const owned = ownType(facts, need);
  if (owned !== '') return { fcontexts: [], ...ruleForLabel(worker, owned, need) };
  if (!belowRun) {
    const why = `a label in ${directory} would also be that of other files, since it is no runtime directory: move the socket below /run`;
    return { access, why };
  }
  if (shared.has(runtimePath(directory))) {
    return {
      access,
      why: `it stands directly in ${directory}, where a label is lost when the application restarts: give it a directory of its own`,
    };
  }
  if (!facts.canLabel) return { access, why: 'a label rule needs semanage (package policycoreutils-python-utils)' };
  const type = webRuntimeType(facts, worker);
  if (type === undefined) return { access, why: 'this policy has no label for sockets that nginx may write' };
  const spec = `${literalSpec(spelling(directory, facts.equivalences))}(/.*)?`;
  return { fcontexts: [{ path: spec, type, restore: directory }], rules: [], opens: labelOpens(worker, type) };
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
    .find((type) => closedToAll.test(type));
}

/** The label of the socket when it belongs to one program; `""` when it says nothing. */
function ownType(facts: PolicyFacts, need: SocketNeed): string {
  const type = facts.canonical(typeOf(need.socket.label));
  const directory = facts.canonical(typeOf(need.socket.directories[0]?.label ?? ''));
  const ruled = need.socket.expected !== '' && facts.canonical(need.socket.expected) === type;
  return !general.has(type) && !general.has(directory) && ruled ? type : '';
}

function ruleForLabel(
  worker: string,
  type: string,
  need: SocketNeed,
): { readonly rules: readonly Rule[]; readonly opens: readonly Access[] } {
  const opens = labelOpens(worker, type).filter((access) => access.class === 'sock_file' || need.closed.length > 0);
  return { rules: opens, opens };
}

function labelOpens(worker: string, type: string): readonly Access[] {
  return [
    { source: worker, target: type, class: 'dir', permission: 'search' },
    { source: worker, target: type, class: 'sock_file', permission: 'write' },
  ];
}

/** Fedora's httpd_var_run_t is refpolicy's httpd_runtime_t; the kernel must allow the worker both accesses. */
function webRuntimeType(facts: PolicyFacts, worker: string): string | undefined {
  return ['httpd_var_run_t', 'httpd_runtime_t']
    .filter((type) => facts.hasType(type))
    .map((type) => ({ type: facts.canonical(type), asked: type }))
    .find(({ asked }) =>
      labelOpens(worker, asked).every((a) => facts.ask(worker, asked, a.class, a.permission) === 'yes'),
    )?.type;
}

/** /run is a tmpfs: systemd-tmpfiles makes the directory at boot, with its mode, owner and, by the new rule, its label. */
function runtimeDirectory(need: SocketNeed): SocketRemedy['files'] {
  const { directories, owner, recreated } = need.socket;
  const directory = runtimePath(directories[0]?.path ?? '');
  const [, mode, user, group] = /^([0-7]{3,4}) ([A-Za-z_][\w.-]{0,31}) ([A-Za-z_][\w.-]{0,31})$/.exec(owner) ?? [];
  if (recreated || mode === undefined || !/^\/run\/[\w.-]+(?:\/[\w.-]+)*$/.test(directory)) return [];
  const name = directory.slice('/run/'.length).replaceAll('/', '-');
  return [
    {
      path: `/etc/tmpfiles.d/mendgate-${name}.conf`,
      content: `# Made at boot, so that the label rule for it takes effect.\nd ${directory} ${mode.padStart(4, '0')} ${user} ${group} -\n`,
    },
  ];
}
