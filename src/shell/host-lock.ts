import type { ScriptCommand } from '../model/command.ts';
import { born } from './marker.ts';

/** Who holds a host's lock, as the host's own file says. */
export interface LockOwner {
  /** Names this one taking; `unlock` asks for it. */
  readonly nonce: string;
  readonly run: string;
  /** The host's name in the inventory. */
  readonly host: string;
  readonly operator: string;
  /** ISO 8601, UTC, by the control node's clock. */
  readonly since: string;
  readonly comment: string;
}

/*
 * The folder of the lock dies with the boot, but for /tmp on some hosts: so the boot's id stands in the lock too. It must
 * be ours alone; in /tmp anybody may have made it before us. MENDGATE_LOCK_DIR is for hosts that have another place. The lane
 * knows who we are (`mg_who`), since when (`mg_stat`) and in which boot (`mg_b`).
 */
const place = `mg_who
case $mg_u in
0) lk_m=/var/lib/mendgate; lk_d=/run/mendgate; [ -d /run ] || lk_d=/var/run/mendgate; [ -d "\${lk_d%/*}" ] || lk_d=/tmp/mendgate-0;;
*) lk_m=\${HOME:-/nonexistent}/.local/state/mendgate; lk_d=/run/user/$mg_u/mendgate; [ -O "\${lk_d%/*}" ] || lk_d=/tmp/mendgate-$mg_u;;
esac
lk_d=\${MENDGATE_LOCK_DIR:-$lk_d}
lk_ours() { [ -d "$lk_d" ] && [ ! -L "$lk_d" ] && [ -O "$lk_d" ]; }`;

/** Whether the marker in a folder records that its fix came to its end: its shell may live on, waiting to hear that this is known. */
const ended = `lk_ended() {
lk_x=; { while read -r lk_y lk_z; do lk_x=$lk_y; done <"$1/rc"; } 2>/dev/null
[ "$lk_x" = done ]
}`;

/*
 * Every file of the folder holds the one line NONCE PID BORN BOOT RUN of a process, then who it is in words. A holder whose
 * process is gone holds nothing, unless a fix of its run still runs on the host: markers know those.
 */
const readings = `lk_read() {
lk_n=; { read -r lk_n lk_p lk_s lk_o lk_r <"$1"; } 2>/dev/null || lk_n=
lk_i=$lk_n.$lk_p.$lk_s
[ -n "$lk_n" ]
}
lk_alive() { [ "$lk_o" = "$lk_b" ] && mg_alive "$lk_p" "$lk_s"; }
${ended}
lk_fixing() {
for lk_f in "$lk_m"/*/meta; do
{ read -r lk_x lk_y lk_z lk_w lk_g lk_v <"$lk_f"; } 2>/dev/null || continue
[ -n "$lk_w" ] && [ "$lk_v" = "$lk_r" ] && [ "$lk_y" = "$lk_b" ] && mg_alive "$lk_z" "$lk_w" && ! lk_ended "\${lk_f%/meta}" && return 0
done
return 1
}
lk_held() { echo "held $1"; cat "$lk_d/lock" 2>/dev/null; exit 0; }`;

/*
 * Takes a dead holder's lock away. Two who find it dead must not both remove it, since the second would remove the first
 * one's new lock. So only its heir may: whoever first links the name heir.ID; an heir that died has an heir in turn. An ID
 * never comes again, so that a late heir finds another lock than its own and leaves it alone.
 */
const seize = `lk_seize() {
lk_h=$lk_i
until ln "$lk_own" "$lk_d/heir.$lk_i" 2>/dev/null; do
lk_read "$lk_d/heir.$lk_i" || return 1
! lk_alive || return 1
done
! lk_read "$lk_d/lock" || [ "$lk_i" != "$lk_h" ] || rm -f "$lk_d/lock" "$lk_d/own.$lk_h"
}
lk_sweep() {
rm -f "$lk_d"/heir.*
for lk_f in "$lk_d"/own.*; do lk_read "$lk_f" && ! lk_alive && rm -f "$lk_f"; done
}`;

/** A file of our own, whole before anybody can see it under another name. Whoever takes the lock removes both names together. */
const own = `lk_storage() { echo "storage $1"; echo "$lk_d"; echo "$lk_x"; exit 0; }
lk_x=
[ -d "$lk_d" ] || lk_x=$(mkdir "$lk_d" 2>&1)
[ -d "$lk_d" ] || lk_storage 1
lk_ours || { lk_x=$(ls -ld "$lk_d"); lk_storage 2; }
set -- \${mg_stat##*) }; mg_x=\${20}
lk_me=$nonce.$$.\${mg_x:--}
lk_own=$lk_d/own.$lk_me
{ echo "$nonce $$ \${mg_x:--} $lk_b $run"; printf '%s\\n' "$host" "$operator" "$since" "$comment"; } 2>/dev/null >"$lk_own" || lk_storage 3
trap 'rm -f "$lk_own"' EXIT`;

/**
 * Shell functions that tell who holds the lock of the user who asks (`lk_read "$lk_d/lock"`, `lk_alive`, `lk_fixing`: its
 * run is `$lk_r`), whether a marker's fix has ended (`lk_ended FOLDER`), and where that user's markers lie (`$lk_m`). For a lane.
 */
export const holderScript = `${born}\n${place}\nlk_b=\${mg_b:--}\n${readings}`;

