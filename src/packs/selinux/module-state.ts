import { createHash } from 'node:crypto';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { lineOf } from './answer-lines.ts';
import { storeScript, storeTextFunction } from './policy-store.ts';

/** Where an administrator's own modules stand. */
export const priority = 400;

/** What is known about one module. */
export interface ModuleState {
  /** Installed at priority 400. */
  readonly installed: boolean;
  /** Its whole CIL text; absent when it is a compiled module, too long, no UTF-8, or nothing here can unpack it. */
  readonly cil?: string;
  /** Its text is longer than what an undo could put back. */
  readonly long?: true;
  /** Hex SHA-256 of its CIL text, from the text or from semodule. */
  readonly sha256?: string;
  /** Highest priority at which a module of that name is installed; 0 = none. */
  readonly priority: number;
}

/** A longer text is not kept. More than `selinux.module` itself takes, which is 60000 characters of up to 3 bytes. */
const mostBytes = 200_000;

/**
 * Prints `store yes|no`, `priority N` for each priority that has the module, `language cil|pp`, and the text in hex as
 * `cil HEX`, whole or not at all: `long yes` when it is too long. Where it is not printed, `checksum HEX` (semodule 3.4 and
 * newer).
 */
export const moduleScript = `${storeScript}${storeTextFunction}
[ -n "$store" ] && echo 'store yes' || { echo 'store no'; exit 0; }
for d in "$store"/modules/[0-9]*; do
  [ ! -d "$d/$name" ] || echo "priority \${d##*/}"
done
d=$store/modules/${priority}/$name
[ -d "$d" ] || exit 0
echo "language $(cat "$d/lang_ext" 2>/dev/null)"
hex=$({ store_text "$d/cil" && printf y || printf n; } 2>/dev/null | head -c ${mostBytes + 2} | od -An -v -tx1 | tr -d ' \\n')
if [ "\${#hex}" -gt ${2 * (mostBytes + 1)} ]; then echo 'long yes'
else case $hex in *79) echo "cil \${hex%79}"; exit 0 ;; esac; fi
semodule -lfull -m 2>/dev/null | while read -r p n l sum; do
  [ "$p $n" != "${priority} $name" ] || echo "checksum \${sum##*sha256:}"
done
exit 0
`;

/** What {@link moduleScript} printed. */
export function readModuleState(stdout: string): ModuleState | Unknown {
  if (lineOf(stdout, 'store') !== 'yes') return unreadable('the policy store cannot be read: root is needed');
  const priorities = stdout.split('\n').flatMap((line) => /^priority (\d{1,3})$/.exec(line)?.[1] ?? []);
  const found = { installed: priorities.includes(String(priority)), priority: Math.max(0, ...priorities.map(Number)) };
  const hex = lineOf(stdout, 'cil');
  if (lineOf(stdout, 'language') === 'cil' && hex !== undefined && /^(?:[0-9a-f]{2})+$/.test(hex)) {
    const bytes = Buffer.from(hex, 'hex');
    const cil = bytes.toString('utf8');
    return { ...found, ...(bytes.equals(Buffer.from(cil)) ? { cil } : {}), sha256: sha256(bytes) };
  }
  const checksum = lineOf(stdout, 'checksum');
  return {
    ...found,
    ...(lineOf(stdout, 'long') === 'yes' ? { long: true as const } : {}),
    ...(checksum !== undefined && /^[0-9a-f]{64}$/.test(checksum) ? { sha256: checksum } : {}),
  };
}

/** Hex SHA-256 of a module's text. */
export function sha256(cil: string | Buffer): string {
  return createHash('sha256').update(cil).digest('hex');
}
