import type { FixRequest } from '../model/transport.ts';
import { quote } from './quote.ts';

/** After how many days a later fix on the same host removes a marker. Absence proves nothing about an older intent. */
export const markerDays = 7;

/** Spooled of each stream of a fix, in blocks of 512 bytes (1024 in some shells). */
const spoolBlocks = 8192;

/*
 * The folder of all markers: on a disk that outlives a reboot, and nobody else's. Only builtins where there are some: a
 * program's start costs a millisecond, and fifty in an emulated guest.
 */
export const root = `mg_root() {
mg_u=; while read -r mg_x mg_y mg_u mg_z; do [ "$mg_x" != Uid: ] || break; mg_u=; done 2>/dev/null </proc/$$/status
[ -n "$mg_u" ] || mg_u=$(id -u)
mg_new=
if [ "$mg_u" = 0 ]; then mg_d=/var/lib/mendgate
else mg_d=\${HOME:-/nonexistent}/.local/state/mendgate; [ -d "$mg_d" ] || mkdir "$HOME/.local" "$HOME/.local/state" 2>/dev/null; fi
[ -d "$mg_d" ] || { mkdir "$mg_d"; mg_new=$mg_d/..; }
mg_x=; read -r mg_x mg_y mg_z mg_e <<EOF
$(ls -ldn "$mg_d" 2>/dev/null)
EOF
[ -n "$mg_x" ] || mg_storage 1
case $mg_x in drwx--[-S]--[-T]*) ;; *) mg_storage 2;; esac
[ "$mg_z" = "$mg_u" ] || mg_storage 2
mg_m=$mg_d/$mg_k
}`;

/*
 * A process is known by its pid and the time it began: pids come again, after a container's restart even soon. A dead
 * one that nobody has waited for is dead. `mg_born PID` gives `mg_x`; `mg_alive PID BORN`. A shell knows its own `mg_stat` from the bootstrap.
 */
export const birth = `mg_born() {
mg_x=; mg_l=; [ "$1" != $$ ] || mg_l=$mg_stat
[ -n "$mg_l" ] || read -r mg_l 2>/dev/null <"/proc/$1/stat" || return 1
set -- \${mg_l##*) }; mg_x=\${20}
case $1 in Z|X) return 1;; esac
}`;
export const born = `${birth}
mg_alive() {
if [ -e /proc/self/stat ]; then mg_born "$1" && [ "$mg_x" = "$2" ]; else kill -0 "$1" 2>/dev/null; fi
}`;

/**
 * Old coreutils know no FILE: they sync everything, or nothing. Without any sync the rest still holds. What was removed
 * meanwhile needs none.
 */
export const sync = 'mg_sync() { sync "$@" 2>/dev/null || { [ -e "$1" ] && sync 2>/dev/null; }; }';

/*
 * On a full disk a record may have gaps: what stands behind one counts for nothing.
 *
 * `mg_t` counts tenths of a second down: short naps at first, for what has nearly ended, then whole seconds.
 */
export const readings = `mg_naps=30
mg_nap() {
if [ "$mg_naps" -gt 0 ] && sleep 0.1 2>/dev/null; then mg_naps=$((mg_naps-1)); mg_t=$((mg_t-1)); else sleep 1; mg_t=$((mg_t-10)); fi
}
mg_ends() {
mg_e=; mg_r=; mg_i=0
[ ! -e "$mg_m/rc" ] || while read -r mg_x mg_y mg_z; do
case $mg_x in e) [ "$mg_y" != "$mg_i" ] || { mg_e="$mg_e $mg_z"; mg_i=$((mg_i+1)); };; *) mg_r=$mg_x;; esac
done <"$mg_m/rc"
}`;

const found = 'mg_found() { echo "$mg_n found $1"; echo "$2"; exit 0; }';

/*
 * That a fix began stands beside the host's lock too, which dies with the boot. Somebody may remove markers by hand, or a program may:
 * where that trace of the same boot is left, a missing marker proves nothing. It goes with its marker.
 */