/*
 * A hard link is there whole or not at all: there is no moment in which the lock has no owner, as there would be with
 * mkdir. A lock of the same run and host is an earlier wire's of ours, and is taken over whoever lives.
 */
const take = `${holderScript}
${seize}
${own}
lk_t=50
while [ "$lk_t" -gt 0 ]; do
lk_t=$((lk_t-1))
if ln "$lk_own" "$lk_d/lock" 2>/dev/null; then trap - EXIT; [ "$lk_t" -eq 49 ] || lk_sweep; echo taken; exit 0; fi
lk_read "$lk_d/lock" || continue
[ "$lk_i" != "$lk_me" ] || { echo taken; exit 0; }
lk_x=; { read -r lk_x; read -r lk_x; } 2>/dev/null <"$lk_d/lock"
if [ "$lk_r" != "$run" ] || [ "$lk_x" != "$host" ]; then
! lk_alive || lk_held 1
! lk_fixing || lk_held 2
fi
lk_seize || sleep 0.1 2>/dev/null || sleep 1
done
[ ! -e "$lk_d/lock" ] || lk_held 1
lk_storage 4`;

/** All that is needed where nobody holds it: a shell reads its stdin byte by byte. */
const quickTake = `${place}
lk_b=\${mg_b:--}
${own}
if ln "$lk_own" "$lk_d/lock" 2>/dev/null; then trap - EXIT; echo taken; else echo busy; fi`;

const look = `${holderScript}
lk_ours || { echo free; exit 0; }
lk_read "$lk_d/lock" || { echo free; exit 0; }
! lk_alive || lk_held 1
! lk_fixing || lk_held 2
echo free`;

/*
 * With the lock go the markers that nobody will ask for any more, in one `rm` for all. The host's own record must say that
 * the fix came to its end: a marker that keeps a late script from beginning stays, and so does one that was left half-done.
 */
const release = `${place}
${ended}
set --
[ -n "$spent" ] && [ ! -L "$lk_m" ] && [ -O "$lk_m" ] && for lk_f in $spent; do
! lk_ended "$lk_m/$lk_f" || set -- "$@" "$lk_m/$lk_f" "$lk_d/begun.$lk_f"
done
lk_ours && { read -r lk_n lk_p lk_s lk_x <"$lk_d/lock"; } 2>/dev/null && [ "$lk_n" = "$nonce" ] &&
set -- "$@" "$lk_d/lock" "$lk_d/own.$lk_n.$lk_p.$lk_s"
[ "$#" -eq 0 ] || rm -rf "$@"
echo free`;

/** Says of a lock that goes whose it was: nobody can ask for it afterwards. */
const unlock = `${holderScript}
lk_ours || { echo free; exit 0; }
lk_read "$lk_d/lock" || { echo free; exit 0; }
lk_c=0
if lk_alive; then lk_c=1; elif lk_fixing; then lk_c=2; fi
[ "$lk_n" = "$wanted" ] || lk_held "$lk_c"
[ "$lk_c" = 0 ] || [ -n "$force" ] || lk_held "$lk_c"
lk_was=$(cat "$lk_d/lock" 2>/dev/null)
${seize}
${own}
lk_read "$lk_d/lock" && [ "$lk_n" = "$wanted" ] || { echo free; exit 0; }
lk_seize || lk_held 1
echo "unlocked $lk_c"
printf '%s\\n' "$lk_was"`;

/** The texts of what this file asks for: they start nothing that outlives them. */
export const lockScripts: ReadonlySet<string> = new Set([quickTake, take, look, release, unlock]);

/**
 * Takes the host's lock for the shell that this runs in: it lasts until it is given back or that shell is gone. Says `taken`;
 * `held WHY` and who holds it; or `storage WHY`. See {@link readLockReply} for the answers of all four.
 */
export function takeLock(owner: LockOwner): ScriptCommand {
  return { script: take, variables: variablesOf(owner) };
}

/** {@link takeLock} for the usual case: where the lock's file is there, whoever left it, nothing is taken; it says `busy`. */
export function takeFreeLock(owner: LockOwner): ScriptCommand {
  return { script: quickTake, variables: variablesOf(owner) };
}

function variablesOf({ nonce, run, host, operator, since, comment }: LockOwner) {
  const words = { host: oneLine(host), operator: oneLine(operator), since: oneLine(since), comment: oneLine(comment) };
  return { nonce, run: oneWord(run), ...words };
}

/** Only looks: `free`, or `held WHY` and who. Changes nothing. */
export function lookAtLock(): ScriptCommand {
  return { script: look };
}

/**
 * Gives back what was taken under this nonce; another's lock stays. `spent`: names of markers (marker-name.ts) of this user's that
 * have served their time.
 */
export function releaseLock(nonce: string, spent: readonly string[] = []): ScriptCommand {
  return { script: release, variables: { nonce, spent: spent.join(' ') } };
}

/**
 * Takes away the lock of the nonce `wanted`: `unlocked` and whose it was, `free`, or `held` by another one. Without `force` a
 * lock stays `held` whose holder lives, or has a fix that still runs. `nonce`: a fresh one.
 */
export function removeLock(wanted: string, nonce: string, force: boolean): ScriptCommand {
  const nobody = { run: '-', host: '', operator: '', since: '', comment: '' };
  return { script: unlock, variables: { wanted, nonce, force: force ? '1' : '', ...nobody } };
}

/** A line of the lock's file. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
}

function oneWord(text: string): string {
  return text.replace(/[^\w.:-]/g, '_');
}
