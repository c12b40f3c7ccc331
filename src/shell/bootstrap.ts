import type { BecomeMethod } from '../model/runbook.ts';
import { quote } from './quote.ts';

/** Fixed on every host, so that a probe finds the same programs whoever connects (sshd's PATH for users lacks sbin). */
const path = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin';

/** Printed on stdout when the bootstrap reads its stdin: no prompt can come after it. */
export const readyLine = 'mendgate ready\n';

/** The exit codes with which the bootstrap says that it ran nothing. */
export const bootstrapExit = { noHeader: 97, truncated: 98 } as const;

/*
 * The exec string is read by the user's login shell: bash, dash, ash, fish or csh. All of them read one line of words in
 * single quotes alike as long as neither ', !, a backslash nor a line end stands in them (csh expands ! there, fish reads
 * backslashes), and old csh has words of at most 1024 characters. So the bootstrap is small; it reads a program of any
 * kind from stdin, which `ps` cannot see, and runs it only when every byte of it has arrived. A shell reads its stdin byte by byte
 * (0.3 µs each), and its argv as a whole: what every program needs stands here, and what one kind of program always needs in
 * a word of its own, `$4`. sudo writes its argv to the system's log, so that each word is given to it once.
 *
 * A program finds `mg_lines`, which puts `mg_l` lines of `mg_c` bytes into `mg_s`, or fails; `mg_more`, which reads a whole frame
 * into it (frame.ts), or ends the shell; and `$mg_g`, its process group (0: none), and `$mg_b`, the id of the boot.
 */
const body = [
  'umask 077',
  `export PATH=${path} LC_ALL=C LANG=C TERM=dumb`,
  'unset ENV BASH_ENV CDPATH',
  // Its own stat, which says more than its process group: later, when it began.
  'mg_stat=; if read -r mg_stat 2>/dev/null </proc/$$/stat; then g=${mg_stat##*) }; g=${g#* * }; g=${g%% *}; else g=$(ps -o pgid= -p $$ 2>/dev/null); g=${g##* }; fi',
  // A group of its own, so that a deadline can end everything in it and nothing else (dropbear makes none). That of the sudo
  // before it, whose pid is $3, will do: only sudo is in it, and to begin another costs two programs.
  'if [ "$g" = $$ ] || [ "$g" = "${3:-x}" ]; then :; elif [ -z "$2" ] && command -v setsid >/dev/null; then exec setsid /bin/sh -c "$1" sh "$1" 2 "" "$4"; else g=0; fi',
  'echo mendgate ready',
  // A line end, which no word of an exec string can hold: every shell begins with these three in IFS.
  'mg_t=${IFS#??}',
  // By hundreds of lines: appending each to the whole would take quadratic time (13 s for a megabyte).
  'mg_lines() { mg_s=; mg_z=; [ "$mg_l" -gt 0 ] && while IFS= read -r mg_x; do mg_z=$mg_z$mg_x$mg_t; case $mg_l in 1) mg_s=$mg_s$mg_z; [ ${#mg_s} = "$mg_c" ]; return;; *00) mg_s=$mg_s$mg_z; mg_z=;; esac; mg_l=$((mg_l-1)); done; return 1; }',
  'mg_more() { read -r n mg_l mg_c || exit 97; mg_lines || exit 98; }',
  'mg_more',
  // `NONCE hello PID PGID BOOT MACHINE`. A machine that is not set up yet has no id, whatever stands there.
  'mg_b=; mg_x=; { read -r mg_b </proc/sys/kernel/random/boot_id; read -r mg_x </etc/machine-id; } 2>/dev/null',
  '[ ${#mg_x} = 32 ] || mg_x=',
  'echo "$n hello $$ $g $mg_b $mg_x"',
  'mg_g=$g; unset g n',
  'eval "$mg_s"',
].join('; ');

const becomeBody = [
  `PATH=${path}; LC_ALL=C; export PATH LC_ALL`,
  // Becoming root is what nearly all ask for, and the kernel says who we are without a program's start.
  'k=; u=; [ "$2" = root ] && while read -r k x u z; do [ "$k" = Uid: ] && break; done 2>/dev/null </proc/$$/status',
  'case $k$u in Uid:0) w=$2;; Uid:?*) w=;; *) w=$(id -un);; esac',
  'if [ "$w" = "$2" ]; then exec /bin/sh -c "$1" sh "$1" "" "" "$6"; fi',
  'command -v "$4" >/dev/null || { echo "mendgate: no $4" >&2; exit 127; }',
  // doas asks on a terminal only, and there is none. su reads a password from stdin; the shell it starts gets the body.
  'case $4 in doas) exec doas -n -u "$2" -- /bin/sh -c "$5" sh "$1" "" $$ "$6";; su) exec su -s /bin/sh -c "$5" "$2" sh "$1" "$6";; esac',
  'if [ -n "$3" ]; then exec sudo -S -H -p "$3" -u "$2" -- /bin/sh -c "$5" sh "$1" "" $$ "$6"; fi',
  'exec sudo -n -H -u "$2" -- /bin/sh -c "$5" sh "$1" "" $$ "$6"',
].join('; ');

const plainStart = `exec /bin/sh -c 'eval "$1"' sh '${body}'`;
const becomeStart = `exec /bin/sh -c '${becomeBody}' sh '${body}'`;

/** What to ask the host to execute for a shell as the connecting user. `word`: what the program finds as `$4`. */
export function plainExec(word = ''): string {
  return word === '' ? plainStart : `${plainStart} '' '' '${word}'`;
}

/** What sudo and doas start, and what su does: a shell that runs its first argument, and hands it on. */
const runners = { sudo: 'eval "$1"', doas: 'eval "$1"', su: 'exec /bin/sh -c "$1" sh "$1" "" "" "$2"' } as const;

/**
 * What to execute for a shell as another user, through sudo, doas or su unless the connecting user is that user already. Without a
 * prompt sudo fails at once when it wants a password. With one (letters, digits, `-`, `:`) it prints exactly that on stderr and
 * reads the password from stdin; when it needs none, {@link readyLine} comes instead. doas takes no password; su asks with {@link suPrompt}.
 * `word`: as in {@link plainExec}.
 */
export function becomeExec(user: string, prompt: string | undefined, method: BecomeMethod = 'sudo', word = ''): string {
  const words = [user, method === 'sudo' ? (prompt ?? '') : '', method, runners[method], word];
  return [becomeStart, ...words.map(quote)].join(' ');
}

/** What su writes on stderr under LC_ALL=C before it reads a password. */
export const suPrompt = 'Password: ';

/** Whether a name can be a user's name in {@link becomeExec}. */
export function isUserName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}\$?$/.test(name);
}

/** What an exec string asks for; `undefined` for a text that is not ours. For hosts that are simulated. */
export function parseExec(exec: string): { readonly become: string | false; readonly prompt: string } | undefined {
  if (exec.startsWith(plainStart) && /^(?: '' '' '[^']*')?$/.test(exec.slice(plainStart.length)))
    return { become: false, prompt: '' };
  if (!exec.startsWith(becomeStart)) return undefined;
  const [, become, prompt] =
    /^ '([^']+)' '([^']*)' '(?:sudo|doas|su)' '[^']*' '[^']*'$/.exec(exec.slice(becomeStart.length)) ?? [];
  return become === undefined || prompt === undefined ? undefined : { become, prompt };
}
