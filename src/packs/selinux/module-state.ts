import { createHash } from 'node:crypto';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { lineOf } from './answer-lines.ts';
import { storeScript } from './policy-store.ts';

/** Where an administrator's own modules stand. */
export const priority = 400;

/** What is known about one module. */
export interface ModuleState {
  /** Installed at priority 400. */
  readonly installed: boolean;
  /** Its CIL text; absent when it is a compiled module, or compressed and nothing here can unpack it. */
  readonly cil?: string;
  /** Hex SHA-256 of its CIL text, from the text or from semodule. */
  readonly sha256?: string;
  /** Highest priority at which a module of that name is installed; 0 = none. */
  readonly priority: number;
}

/**
 * Prints `store yes|no`, `priority N` for each priority that has the module, `language cil|pp`, the text in hex as
 * `cil HEX`, or when it cannot be unpacked `checksum HEX` (semodule 3.4 and newer).
 */
export const moduleScript = `${storeScript}
[ -n "$store" ] && echo 'store yes' || { echo 'store no'; exit 0; }
for d in "$store"/modules/[0-9]*; do
  [ ! -d "$d/$name" ] || echo "priority \${d##*/}"
done
d=$store/modules/${priority}/$name
[ -d "$d" ] || exit 0
echo "language $(cat "$d/lang_ext" 2>/dev/null)"
if [ "$(head -c 3 "$d/cil" 2>/dev/null)" = BZh ]; then
  if command -v bzip2 >/dev/null 2>&1; then text() { bzip2 -dc < "$d/cil"; }
  else text() { python3 -c 'import bz2,sys; sys.stdout.buffer.write(bz2.decompress(sys.stdin.buffer.read()))' < "$d/cil"; }; fi
else
  text() { cat "$d/cil"; }
fi
hex=$(text 2>/dev/null | od -An -v -tx1 | tr -d ' \\n' | cut -c1-200000)
if [ -n "$hex" ]; then echo "cil $hex"
else semodule -lfull -m 2>/dev/null | while read -r p n l sum; do
  [ "$p $n" != "${priority} $name" ] || echo "checksum \${sum##*sha256:}"
done; fi
exit 0
`;

/** What {@link moduleScript} printed. */
export function readModuleState(stdout: string): ModuleState | Unknown {
  if (lineOf(stdout, 'store') !== 'yes') return unreadable('the policy store cannot be read: root is needed');
  const priorities = stdout.split('\n').flatMap((line) => /^priority (\d{1,3})$/.exec(line)?.[1] ?? []);
  const found = { installed: priorities.includes(String(priority)), priority: Math.max(0, ...priorities.map(Number)) };
  const hex = lineOf(stdout, 'cil');
  if (lineOf(stdout, 'language') === 'cil' && hex !== undefined && /^(?:[0-9a-f]{2})+$/.test(hex)) {
    const cil = Buffer.from(hex, 'hex').toString('utf8');
    return { ...found, cil, sha256: sha256(cil) };
  }
  const checksum = lineOf(stdout, 'checksum');
  return checksum !== undefined && /^[0-9a-f]{64}$/.test(checksum) ? { ...found, sha256: checksum } : found;
}

/** Hex SHA-256 of a module's text. */
export function sha256(cil: string): string {
  return createHash('sha256').update(cil).digest('hex');
}
