import { parseDuration } from '../../model/duration.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { type ErrorLine, parseErrorLine, parseZone } from './error-line.ts';

/** The script's `MODE` for a `since`. nginx logs whole seconds, so those of the change's own second do not count. */
export function modeOf(since: string, changeMs: number): string {
  if (since === 'boot') return 'boot';
  if (since === 'change') return `since ${Math.ceil(changeMs / 1000)}`;
  return `ago ${Math.ceil((parseDuration(since) ?? 0) / 1000)}`;
}

/** The lines inside the window, oldest first as the logs hold them, or why the logs cannot say. */
export function readErrorLog(output: string): readonly ErrorLine[] | Unknown {
  const lines = output.split('\n');
  const [, zone = '', , from] = /^Z (\S+) (\d+) (\d+)$/m.exec(output) ?? [];
  const zoneMinutes = parseZone(zone);
  if (zoneMinutes === undefined || from === undefined)
    return unreadable('the host did not tell its time and time zone');
  const denied = lines.filter((line) => line.startsWith('L denied '));
  if (denied.length > 0) return unreadable(`cannot read ${denied[0]?.slice('L denied '.length)}: needs root`);
  const journal = lines.find((line) => line.startsWith('J '))?.slice(2);
  if (journal !== undefined && journal !== 'read')
    return unreadable(`nginx logs to the journal, which cannot be read: ${journalReason(journal)}`);
  if (journal === undefined && !lines.some((line) => line.startsWith('L read '))) {
    return unreadable(
      'no error_log of nginx could be read: they are missing, devices, /dev/null or on another machine',
    );
  }
  const fromMs = Number(from) * 1000;
  const found = lines
    .filter((line) => line.startsWith('E '))
    .flatMap((line) => parseErrorLine(line.slice(2), zoneMinutes) ?? [])
    .filter((line) => line.epoch_ms >= fromMs);
  if (
    found.length === 0 &&
    lines.some((line) => line.startsWith('W ') && !reachesBack(line.slice(2), fromMs, zoneMinutes))
  ) {
    return unreadable('an error log grew by more than 32 MiB inside the window: choose a shorter since');
  }
  return found;
}

function journalReason(said: string): string {
  if (said === 'denied') return 'needs root, or the group systemd-journal';
  return said === 'missing' ? 'journalctl is not installed' : said.replace(/^failed /, '');
}

function reachesBack(head: string, fromMs: number, zoneMinutes: number): boolean {
  const found = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(head)?.slice(1).map(Number);
  if (!found) return false;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found;
  return Date.UTC(year, month - 1, day, hour, minute, second) - zoneMinutes * 60_000 <= fromMs;
}
