import type { Command, ScriptCommand } from '../model/command.ts';
import { born, readings, root, sync } from './marker.ts';
import { quote } from './quote.ts';
import { renderCommand } from './render.ts';

/** What a host is to do by itself, unless it is told in time that all is well. */
export interface DeadMan {
  /** 64 hex digits; names its folder, beside those of the markers. */
  readonly name: string;
  /** Whose it is: as long as it waits, the host's lock of that run stays held. */
  readonly run: string;
  /** From arming on. */
  readonly seconds: number;
  /** The scripts of the fix that it guards. */
  readonly scripts: readonly GuardedScript[];
  /** In this order; one that fails keeps none of the others from being made. */
  readonly undos: readonly DeadUndo[];
  /** What the undos overwrite as far as its text is known. */
  readonly files: readonly GuardedFile[];
}

/** A script of the fix, as the host knows it. */
export interface GuardedScript {
  /** Of its marker. */
  readonly marker: string;
  /** So many of its commands must have ended before it may be ended. */
  readonly unkillable: number;
}

/** What takes one change back. */
export interface DeadUndo {
  /** `call`: the author's own rollback, made once, when anything was begun. `undo`: an action's, which a failure lets try again. */
  readonly kind: 'undo' | 'call';
  readonly commands: readonly Command[];
  /** Where its change begins: script and command there. What was proved not to have begun is not taken back. */
  readonly script: number;
  readonly from: number;
}

/** A file that an undo may write. What else stands there by then is somebody's own: it is kept beside, and told. */
export interface GuardedFile {
  readonly path: string;
  /** Hex SHA-256 of all texts that it had before the fix's changes, or has after them. */
  readonly sums: readonly string[];
  /** Where those changes begin. */
  readonly changes: readonly Pick<DeadUndo, 'script' | 'from'>[];
}

/** So long a look at one file may take, in seconds: what cuts a host off must not wait for it. */
const lookSeconds = 20;

/** So many bytes of a file are kept at most. */
const largestKept = 1_048_576;

/** How long one command of an undo may take, in seconds, where it doesn't say itself. */
const undoSeconds = 300;

/** How often an action's undo is tried again, two seconds apart: a store that is busy then must not leave a host cut off. */
const moreTries = 5;

/** Where more commands than any fix has would begin: all of them were begun, or may have been. */
const all = 99_999;

/*
 * The fix is over, or never will be: what was not begun is kept from it by its own marker, what runs is asked to end and then
 * killed, but not before the last command that must not be. `mg_not`: from which command on nothing was begun, where
 * that is proved; a record may have gaps (a full disk).
 */
const over = `mg_over() {
mg_m=$mg_d/$1; mg_not=0; mg_o=
mkdir "$mg_m" 2>/dev/null
if ( set -C; echo "cancelled \${mg_b:--}" >"$mg_m/meta" ) 2>/dev/null; then return; fi
mg_t=30
until { read -r mg_o mg_ob mg_op mg_os mg_og mg_x <"$mg_m/meta"; } 2>/dev/null || [ "$mg_t" -le 0 ]; do mg_nap; done
[ "$mg_o" != cancelled ] || return
mg_not=${all}
mg_x=-$mg_og; [ "\${mg_og:-0}" -gt 1 ] || mg_x=$mg_op
mg_to=$mg_x; mg_asked=
while mg_ends; [ -z "$mg_r" ] && [ "$mg_ob" = "\${mg_b:--}" ] && mg_alive "$mg_op" "$mg_os"; do
if [ "$mg_i" -lt "$2" ]; then :
elif [ -z "$mg_asked" ]; then kill -TERM "$mg_to"; mg_asked=1; mg_naps=60; mg_t=50
elif [ "$mg_t" -le 0 ]; then kill -KILL "$mg_to"
fi
mg_nap
done 2>/dev/null
[ "$mg_r" = done ] || return
mg_x=0; for mg_x in $mg_e; do :; done
[ "$mg_x" = 0 ] || mg_not=$mg_i
}`;

/*
 * One command: its place, seconds (0: it must not be killed), how often it is tried again; the last time without what was kept, in
 * case that there is no room. The watcher's naps are short, since its last one outlives it.
 */
const make = `mg_do() {
mg_left=$3
while :; do
( eval "$4" ) </dev/null >/dev/null 2>>"$mg_q/said" &
mg_p=$!; mg_w=
if [ "$2" -gt 0 ]; then
( mg_s=$2; while [ "$mg_s" -gt 0 ]; do sleep 1; mg_s=$((mg_s-1)); done; kill -KILL "$mg_p" ) >/dev/null 2>&1 &
mg_w=$!
fi
wait "$mg_p"; mg_rc=$?
[ -z "$mg_w" ] || { kill -KILL "$mg_w"; wait "$mg_w"; } 2>/dev/null
[ "$mg_rc" -ne 0 ] && [ "$mg_left" -gt 0 ] || break
mg_left=$((mg_left-1))
[ "$mg_left" -gt 0 ] || rm -f "$mg_q"/over.*
sleep 2
done
echo "$1 $mg_rc" >>"$mg_q/rc"
return "$mg_rc"
}`;

