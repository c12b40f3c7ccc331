/** One process that was killed for want of memory. */
export interface Kill {
  /** Epoch seconds by the host's clock. */
  readonly epoch: number;
  readonly process: string;
  readonly pid: number;
  /** `machine`: nothing was left anywhere. `cgroup`: a limit was met, and there may be much left. `oomd`: systemd-oomd. */
  readonly scope: 'machine' | 'cgroup' | 'oomd';
  /** systemd's unit of the victim; empty outside of units. */
  readonly unit: string;
  /** The cgroup whose limit was met; empty for `machine`. */
  readonly limited: string;
  /** That limit in bytes; 0 when the log does not say. */
  readonly limit: number;
  /** Bytes of memory of its own that it held; 0 when the log does not say. */
  readonly held: number;
}

const maxKills = 500;
const kB = 1024;

/**
 * Kills out of `EPOCH text` lines of the kernel's log (Linux 3.10 to 6.x) and of systemd-oomd. The kernel tells of one kill in
 * several lines: the limit, then who is to go, then how much he held.
 */
export function readKills(lines: readonly string[]): readonly Kill[] {
  const kills: Kill[] = [];
  let limit = 0;
  let chosen: { readonly pid: number; readonly limited: string; readonly task: string } | undefined;
  for (const line of lines) {
    const [, time, text] = /^(\d{1,12})(?:\.\d+)? (.*)$/.exec(line) ?? [];
    if (time === undefined || text === undefined || kills.length >= maxKills) continue;
    const usage = /\bmemory: usage \d+kB, limit (\d{1,15})kB/.exec(text)?.[1];
    if (usage !== undefined) limit = Number(usage) * kB;
    const group =
      /oom-kill:constraint=CONSTRAINT_\w+,.*?,(?:oom_memcg=(\S*?)|global_oom),task_memcg=(.*?),task=.*,pid=(\d{1,10}),/.exec(
        text,
      );
    if (group) chosen = { limited: group[1] ?? '', task: group[2] ?? '', pid: Number(group[3]) };
    const victim = /(^|[Oo]ut of memory.*: )Killed process (\d{1,10}) \((.{0,40}?)\),? .*?anon-rss:(\d{1,15})kB/.exec(
      text,
    );
    if (victim) {
      const [, , pid = '0', name = '', held = '0'] = victim;
      const own = chosen?.pid === Number(pid) ? chosen : undefined;
      const inGroup = /[Mm]emory cgroup out of memory/.test(text) || (own !== undefined && own.limited !== '');
      kills.push({
        epoch: Number(time),
        process: name,
        pid: Number(pid),
        scope: inGroup ? 'cgroup' : 'machine',
        unit: unitOf(own?.task ?? ''),
        limited: inGroup ? (own?.limited ?? '') : '',
        limit: inGroup ? limit : 0,
        held: Number(held) * kB,
      });
      [limit, chosen] = [0, undefined];
    }
    const oomd = /^Killed (\/\S{1,300}) due to /.exec(text)?.[1];
    if (oomd !== undefined) {
      kills.push({
        epoch: Number(time),
        process: '',
        pid: 0,
        scope: 'oomd',
        unit: unitOf(oomd),
        limited: oomd,
        limit: 0,
        held: 0,
      });
    }
  }
  return kills;
}

/** The innermost unit of a cgroup's path, as systemd escapes it: `/system.slice/app.service/x` → `app.service`. */
export function unitOf(cgroup: string): string {
  return (
    cgroup
      .split('/')
      .reverse()
      .find((part) => /^[A-Za-z0-9:_.@\\-]{1,255}\.(?:service|scope)$/.test(part)) ?? ''
  );
}