const trace = `mg_trace() {
mg_h=/run/mendgate; [ "$mg_u" = 0 ] || { mg_h=/run/user/$mg_u/mendgate; [ -O "$mg_h" ] || mg_h=/tmp/mendgate-$mg_u; }
mg_h=\${MENDGATE_LOCK_DIR:-$mg_h}
if [ -O "$mg_h" ] && [ ! -L "$mg_h" ]; then mg_h=$mg_h/begun.$mg_k; else mg_h=; fi
[ -n "$mg_h" ] && { read -r mg_x <"$mg_h"; } 2>/dev/null && [ "$mg_x" = "\${mg_b:--}" ] && rmdir "$mg_m" && mg_found 8 "$mg_x"
}`;

/*
 * Somebody was here before. Whoever finds no beginning recorded writes that there will be none: both write with O_EXCL
 * (set -C), so that only one of them is right.
 */
const follow = `${found}
mg_cancel() { set -C; { echo "cancelled \${mg_b:--}" >"$mg_m/meta"; } 2>/dev/null && mg_found 5 "\${mg_b:--}"; }
mg_follow() {
mg_t=30
until { read -r mg_o mg_ob mg_op mg_os mg_x <"$mg_m/meta"; } 2>/dev/null; do
[ "$mg_t" -gt 0 ] || { mg_cancel; mg_found 6 -; }
mg_nap
done
[ "$mg_o" != cancelled ] || mg_found 5 "$mg_ob"
mg_t=$mg_wait
while :; do
mg_ends
case $mg_r in done) mg_s=1; break;; stop) mg_s=7; break;; esac
mg_s=4; [ "$mg_ob" = "\${mg_b:--}" ] || break
mg_s=3; mg_alive "$mg_op" "$mg_os" || { mg_ends; [ -n "$mg_r" ] || break; continue; }
mg_s=2; [ "$mg_t" -gt 0 ] || break
mg_nap
done
mg_t=20
[ -z "$mg_r" ] || until grep -q "$mg_o $mg_r" "$mg_m/out" && grep -q "$mg_o $mg_r" "$mg_m/err" || [ "$mg_t" -le 0 ]; do mg_nap; done 2>/dev/null
echo "$mg_n found $mg_s"; echo "$mg_o$mg_e"
cat "$mg_m/out" 2>/dev/null
{ cat "$mg_m/err" >&3; } 3>&2 2>/dev/null
exit 0
}`;

function begin(name: string, nonce: string, functions: readonly string[]): string {
  const storage = 'mg_storage() { echo "$mg_n storage $1"; exit 0; }';
  return [`${markerLine}${name}'; mg_n=${nonce}`, storage, root, ...functions, 'mg_root'].join('\n');
}

/**
 * What a fix that finds itself begun already reads from its stdin, having said `NONCE follow`: how to wait `waitSeconds` for
 * the first one's end, and tell of it. Nearly all fixes are the first, and a shell reads its stdin byte by byte.
 */
export function followMarker(waitSeconds: number): string {
  return `mg_wait=${waitSeconds * 10}\n${born}\n${readings}\n${follow}\nmg_follow`;
}

/** How the line begins that names a marker; a simulated host finds it by this. */
export const markerLine = "mg_k='";

/**
 * Shell text that stands in front of a fix's script: the host's own record that this fix began, made before it begins and
 * only by one of all who ask under the same name (64 hex digits). `$mg_b` must be the id of the boot.
 *
 * It says `NONCE fresh LACKS` and goes on, or it ends: with `NONCE storage WHY` (nothing ran); or, when the marker was there,
 * with `NONCE found STATE`, a line `NONCE-OF-THE-FIRST RC…`, and what the first wrote on both streams. It says `NONCE follow`
 * first, and reads {@link followMarker} from its stdin.
 */
