/** Why audit2why says an access is denied. */
export interface Cause {
  /** Booleans of which each alone would allow it. */
  readonly booleans: readonly string[];
  /** Only a rule is missing: a boolean's, or one that no boolean holds. A constraint stands against no rule. */
  readonly ruleMissing: boolean;
}

/**
 * Shell that asks audit2why about accesses that are denied now. `$questions` are lines that `ask` (kernel-access.ts)
 * printed; those that the kernel allows are left out, and without any nothing is started. Its answers are printed as
 * `why LINE`. The records are made up: audit2why reads nothing but the policy for them, and logs nothing.
 */
export const causeScript = `
records=$(printf '%s\\n' "$questions" | sort -u | while read -r word source target class permission number allowed rest; do
  case "$word.$number" in access.|access.*[!0-9]*) continue ;; esac
  case "$allowed" in ''|*[!0-9a-f]*) continue ;; esac
  [ $(( (0x$allowed >> (number - 1)) & 1 )) -eq 0 ] || continue
  case "$source" in *:*) ;; *) source="system_u:system_r:$source$level" ;; esac
  case "$target" in *:*) ;; *) target="system_u:object_r:$target$level" ;; esac
  printf 'type=AVC msg=audit(1700000000.001:1): avc:  denied  { %s } for  pid=1 comm="nginx" scontext=%s tcontext=%s tclass=%s permissive=0\\n' \\
    "$permission" "$source" "$target" "$class"
done)
if [ -n "$records" ] && command -v audit2why >/dev/null 2>&1; then
  echo 'audit2why yes'
  printf '%s\\n' "$records" | audit2why 2>/dev/null | sed 's/^/why /'
fi
`;

/** What audit2why printed, by {@link causeKey}. */
export function readCauses(lines: readonly string[]): ReadonlyMap<string, Cause> {
  const causes = new Map<string, { booleans: string[]; ruleMissing: boolean }>();
  let current: { booleans: string[]; ruleMissing: boolean } | undefined;
  for (const line of lines) {
    const [, permission = '', type = '', className = ''] =
      /avc:\s+denied\s+\{ (\w{1,63}) \} .*tcontext=[^: ]+:[^: ]+:([^: ]+)\S* tclass=(\w{1,63})/.exec(line) ?? [];
    if (type !== '') {
      current = { booleans: [], ruleMissing: false };
      causes.set(causeKey(type, className, permission), current);
    }
    const boolean = /# setsebool -P ([a-z][a-z0-9_]{0,126}) 1\s*$/.exec(line)?.[1];
    if (current === undefined) continue;
    if (boolean !== undefined) current.booleans.push(boolean);
    if (boolean !== undefined || line.includes('Missing type enforcement')) current.ruleMissing = true;
  }
  return causes;
}

/** One access to a type. */
export function causeKey(type: string, className: string, permission: string): string {
  return `${type} ${className} ${permission}`;
}
