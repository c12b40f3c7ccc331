import type { PolicyFacts } from './policy-facts.ts';

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
  'httpd_sys_rw_content_t',
  'mnt_t',
  'nfs_t',
  'cifs_t',
  'fusefs_t',
]);
/** Fedora's and refpolicy's name for what web servers keep below /run. */
const webRuntime = ['httpd_var_run_t', 'httpd_runtime_t'];

/** Whose a label is; `nobody`: it, or its absence, says nothing about an owner. */
export type LabelOwner = 'nobody' | 'web' | 'closed' | 'service';

/** A type, or `""` for no label or no rule. */
export function ownerOf(facts: PolicyFacts, type: string): LabelOwner {
  const canonical = facts.canonical(type);
  if (general.has(canonical)) return 'nobody';
  if (webRuntime.includes(canonical) || webRuntime.includes(type)) return 'web';
  return closedToAll.test(canonical) ? 'closed' : 'service';
}

/** Whether a rule that gives this type names a program, so that the label can be put back as the rule says. */
export function isSpecific(facts: PolicyFacts, type: string): boolean {
  const owner = ownerOf(facts, type);
  return owner === 'web' || owner === 'service';
}

/** The policy's own name of the label for sockets that the kernel lets this worker reach. */
export function webRuntimeType(facts: PolicyFacts, worker: string): string | undefined {
  const asked = webRuntime.find(
    (type) =>
      facts.hasType(type) &&
      facts.ask(worker, type, 'dir', 'search') === 'yes' &&
      facts.ask(worker, type, 'sock_file', 'write') === 'yes',
  );
  return asked === undefined ? undefined : facts.canonical(asked);
}
