import type { Answer } from '../../model/command.ts';

/**
 * Shell that sets `$policytype` (`targeted`, `default`) and `$store`: the directory of the policy store with the local
 * records as text files, or empty when it cannot be looked at (it is root's).
 */
export const storeScript = `
policytype=$(sed -n 's/^SELINUXTYPE=[[:space:]]*//p' /etc/selinux/config 2>/dev/null | tail -n 1)
policytype=\${policytype%%[!A-Za-z0-9_-]*}
store=''
for d in "/var/lib/selinux/$policytype/active" "/etc/selinux/$policytype/active" "/etc/selinux/$policytype/modules/active"; do
  if [ -n "$policytype" ] && [ -r "$d" ] && [ -x "$d" ]; then store=$d; break; fi
done
`;

/** A command that rebuilds the policy: minutes on a small host. */
const rebuildTimeoutMs = 240_000;

/** Spread into every command that commits to the store: a host whose commit was cut short may not boot again. */
export const storeChange = { timeoutMs: rebuildTimeoutMs, unkillable: true } as const;

/**
 * What the tools say when another transaction holds the policy store. They gave up before they changed anything, so a
 * later attempt is allowed. `setsebool -P` without -V says nothing at all, with rc 255.
 */
export function busyStore(answer: Answer): string | undefined {
  if (answer.rc === 0) return undefined;
  const text = `${answer.stdout}\n${answer.stderr}`;
  const locked =
    /Could not get direct (?:transaction|read) lock|semanage\.(?:trans|read)\.LOCK|BlockingIOError|Could not start semanage transaction/.test(
      text,
    );
  return locked || (answer.rc === 255 && text.trim() === '') ? 'the policy store is busy' : undefined;
}
