/**
 * One script on its way into a shell's stdin: `NONCE LINES BYTES`, then exactly LINES lines. It is read with the builtin
 * `read -r` only: `head -c` and `dd` read too much or too little of a pipe on BusyBox. What is cut short never runs.
 */
export function encodeFrame(nonce: string, script: string): Buffer {
  return Buffer.from(frameText(nonce, script), 'utf8');
}

/** How the lane is to run a frame: the last word of its header. */
export type FrameMode =
  /** With pipes of its own: it may leave somebody behind who writes on. */
  | 'piped'
  /** On the lane's own streams: it leaves nothing behind (leaves-nothing.ts). */
  | 'plain'
  /** The same; and a frame follows at once, with whose beginning its end is told. */
  | 'followed';

const modeWords = { piped: '', plain: ' 1', followed: ' 2' } as const;

/** A frame for {@link laneProgram}. */
export function laneFrame(nonce: string, script: string, mode: FrameMode): string {
  return frameText(nonce, script, modeWords[mode]);
}

function frameText(nonce: string, script: string, more = ''): string {
  const payload = script.endsWith('\n') ? script : `${script}\n`;
  let lines = 0;
  for (let at = payload.indexOf('\n'); at >= 0; at = payload.indexOf('\n', at + 1)) lines += 1;
  return `${nonce} ${lines} ${Buffer.byteLength(payload)}${more}\n${payload}`;
}

/** The first line of a program, by which a simulated host tells what it is asked to be. */
export const programKinds = {
  lane: '# mendgate lane',
  fix: '# mendgate fix',
  ask: '# mendgate ask',
  kill: '# mendgate kill',
} as const;

/**
 * What the scripts of a lane find: `mg_who` gives `$mg_u`, the number of the user who asks. The kernel says it without a program's
 * start. See the bootstrap for the rest.
 */
export const laneFunctions =
  'mg_who() { mg_u=; while read -r mg_x mg_y mg_u mg_z; do [ "$mg_x" = Uid: ] && break; done 2>/dev/null </proc/$$/status; [ -n "$mg_u" ] || mg_u=$(id -u); }';

const runApart = '( unset mg_n mg_x mg_z; eval "$mg_s" ) </dev/null 3>&- 4>&-';

/**
 * The program of a probe lane: runs frames one after the other until its stdin ends. A frame gives on stdout `NONCE b`, its
 * output, `NONCE r RC` as soon as the script itself has ended, and `NONCE e` when nobody can write any more; on stderr
 * the same without RC. A frame whose bytes do not add up gives `NONCE x` and ends the lane.
 *
 * `cat` stands between a frame and the lane: a child that a frame leaves behind holds that frame's own pipe and can
 * never write into the next one. `NONCE r` goes through that pipe too, so that all the script wrote stands before it. It is
 * not `|| rc=$?`, which would switch off the script's `set -e`. Where nobody is left behind the two `cat`, which are most of
 * what a frame costs the host, are not needed. `mg_o` and `mg_p` hold what is still to be told on the two streams.
 *
 * It travels in argv, as the bootstrap's word `$4`.
 */
export const laneWord = [
  laneFunctions,
  'set --; exec 3>&1 4>&2; mg_o=; mg_p=',
  'while IFS=" " read -r mg_n mg_l mg_c mg_w',
  'do mg_lines || { echo "$mg_o$mg_n x"; echo "$mg_p" >&2; exit 98; }',
  'echo "$mg_o$mg_n b"; echo "$mg_p$mg_n b" >&2; mg_o=; mg_p=',
  `case $mg_w in "") { { ${runApart} 5>&-; echo "$mg_n r $?"; echo "$mg_n r" >&2; } 2>&1 >&5 | cat >&4 5>&-; } 5>&1 | cat >&3`,
  `echo "$mg_n e"; echo "$mg_n e" >&2;; *) ${runApart}`,
  'mg_o="$mg_n r $?$mg_t$mg_n e"; mg_p="$mg_n r$mg_t$mg_n e"',
  'if [ "$mg_w" = 1 ]; then echo "$mg_o"; echo "$mg_p" >&2; mg_o=; mg_p=; else mg_o=$mg_o$mg_t; mg_p=$mg_p$mg_t; fi;; esac',
  'done',
].join('; ');

/** What is left of it for stdin. */
export const laneProgram = `${programKinds.lane}\neval "$4"\n`;

/** The program of a fix's own channel, or of a question about a fix: the script, once. */
export function fixProgram(script: string, kind: 'fix' | 'ask' = 'fix'): string {
  return `${programKinds[kind]}\nset --\n${script}`;
}

/**
 * A program that signals a lane or a fix with all its children: by process group, or by pid where it has none. Ids that a
 * host made up must not become `kill -1`, which means every process.
 */
export function killProgram(pid: number, pgid: number, signal: 'TERM' | 'KILL' = 'KILL'): string {
  const target = pgid > 1 ? `kill -${signal} -${pgid}` : pid > 1 ? `kill -${signal} ${pid}` : ':';
  return `${programKinds.kill}\n${target}\n`;
}
