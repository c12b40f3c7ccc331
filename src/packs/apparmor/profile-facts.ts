import type { Inspector } from '../../model/probe.ts';
import { type Fields, fieldFunctions, integer, parseFields, text, word, words } from '../core/fields.ts';
import { findLocalRuleScript } from './local-rule-script.ts';

export const profileFolder = '/etc/apparmor.d';

export const profileModes = ['enforce', 'complain', 'kill', 'unconfined', ''] as const;

export const profileName = {
  type: 'string',
  pattern: '^[A-Za-z0-9/][A-Za-z0-9/_.{},*+@-]{0,200}$',
} as const;

/** What is known of one profile, loaded and in its file. */
export interface ProfileFacts {
  readonly enabled: boolean;
  /** Empty: not loaded. */
  readonly mode: (typeof profileModes)[number];
  /** Epoch ms (whole seconds) at which the kernel got it; 0 when that cannot be seen. */
  readonly loadedMs: number;
  /** The files that define it. */
  readonly files: readonly string[];
  /** Name of the file below `local/` that it includes; empty when none, or no plain name. */
  readonly local: string;
  /** Whether the kernel has what the file says today. */
  readonly current: 'yes' | 'no' | 'unknown';
}

/** Looks at a profile without changing anything: parser caches stay as they are. */
export async function lookAtProfile(host: Inspector, profile: string): Promise<Fields> {
  const answer = await host.run({
    script: `${fieldFunctions}${findLocalRuleScript}`,
    variables: {
      PROFILE: profile,
      DIR: profileFolder,
      SECURITYFS: '/sys/kernel/security/apparmor',
      PARAMETERS: '/sys/module/apparmor/parameters',
    },
  });
  return parseFields(answer.stdout);
}

/** What `findLocalRuleScript` printed. */
export function readProfile(fields: Fields): ProfileFacts {
  const said = word(fields, 'loaded');
  const local = text(fields, 'local') ?? '';
  const [kernel, file] = [word(fields, 'kernel_sum'), word(fields, 'file_sum')];
  return {
    enabled: word(fields, 'enabled') !== undefined,
    mode: profileModes.find((mode) => mode === said) ?? (said === undefined ? '' : 'enforce'),
    loadedMs: (integer(fields, 'loaded_at') ?? 0) * 1000,
    files: words(fields, 'file').map((encoded) => Buffer.from(encoded, 'hex').toString('utf8')),
    local: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/.test(local) ? local : '',
    current: kernel === undefined || file === undefined ? 'unknown' : kernel === file ? 'yes' : 'no',
  };
}
