import type { Places } from './command-line.ts';
import type { PlacedDirective } from './config-includes.ts';
import { below } from './path.ts';
import { walkConfig } from './walk-config.ts';

/** One `error_log` that is in force somewhere. */
export interface ErrorLog {
  /** `file`, `stderr`, `syslog` (this machine's), `remote` (another machine's syslog), `none` (/dev/null, memory). */
  readonly kind: 'file' | 'stderr' | 'syslog' | 'remote' | 'none';
  /** Absolute path of a file; else as the configuration writes it. */
  readonly target: string;
  /** The least level that is written. */
  readonly level: string;
  /** First server_name of the server it belongs to; empty outside of servers. */
  readonly server: string;
}

const levels = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];

/** Whether a log with this level gets lines of that one. */
export function hears(log: ErrorLog, level: string): boolean {
  return levels.indexOf(level) >= levels.indexOf(log.level);
}

/**
 * The error logs of a configuration, each target once (the most talkative level counts), command line's `-g` included.
 * Without any `error_log` at the top the built-in one is in force.
 */
export function findErrorLogs(
  directives: readonly PlacedDirective[],
  commandLine: readonly PlacedDirective[],
  places: Places,
): readonly ErrorLog[] {
  const found = new Map<string, ErrorLog>();
  const add = (log: ErrorLog) => {
    const before = found.get(log.target);
    if (!before || levels.indexOf(log.level) < levels.indexOf(before.level)) found.set(log.target, log);
  };
  let atTop = false;
  walkConfig([...commandLine, ...directives], (directive, { server, area }) => {
    if (directive.name !== 'error_log' || directive.args[0] === undefined) return;
    if (area === '') atTop = true;
    const level = directive.args.slice(1).find((argument) => levels.includes(argument)) ?? 'error';
    add({ ...destination(directive.args[0], places), level, server });
  });
  if (!atTop) add({ ...destination(places.errorLog, places), level: 'error', server: '' });
  return [...found.values()];
}

function destination(written: string, places: Places): Pick<ErrorLog, 'kind' | 'target'> {
  if (written === 'stderr') return { kind: 'stderr', target: 'stderr' };
  if (written.startsWith('syslog:')) {
    return { kind: /^syslog:server=unix:\/dev\/log\b/.test(written) ? 'syslog' : 'remote', target: written };
  }
  if (written.startsWith('memory:')) return { kind: 'none', target: written };
  const target = below(places.prefix, written);
  return { kind: target === '/dev/null' ? 'none' : target === '/dev/stderr' ? 'stderr' : 'file', target };
}
