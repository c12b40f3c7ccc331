import { defineProbe, type Inspector, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { onCommandLine } from './config-includes.ts';
import { errorLogScript } from './error-log-script.ts';
import { type ErrorLog, findErrorLogs, hears } from './error-logs.ts';
import { modeOf, readErrorLog } from './error-window.ts';
import { mergeErrors, upstreamErrorSchema } from './merge-errors.ts';
import { configResources, pidFile } from './params.ts';
import { fitsOnLine } from './path.ts';
import { type HostConfig, readConfig } from './read-config.ts';

/**
 * Failed connections to backends, out of every error log of the configuration (or the journal).
 *
 * Anybody who can send a request can write lines of his own into this log: nginx puts the decoded path of a request,
 * line ends included, into it. Lines are therefore taken apart only up to where nginx's own words end, and must have the
 * whole of nginx's prefix; that stops lines written by accident, not those written on purpose. A gate may not rest on
 * this probe alone: let a second one (the policy, the socket's rights, a dial) say the same.
 */
export default defineProbe({
  name: 'nginx.upstream_errors',
  summary: 'Failed connections to backends that nginx logged in a window, each kind once, newest first.',
  params: {
    type: 'object',
    properties: {
      since: {
        type: 'string',
        format: 'duration',
        pattern: '^(?:boot|change|(?:[0-9]{1,9}(?:ms|s|m|h|d)){1,6})$',
        default: '1h',
        description: 'How far back: a duration, `boot`, or `change` (this run’s last change on the host)',
      },
      pid_file: pidFile,
    },
  },
  result: { type: 'array', items: upstreamErrorSchema, description: 'Newest first, at most 500' },
  reads: ({ since }) => (since === 'change' ? ['*'] : ['nginx', 'journal', ...configResources]),
  // Counts and times grow with every request; which errors there are does not.
  fingerprint: (errors) => [...new Set(errors.map((error) => `${error.errno} ${error.peer ?? ''}`))].sort(),
  async read(host, { since, pid_file }) {
    const config = await readConfig(host, pid_file);
    return config instanceof Unknown ? config : readErrors(host, config, since);
  },
});

async function readErrors(host: Inspector, config: HostConfig, since: string) {
  const logs = findErrorLogs(config.config.directives, onCommandLine(config.commandLine), config.places);
  // Some `location`s mute their log; the question is whether any log would tell.
  const useful = logs.filter((log) => hears(log, 'crit') && log.kind !== 'none' && log.kind !== 'remote');
  if (useful.length === 0)
    return unreadable(`nginx writes its errors nowhere on this host: ${logs.map(describe).join(', ')}`);
  const files = useful.filter((log) => log.kind === 'file' && fitsOnLine(log.target));
  const unit = useful.some((log) => log.kind !== 'file') ? config.processes.master?.unit || 'nginx.service' : '';
  const answer = await host.run({
    script: errorLogScript,
    variables: { LOGS: files.map((log) => log.target).join('\n'), UNIT: unit, MODE: modeOf(since, host.since) },
  });
  const lines = readErrorLog(answer.stdout);
  return lines instanceof Unknown ? lines : mergeErrors(lines);
}

function describe(log: ErrorLog): string {
  return `${log.target} ${log.level}`;
}
