/**
 * Questions to the kernel's own policy through selinuxfs. Everybody may ask, no tool is needed, no audit line is left
 * (`selinux_check_access` writes a denial), and the answer is the policy's even in permissive mode.
 *
 * Shell functions for probe scripts; `$fs` is where selinuxfs is mounted. They print
 *
 *     access SOURCE TARGET CLASS PERM NUMBER ALLOWED DECIDED AUDITALLOW AUDITDENY SEQNO FLAGS
 *     type ASKED CANONICAL
 *
 * where SOURCE and TARGET stand as they were asked (a bare type is made a context as systemd's services or files have
 * it), NUMBER is the permission's number in its class, and the rest is the kernel's answer, in hex. A question that the
 * kernel refuses (a type that the policy does not have) has nothing behind PERM, or `-` for CANONICAL. Each question
 * needs its own open file. Lines begin with a line feed, since a shell may keep what it could not write.
 */
export const kernelFunctions = `
fs=\${fs:-/sys/fs/selinux}
ask() {
  index='' number='' answer='' source=$1 target=$2
  case "$source" in *:*) ;; *) source="system_u:system_r:$source$level" ;; esac
  case "$target" in *:*) ;; *) target="system_u:object_r:$target$level" ;; esac
  { read -r index < "$fs/class/$3/index"; read -r number < "$fs/class/$3/perms/$4"; } 2>/dev/null
  if [ -n "$index" ] && [ -n "$number" ]; then
    { printf '%s %s %s' "$source" "$target" "$index" >&3; read -r answer <&3; } 2>/dev/null 3<>"$fs/access"
  fi
  if [ -n "$answer" ]; then
    printf '\\naccess %s %s %s %s %s %s\\n' "$1" "$2" "$3" "$4" "$number" "$answer"
  else
    printf '\\naccess %s %s %s %s\\n' "$1" "$2" "$3" "$4"
  fi
}
canonical() {
  answer=''
  { printf '%s' "system_u:object_r:$1$level" >&3; read -r answer <&3; } 2>/dev/null 3<>"$fs/context"
  answer=\${answer#*:}; answer=\${answer#*:}; answer=\${answer%%:*}
  printf '\\ntype %s %s\\n' "$1" "\${answer:--}"
}
{ read -r mls < "$fs/mls"; } 2>/dev/null
case "$mls" in 0) level='' ;; *) level=':s0' ;; esac
`;

/** What the kernel said to one question. */
export interface KernelAnswer {
  readonly source: string;
  readonly target: string;
  readonly class: string;
  readonly permission: string;
  /** `unknown`: this policy has no such type, class or permission. */
  readonly allowed: 'yes' | 'no' | 'unknown';
  /** It is denied without a record: a dontaudit rule. */
  readonly hidden: boolean;
  /** The source domain is permissive: nothing is denied to it, whatever `allowed` says. */
  readonly permissive: boolean;
}

/** Bit 0 of the last field: AVD_FLAGS_PERMISSIVE. */
const permissiveFlag = 1;

/** One line that `ask` printed, without its first word. */
export function parseAccess(line: string): KernelAnswer | undefined {
  const [source, target, className, permission, number, allowed, , , auditDeny, , flags] = line.trim().split(' ');
  if (!source || !target || !className || !permission) return undefined;
  const asked = { source, target, class: className, permission };
  if (!number || !allowed || !/^\d{1,2}$/.test(number) || !/^[0-9a-f]{1,8}$/.test(allowed)) {
    return { ...asked, allowed: 'unknown', hidden: false, permissive: false };
  }
  const bit = (vector: string) => (Number.parseInt(vector, 16) >>> (Number(number) - 1)) & 1;
  return {
    ...asked,
    allowed: bit(allowed) === 1 ? 'yes' : 'no',
    hidden: bit(allowed) === 0 && /^[0-9a-f]{1,8}$/.test(auditDeny ?? '') && bit(auditDeny ?? '') === 0,
    permissive: (Number.parseInt(flags ?? '0', 16) & permissiveFlag) === permissiveFlag,
  };
}
