import type { ScriptCommand } from '../model/command.ts';
import { holderScript } from './host-lock.ts';

/** What of a user's markers on a host may go. */
export interface Sweep {
  /** Runs of whose fixes nobody will ask the host any more. */
  readonly settled: readonly string[];
  /** Runs whose markers stay, however old they are. */
  readonly needed: readonly string[];
  /** Markers of other runs go once they are so many days old; `undefined`: they stay. */
  readonly unknownDays: number | undefined;
  /** Only counts them. */
  readonly dryRun: boolean;
}

/*
 * Says `RUN NAME` of each marker that may go. Those of the run that holds the host's lock stay, and whatever lives and has not ended: the meta of
 * a fix and that of a dead man's switch both begin with WORD BOOT PID BORN. A switch that waits, or has not ended, stays, and so do
 * all markers of its run: it takes back what those say was begun.
 */
const choose = `sw_switches() {
sw_keep=; for sw_m in */armed */fired; do [ ! -e "$sw_m" ] || { sw_meta "\${sw_m%/*}"; sw_keep="$sw_keep $sw_r"; }; done
}
sw_stays() {
case "$sw_keep " in *" $sw_r "*) [ "$sw_r" = - ] || return 0;; esac
[ "$sw_r" = "$sw_going" ] || [ -e "$1/armed" ] || [ -e "$1/fired" ] || { [ -n "$sw_s" ] && [ "$sw_b" = "$lk_b" ] && mg_alive "$sw_p" "$sw_s" && ! lk_ended "$1"; }
}
sw_meta() { sw_r=-; { read -r sw_n sw_b sw_p sw_s sw_g sw_r <"$1/meta"; } 2>/dev/null; [ -n "$sw_r" ] || sw_r=-; }
sw_name() { case $1 in *[!0-9a-f]*) return 1;; esac; [ "\${#1}" -eq 64 ]; }
sw_settled() {
[ -n "$settled" ] || return 0
for sw_m in */meta; do
sw_m=\${sw_m%/meta}; sw_name "$sw_m" || continue
sw_meta "$sw_m"
case " $settled " in *" $sw_r "*) sw_stays "$sw_m" || echo "$sw_r $sw_m";; esac
done
}
sw_unknown() {
[ -n "$days" ] || return 0
find . ! -name . -prune -type d -name '[0-9a-f][0-9a-f]*' -mtime "+$days" -print 2>/dev/null | while read -r sw_m; do
sw_m=\${sw_m#./}; sw_name "$sw_m" || continue
sw_meta "$sw_m"
case " $settled $needed " in *" $sw_r "*) continue;; esac
sw_stays "$sw_m" || echo "- $sw_m"
done
}`;

const sweep = `${holderScript}
${choose}
echo "user $mg_u"
[ -d "$lk_m" ] || { echo end; exit 0; }
[ ! -L "$lk_m" ] && [ -O "$lk_m" ] && cd "$lk_m" || { echo unsafe; exit 0; }
sw_going=; if lk_ours && lk_read "$lk_d/lock" && { lk_alive || lk_fixing; }; then sw_going=$lk_r; fi
sw_switches
{ sw_settled; sw_unknown; } | if [ "$apply" = yes ]
then { while read -r sw_r sw_m; do echo "$sw_r" >&3; echo "$sw_m"; done | xargs rm -rf; } 3>&1
else while read -r sw_r sw_m; do echo "$sw_r"; done
fi && echo end`;

/**
 * Removes, or counts, markers of the user who asks: `user UID`, then one line with a run's id, or `-`, for each, and `end`; or
 * `unsafe`, their folder is not his. See {@link readSwept}.
 */
export function sweepMarkers({ settled, needed, unknownDays, dryRun }: Sweep): ScriptCommand {
  return {
    script: sweep,
    variables: {
      settled: settled.join(' '),
      needed: needed.join(' '),
      // find counts whole days that are over.
      days: unknownDays === undefined ? '' : String(unknownDays - 1),
      apply: dryRun ? 'no' : 'yes',
    },
  };
}

/** What one user's markers on a host came to. */
export interface Swept {
  readonly uid: string;
  /** How many of which run went, or would; `undefined`: of unknown runs. */
  readonly markers: ReadonlyMap<string | undefined, number>;
}

/** Reads the answer to {@link sweepMarkers}; a text: why it is none. */
export function readSwept(stdout: string, { settled }: Sweep): Swept | string {
  const [first = '', ...lines] = stdout.trimEnd().split('\n');
  const [word, uid = ''] = first.split(' ', 2);
  const last = lines.pop();
  if (last === 'unsafe') return 'the folder of its markers does not belong to this user alone';
  if (word !== 'user' || last !== 'end') return 'the host gave no whole answer about its markers';
  const known = new Set(settled);
  const markers = new Map<string | undefined, number>();
  for (const line of lines) {
    const run = known.has(line) ? line : undefined;
    markers.set(run, (markers.get(run) ?? 0) + 1);
  }
  return { uid, markers };
}