/*
 * A file, the sums it may have, a number of its own. It never keeps an undo from being made: where nothing can be told, or the file is
 * large, it says less.
 */
const look = `mg_look() {
[ -f "$1" ] && mg_x=$(sha256sum <"$1" 2>/dev/null) || return 0
case " $2 " in *" \${mg_x%% *} "*) return 0;; esac
mg_x=$mg_q/over.$3
{ [ "$(wc -c <"$1")" -le ${largestKept} ] && cp -p -- "$1" "$mg_x"; } 2>/dev/null || rm -f "$mg_x"
printf '%s %s\\n' "$3" "$1" >>"$mg_q/over"
}`;

/**
 * What waits on the host: `sh act FOLDER SECONDS`, or `sh act FOLDER now`. Whoever renames `armed` acts, and nobody else: an atomic
 * rename has one winner, and needs no room on the disk. Its undos hold no secret: they lie on the disk until then.
 */
function actText({ name, run, scripts, undos, files }: DeadMan): string {
  const lines = [
    '{ umask 077',
    `mg_d=$1; mg_q=$mg_d/${name}`,
    'cd "${HOME:-/}" 2>/dev/null || cd /',
    'mg_b=; read -r mg_b 2>/dev/null </proc/sys/kernel/random/boot_id',
    born,
    sync,
    readings,
    over,
    make,
    look,
    'mg_x=; mg_born $$; mg_me=${mg_x:--}',
    // Whoever wins ends the sleep: what waited for it then finds nothing to do, and ends.
    `if [ "$2" != now ]; then sleep "$2" & mg_p=$!
echo "- \${mg_b:--} $$ $mg_me $mg_p ${run.replace(/[^\w.:-]/g, '_')}" >"$mg_q/meta.new" && mv -f "$mg_q/meta.new" "$mg_q/meta"
wait "$mg_p"; fi`,
    'mv -f "$mg_q/armed" "$mg_q/fired" 2>/dev/null || exit 0',
    "trap '' HUP INT PIPE TERM",
    'echo "$$ $mg_me $2" >"$mg_q/by"',
    'mg_any=0',
    ...scripts.flatMap(({ marker, unkillable }, index) => [
      `mg_over ${marker} ${unkillable}; mg_not${index}=$mg_not; [ "$mg_not" -eq 0 ] || mg_any=1`,
    ]),
    'echo "begun $mg_any" >"$mg_q/rc"',
    ...files.map(lookLine),
    ...undos.flatMap(undoLines),
    'mg_sync "$mg_q/rc" "$mg_q"',
    'rm -f "$mg_q/act"; mv -f "$mg_q/fired" "$mg_q/reverted"',
    'exit 0; }',
  ];
  return lines.join('\n');
}

function undoLines({ kind, commands, script, from }: DeadUndo): readonly string[] {
  if (commands.length === 0) return [];
  const calls = commands.map((command) => {
    const ms = command.timeoutMs ?? undoSeconds * 1000;
    const seconds = command.unkillable === true ? 0 : Math.max(1, Math.ceil(ms / 1000));
    return `mg_do ${kind} ${seconds} ${kind === 'undo' ? moreTries : 0} ${quote(renderCommand(command))}`;
  });
  const begun = kind === 'call' ? '[ "$mg_any" -eq 1 ]' : mayHaveBegun({ script, from });
  return [`${begun} && ${calls.join(' && ')}`];
}

function mayHaveBegun({ script, from }: Pick<DeadUndo, 'script' | 'from'>): string {
  return `[ "$mg_not${script}" -gt ${from} ]`;
}

function lookLine({ path, sums, changes }: GuardedFile, index: number): string {
  const call = `mg_look ${quote(path)} ${quote(sums.join(' '))} ${index}`;
  return `{ ${changes.map(mayHaveBegun).join(' || ')}; } && mg_do look ${lookSeconds} 0 ${quote(call)}`;
}

const place = (name: string): string => `mg_k=${name}\nmg_root\nmg_q=$mg_m`;

/*
 * systemd's own service outlives the session of whoever logged in; elsewhere a session of its own does, mostly. Both run the
 * same file. It counts as armed when it is seen to wait.
 */