export function claimMarker(name: string, nonce: string, request: FixRequest): string {
  const labels = request.parts.map(({ label }) => `${label.kind} ${label.name}`).join(', ');
  const run = (request.run ?? '-').replace(/[^\w.:-]/g, '_');
  const about = quote(labels.replace(/[^ -[\]-~]/g, '?').slice(0, 500));
  // A beginning that could not be recorded leaves its folder: somebody else may be writing there that there will be none.
  // Between the marker and the script, too, a wire that breaks must not end it (SIGPIPE): nobody would know then.
  return `trap '' HUP INT PIPE TERM
${begin(name, nonce, [birth, sync, found, trace, 'mg_follow() { echo "$mg_n follow"; mg_more; eval "$mg_s"; }'])}
if mkdir "$mg_m"; then
mg_trace
mg_born $$
set -C
{ echo "$mg_n \${mg_b:--} $$ \${mg_x:--} $mg_g ${run}
"${about} >"$mg_m/meta"; } 2>/dev/null || { [ ! -s "$mg_m/meta" ] || mg_follow; mg_storage 4; }
set +C
[ -z "$mg_h" ] || { echo "\${mg_b:--}" >"$mg_h"; } 2>/dev/null
mg_w=0
mg_sync "$mg_m/meta" "$mg_m" "$mg_d" $mg_new || mg_w=1
[ "\${mg_g:-0}" -gt 1 ] || mg_w=$((mg_w+2))
command -v tee >/dev/null || mg_w=$((mg_w+4))
echo "$mg_n fresh $mg_w"
elif [ -d "$mg_m" ]; then mg_follow
else mg_storage 3
fi`;
}

/**
 * Shell text that asks for a marker: as {@link claimMarker}, but where there is none it leaves one that says so, which a
 * script that is still under way then meets: it will never begin. `NONCE found 5` and the id of the boot in which that was.
 */
export function askMarker(name: string, nonce: string, waitSeconds: number): string {
  const functions = [born, readings, follow, trace, `mg_wait=${waitSeconds * 10}`];
  return `${begin(name, nonce, functions)}
if mkdir "$mg_m" 2>/dev/null; then mg_trace; mg_cancel; rm -rf "$mg_m"; mg_storage 4
elif [ -d "$mg_m" ]; then echo "$mg_n follow"; mg_follow
else mkdir "$mg_m"; mg_storage 3
fi`;
}

/*
 * `mg_relay` stands between the script and the wire: when that breaks, or a deadline asks all to end, it reads on, so that
 * no command ever dies of its output (SIGPIPE). A spool that is full, or a full disk, stops neither. What has read to
 * the end needs nobody to read on. `mg_finish` runs when the script has said its end: nobody waits for it. `mg_finish done` waits
 * for {@link spentLine}, upon which nobody needs the marker; where nobody is left to say so, it must outlast the host. One in
 * sixteen sweeps, since looking at all markers costs more than most fixes. It sweeps markers only, known by their names: a
 * control node keeps its journals in the same folder (`runs`).
 */
export const spooling = `mg_relay() {
if [ -n "$mg_m" ] && command -v tee >/dev/null; then trap '' XFSZ; ulimit -f ${spoolBlocks}; tee "$mg_m/$1" 2>/dev/null
else cat 2>/dev/null; fi && return
exec cat >/dev/null 2>&1
}
mg_finish() {
[ -n "$mg_m" ] || return 0
mg_x=; [ "$1" != done ] || read -r mg_x
{ [ "$mg_x" = "$mg_n spent" ] || mg_sync "$mg_m/rc" "$mg_m/out" "$mg_m/err" "$mg_m"
case $mg_n in 0*) find "$mg_d/." ! -name . -prune -type d -name '[0-9a-f][0-9a-f]*' -mtime +${markerDays} -exec rm -rf {} +;; esac
[ "$mg_x" != "$mg_n spent" ] || exec rm -rf "$mg_m" \${mg_h:+"$mg_h"}
} </dev/null >/dev/null 2>&1
}`;

/** What a fix's shell that has said its end waits for on its stdin: then it removes its marker. */
export function spentLine(nonce: string): string {
  return `${nonce} spent\n`;
}
