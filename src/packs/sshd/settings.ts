import type { ObjectSchema, TypeOf } from '../../model/schema.ts';

/** What sshd shall demand at least. What is stricter already is no drift. */
export const wantedSchema = {
  type: 'object',
  properties: {
    root_login: {
      type: 'string',
      enum: ['yes', 'prohibit-password', 'forced-commands-only', 'no'],
      default: 'prohibit-password',
      description: 'How root may log in at most (PermitRootLogin)',
    },
    password_authentication: {
      type: 'boolean',
      default: false,
      description: 'Passwords may be used (PasswordAuthentication)',
    },
    keyboard_interactive: {
      type: 'boolean',
      default: false,
      description: 'PAM may ask questions, for passwords too (KbdInteractiveAuthentication); needed for one-time codes',
    },
    empty_passwords: {
      type: 'boolean',
      default: false,
      description: 'Empty passwords are passwords (PermitEmptyPasswords)',
    },
    x11_forwarding: { type: 'boolean', default: false, description: 'X11 may be forwarded (X11Forwarding)' },
    max_auth_tries: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 4,
      description: 'Tries in one connection at most (MaxAuthTries)',
    },
    login_grace_time: {
      type: 'integer',
      minimum: 1,
      maximum: 3600,
      default: 60,
      description: 'Seconds to log in at most (LoginGraceTime)',
    },
    weak: {
      type: 'array',
      items: { type: 'string', pattern: '^[A-Za-z0-9@.*-]{1,100}$' },
      default: [],
      description: 'Ciphers, MACs and key exchanges that may not be offered; * stands for any text',
    },
    accepted_exceptions: {
      type: 'array',
      items: { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f]{1,500}$' },
      default: [],
      description: 'Match blocks that may allow more, by their criteria as written: "User backup"',
    },
  },
} as const satisfies ObjectSchema;

export type Wanted = TypeOf<typeof wantedSchema>;

/** One setting that is laxer than it shall be. */
export interface Drift {
  /** As sshd_config spells it. */
  readonly setting: string;
  readonly now: string;
  readonly wanted: string;
}

/** Effective values, names in lower case, as `sshd -T` prints them. */
export type Effective = ReadonlyMap<string, string>;

const rootLogins = ['yes', 'prohibit-password', 'forced-commands-only', 'no'];
const lists = { ciphers: 'Ciphers', macs: 'MACs', kexalgorithms: 'KexAlgorithms' } as const;

/** What `sshd -T` printed. Of settings with many lines (Port, HostKey) the first counts; none of those is judged here. */
export function readEffective(text: string): Effective {
  const found = new Map<string, string>();
  for (const line of text.split('\n', 2000)) {
    const [, name, value] = /^([a-z0-9]+) (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !found.has(name)) found.set(name, value);
  }
  return found;
}

/** Every setting that is laxer than wanted, with the value that it needs. Settings that this sshd does not know are none. */
export function findDrift(effective: Effective, wanted: Wanted): readonly Drift[] {
  const found: Drift[] = [];
  const judge = (setting: string, isLax: (now: string) => boolean, value: string) => {
    const now = effective.get(setting.toLowerCase());
    if (now !== undefined && isLax(now)) found.push({ setting, now, wanted: value });
  };
  const atMost = (setting: string, allowed: boolean) => judge(setting, (now) => now === 'yes' && !allowed, 'no');
  const rank = (value: string) => rootLogins.indexOf(value === 'without-password' ? 'prohibit-password' : value);
  judge('PermitRootLogin', (now) => rank(now) < rank(wanted.root_login), wanted.root_login);
  atMost('PasswordAuthentication', wanted.password_authentication);
  atMost(keyboardSetting(effective), wanted.keyboard_interactive);
  atMost('PermitEmptyPasswords', wanted.empty_passwords);
  atMost('X11Forwarding', wanted.x11_forwarding);
  judge('MaxAuthTries', (now) => Number(now) > wanted.max_auth_tries, String(wanted.max_auth_tries));
  // 0 means for ever.
  judge(
    'LoginGraceTime',
    (now) => now === '0' || Number(now) > wanted.login_grace_time,
    String(wanted.login_grace_time),
  );
  for (const [name, setting] of Object.entries(lists)) {
    const offered = (effective.get(name) ?? '').split(',');
    const strong = offered.filter((each) => !wanted.weak.some((pattern) => matches(pattern, each)));
    judge(setting, () => strong.length < offered.length, strong.join(','));
  }
  return found;
}

/** Before OpenSSH 8.7 it had another name, which newer ones still take but no longer print. */
function keyboardSetting(effective: Effective): string {
  return effective.has('kbdinteractiveauthentication')
    ? 'KbdInteractiveAuthentication'
    : 'ChallengeResponseAuthentication';
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
