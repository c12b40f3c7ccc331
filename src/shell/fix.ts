import type { Command } from '../model/command.ts';
import type { FixRequest } from '../model/transport.ts';
import { formatLabel } from './label.ts';
import { spooling } from './marker.ts';
import { quote } from './quote.ts';
import { renderCommand } from './render.ts';

/** How long a command may take to end by itself after its time, in seconds, before the whole fix is killed. */
const graceSeconds = 5;

/*
 * After the command's time the watcher asks the whole group to end, says so with rc 7, and leaves one behind that kills
 * it. It is itself ended by KILL: dash loses a TERM that comes just after the fork. Its short sleeps leave none behind.
 */
const watch = `mg_watch() {
[ "\${mg_g:-0}" -gt 1 ] || return 0
( mg_n=$1; while [ "$mg_n" -gt 0 ]; do sleep 1; mg_n=$((mg_n-1)); done
trap '' TERM; kill -TERM "-$mg_g"
( sleep ${graceSeconds}; kill -KILL "-$mg_g" ) &
exit 7 ) </dev/null >/dev/null 2>&1 &
mg_w=$!
}
mg_unwatch() {
[ -n "$mg_w" ] || return 0
[ -n "$mg_stop" ] || kill -KILL "$mg_w"
wait "$mg_w"
[ $? -ne 7 ] || { mg_rc=124; mg_stop=; }
mg_w=
}`;

/*
 * After the whole fix's time: says "late", asks all to end, and kills what has not ended then. It counts the ended commands
 * in the host's record, so that it waits for the last one that must not be killed. Its sleeps hold no stream.
 */
const watchAll = `mg_late() {
[ "\${mg_g:-0}" -gt 1 ] && [ -n "$mg_m" ] || return 0
( trap '' TERM; mg_t=$1
while [ "$mg_t" -gt 0 ]; do sleep 1 >/dev/null; mg_t=$((mg_t-1)); done
mg_x=0
while [ "$mg_x" -lt "$2" ]; do
mg_x=0; while read -r mg_y; do mg_x=$((mg_x+1)); done <"$mg_m/rc"
[ "$mg_x" -ge "$2" ] || sleep 1 >/dev/null
done
echo "$3 late"
kill -TERM "-$mg_g"; sleep ${graceSeconds} >/dev/null; kill -KILL "-$mg_g" ) 3>&- 2>/dev/null &
mg_a=$!
}`;

/**
 * All commands of a fix as one script, in order, each in a subshell of its own, ended by the first rc other than 0. Each
 * gives `NONCE b I`, its output and `NONCE e I RC` on stdout, `NONCE b I` and `NONCE e I` on stderr; the script ends with `NONCE done` on
 * both, or with `NONCE stop` when it was asked to end (TERM). A part's label stands in front of its first command. A command that outlasted its
 * `timeoutMs` has rc 124, as `timeout` gives. The script goes on when the wire breaks. It has clear secrets in it: it travels on
 * stdin only, and lies nowhere. `$mg_g` must be its process group, or 0; `$mg_m` the folder of its marker (see marker.ts) or empty.
 * There it records `e I RC` of each command, `done` or `stop`; and there it ends itself after `request.timeoutMs`, saying `NONCE late`.
 * Having said `done` it waits for marker.ts's `spentLine`, or for the end of its stdin.
 */
export function composeFix(request: FixRequest, nonce: string): string {
  const say = (word: string): string => `echo '${nonce} ${word}'; echo '${nonce} ${word}' >&2`;
  const record = (text: string): string => `mg_rec "${text}"`;
  const commands = request.parts.flatMap((part) => part.commands);
  const watched = commands.some((command) => ownSeconds(command) !== undefined);
  const lines = [
    "trap '' HUP INT PIPE TERM",
    spooling,
    '{ {',
    "mg_stop=; mg_w=; mg_a=; trap : HUP INT PIPE; trap 'mg_stop=1' TERM",
    'mg_rec() { [ -z "$mg_m" ] || { echo "$1" >>"$mg_m/rc"; } 2>/dev/null; }',
    'mg_end() { [ -z "$mg_a" ] || kill -KILL "$mg_a"; mg_finish "$1"; } 2>/dev/null',
    ...(watched ? [watch] : []),
    watchAll,
    `mg_late ${Math.max(1, Math.ceil(wholeTime(request) / 1000))} ${commands.findLastIndex(({ unkillable }) => unkillable === true) + 1} '${nonce}'`,
  ];
  let index = 0;
  for (const part of request.parts) {
    if (part.commands.length > 0) lines.push(formatLabel(part.label));
    for (const command of part.commands) {
      const seconds = ownSeconds(command);
      lines.push(
        say(`b ${index}`),
        ...(seconds === undefined ? [] : [`mg_watch ${seconds}`]),
        `( eval ${quote(renderCommand(command))} ) </dev/null; mg_rc=$?`,
        ...(seconds === undefined ? [] : ['mg_unwatch 2>/dev/null']),
        // Where it has no group of its own, only the outer shell can be killed.
        `{ [ -z "$mg_stop" ] && kill -0 $$; } 2>/dev/null || { ${record('stop')}; ${say('stop')}; mg_end; exit 143; }`,
        record(`e ${index} $mg_rc`),
        `echo "${nonce} e ${index} $mg_rc"; echo '${nonce} e ${index}' >&2`,
        `[ "$mg_rc" -eq 0 ] || { ${record('done')}; ${say('done')}; mg_end done; exit "$mg_rc"; }`,
      );
      index += 1;
    }
  }
  lines.push(
    record('done'),
    say('done'),
    'mg_end done',
    '} 2>&1 >&3 3>&- | ( mg_relay err ) >&2 3>&-; } 3>&1 | ( mg_relay out )',
    '',
  );
  return lines.join('\n');
}

/** How long a fix may take, in ms. A command's author knows how long that takes: a step's deadline must not cut it short. */
export function wholeTime(request: FixRequest): number {
  return Math.max(request.timeoutMs, ownTime(request));
}

/** How long a fix may take at least, in ms: the own times of its commands one after the other. */
function ownTime(request: FixRequest): number {
  return request.parts
    .flatMap((part) => part.commands)
    .reduce((sum, { timeoutMs }) => sum + (timeoutMs === undefined ? 0 : timeoutMs + (graceSeconds + 1) * 1000), 0);
}

function ownSeconds({ timeoutMs, unkillable }: Command): number | undefined {
  return timeoutMs === undefined || unkillable === true ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000));
}