const arm = `mkdir "$mg_q" 2>/dev/null || { echo 'its folder could not be made' >&2; exit 1; }
mg_fail() { echo "$1" >&2; rm -rf "$mg_q"; exit 1; }
{ printf '%s\\n' "$text" >"$mg_q/act" && : >"$mg_q/armed"; } 2>/dev/null || mg_fail 'its file could not be written'
mg_sync "$mg_q/act" "$mg_q" "$mg_d"
mg_how=sleeper
if [ "$mg_u" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null &&
systemd-run --quiet --unit="mendgate-dead-man-$short" --property=KillMode=process --setenv=PATH="$PATH" --setenv=HOME="\${HOME:-/}" --setenv=LC_ALL=C --setenv=LANG=C /bin/sh "$mg_q/act" "$mg_d" "$seconds" </dev/null >/dev/null 2>&1; then mg_how=systemd
elif command -v setsid >/dev/null; then setsid /bin/sh "$mg_q/act" "$mg_d" "$seconds" </dev/null >/dev/null 2>&1 &
else /bin/sh "$mg_q/act" "$mg_d" "$seconds" </dev/null >/dev/null 2>&1 &
fi
mg_t=50
until [ -s "$mg_q/meta" ]; do
[ "$mg_t" -gt 0 ] || { mv -f "$mg_q/armed" "$mg_q/disarmed"; mg_fail 'nothing was seen to wait'; }
mg_nap
done
echo "armed $mg_how"`;

/**
 * Arms it: from now on the host acts by itself. Says `armed HOW`; else it fails, and nothing waits.
 */
export function armDeadMan(deadMan: DeadMan): ScriptCommand {
  const { name, seconds } = deadMan;
  const fail = 'mg_storage() { echo "there is no safe folder for it" >&2; exit 1; }';
  return {
    script: [fail, root, born, sync, readings, place(name), arm].join('\n'),
    variables: { text: actText(deadMan), seconds: String(seconds), short: name.slice(0, 16) },
  };
}

/** What is wanted of it: `look` changes nothing. */
export type DeadManWish = 'disarm' | 'revert' | 'look';

const settle = `[ -d "$mg_q" ] || { echo none; exit 0; }
mg_b=; read -r mg_b 2>/dev/null </proc/sys/kernel/random/boot_id
mg_wake() {
mg_ob=; { read -r mg_x mg_ob mg_op mg_os mg_s mg_y <"$mg_q/meta"; } 2>/dev/null
[ "$mg_ob" = "\${mg_b:--}" ] && mg_alive "$mg_op" "$mg_os" || return
kill -KILL "$mg_s" 2>/dev/null
mg_t=30; while mg_alive "$mg_op" "$mg_os" && [ "$mg_t" -gt 0 ]; do mg_nap; done
}
case $wish in
disarm) ! mv -f "$mg_q/armed" "$mg_q/disarmed" 2>/dev/null || { mg_wake; rm -rf "$mg_q"; echo disarmed; exit 0; };;
revert) [ ! -e "$mg_q/armed" ] || { /bin/sh "$mg_q/act" "$mg_d" now >/dev/null 2>&1; mg_by=; read -r mg_x mg_y mg_by <"$mg_q/by"; [ "$mg_by" != now ] || mg_wake; };;
*) [ ! -e "$mg_q/armed" ] || { echo armed; exit 0; };;
esac
mg_t=$((wait*10)); mg_blind=20
until [ -e "$mg_q/reverted" ]; do
[ ! -e "$mg_q/disarmed" ] || { rm -rf "$mg_q"; echo disarmed; exit 0; }
[ -d "$mg_q" ] || { echo none; exit 0; }
mg_op=; { read -r mg_op mg_os mg_by <"$mg_q/by"; } 2>/dev/null
if [ -n "$mg_op" ] && mg_alive "$mg_op" "$mg_os"; then mg_blind=20
else mg_blind=$((mg_blind-1)); [ "$mg_blind" -gt 0 ] || { echo torn; exit 0; }
fi
[ "$mg_t" -gt 0 ] || { echo firing; exit 0; }
mg_nap
done
mg_by=; read -r mg_x mg_y mg_by <"$mg_q/by"
[ "$mg_by" = now ] && echo 'reverted asked' || echo 'reverted self'
cat "$mg_q/rc"
while read -r mg_x mg_y; do
mg_x=$mg_q/over.$mg_x; [ -e "$mg_x" ] || mg_x=
printf 'over %s\\t%s\\n' "$mg_x" "$mg_y"
done 2>/dev/null <"$mg_q/over"
[ ! -s "$mg_q/said" ] || { echo said; tail -c 400 "$mg_q/said"; }
exit 0`;

/**
 * Ends it, unless it has acted by itself; or lets it act now; or only looks. Waits up to `waitSeconds` for its end where it
 * acts. See {@link readDeadManReply} for what it says.
 */
export function settleDeadMan(name: string, wish: DeadManWish, waitSeconds: number): ScriptCommand {
  const none = 'mg_storage() { echo none; exit 0; }';
  return {
    script: [none, root, born, readings, place(name), settle].join('\n'),
    variables: { wish, wait: String(waitSeconds) },
  };
}
