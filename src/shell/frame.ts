/**
 * One script on its way into a shell's stdin: `NONCE LINES BYTES`, then exactly LINES lines. It is read with the builtin
 * `read -r` only: `head -c` and `dd` read too much or too little of a pipe on BusyBox. What is cut short never runs.
 */
export function encodeFrame(nonce: string, script: string): Buffer {
  const payload = Buffer.from(script.endsWith('\n') ? script : `${script}\n`, 'utf8');
  let lines = 0;
  for (const byte of payload) if (byte === 0x0a) lines += 1;
  return Buffer.concat([Buffer.from(`${nonce} ${lines} ${payload.length}\n`, 'latin1'), payload]);
}

/** The first line of a program, by which a simulated host tells what it is asked to be. */
export const programKinds = {
  lane: '# mendgate lane',
  fix: '# mendgate fix',
  ask: '# mendgate ask',
  kill: '# mendgate kill',
} as const;

/**
 * How a program greets: `NONCE hello PID PGID BOOT`; a PGID of 0 means that it has no process group of its own. BOOT is the
 * id of this boot, empty where there is none.
 */
const hello = 'mg_b=; read -r mg_b 2>/dev/null </proc/sys/kernel/random/boot_id\necho "$n hello $$ $g $mg_b"\nset --';

/**
 * The program of a probe lane: runs frames one after the other until its stdin ends. A frame gives on stdout `NONCE b`, its
 * output, `NONCE r RC` as soon as the script itself has ended, and `NONCE e` when nobody can write any more; on stderr
 * the same without RC. A frame whose bytes do not add up gives `NONCE x` and ends the lane.
 *
 * `cat` stands between a frame and the lane: a child that a frame leaves behind holds that frame's own pipe and can
 * never write into the next one. `NONCE r` goes through that pipe too, so that all the script wrote stands before it. It is
 * not `|| rc=$?`, which would switch off the script's `set -e`.
 */
export const laneProgram = `${programKinds.lane}
${hello}
mg_t=$t
unset a b c d g l n s t x z
exec 3>&1 4>&2
while IFS=' ' read -r mg_n mg_l mg_b; do
mg_s=; mg_z=
while [ "$mg_l" -gt 0 ]; do
IFS= read -r mg_x || exit 98
mg_z=$mg_z$mg_x$mg_t
case $mg_l in *00) mg_s=$mg_s$mg_z; mg_z=;; esac
mg_l=$((mg_l-1))
done
mg_s=$mg_s$mg_z
[ "\${#mg_s}" -eq "$mg_b" ] || { echo "$mg_n x"; exit 98; }
echo "$mg_n b"; echo "$mg_n b" >&2
{ { ( unset mg_n mg_x mg_z; eval "$mg_s" ) </dev/null 3>&- 4>&- 5>&-; echo "$mg_n r $?"; echo "$mg_n r" >&2; } 2>&1 >&5 | cat >&4 5>&-; } 5>&1 | cat >&3
echo "$mg_n e"; echo "$mg_n e" >&2
done
`;

/**
 * The program of a fix's own channel, or of a question about a fix: the hello, then the script, once. `$mg_g` is its process
 * group; 0: none. `$mg_b` is the id of the boot.
 */
export function fixProgram(script: string, kind: 'fix' | 'ask' = 'fix'): string {
  return `${programKinds[kind]}\n${hello}\nmg_g=$g\nunset a b c d g l n s t x z\n${script}`;
}

/**
 * A program that signals a lane or a fix with all its children: by process group, or by pid where it has none. Ids that a
 * host made up must not become `kill -1`, which means every process.
 */
export function killProgram(pid: number, pgid: number, signal: 'TERM' | 'KILL' = 'KILL'): string {
  const target = pgid > 1 ? `kill -${signal} -${pgid}` : pid > 1 ? `kill -${signal} ${pid}` : ':';
  return `${programKinds.kill}\n${hello}\n${target}\n`;
}
