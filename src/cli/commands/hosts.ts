import { chooseHosts, type Host, type PingAnswer, pingHosts, readInventory, safeLine } from '../../index.ts';
import { createAsker } from '../ask.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import type { ReachingOptions } from '../options.ts';
import { becomeOf, connectionOf, vaultFor } from '../reach.ts';

export interface HostsOptions extends ReachingOptions {
  readonly vars?: boolean;
  readonly ping?: boolean;
  readonly json?: boolean;
}

/** Lists the hosts of a pattern; with `--vars` their variables, with `--ping` whether they answer. */
export async function hosts(io: Io, pattern: string, options: HostsOptions): Promise<number> {
  const { value: inventory, diagnostics } = await readInventory(options.inventory, await vaultFor(io, options));
  await printDiagnostics(io, diagnostics);
  if (inventory === undefined) return exit.invalid;
  const selection = await chooseHosts(inventory, pattern, readLimit(options.limit));
  if (selection.kind === 'invalid') throw new UsageError(selection.message, exit.noHosts);
  if (selection.hosts.length === 0) {
    const parts = selection.unmatched.length === 0 ? [pattern] : selection.unmatched;
    throw new UsageError(`${safeLine(parts.join(', '))}: no host matches`, exit.noHosts);
  }
  for (const part of selection.unmatched) io.stderr.write(`warning: ${safeLine(part)} matched no host\n`);
  if (options.ping) return ping(io, selection.hosts, options);
  if (options.json)
    io.stdout.write(
      `${JSON.stringify(
        selection.hosts.map((host) => plain(host)),
        undefined,
        2,
      )}\n`,
    );
  else for (const host of selection.hosts) io.stdout.write(describe(host, options.vars === true));
  return exit.ok;
}

/** Without passwords: a Secret writes itself as `***`. */
function plain(host: Host): object {
  const { name, connect, groups, vars } = host;
  return { name, connect, groups, vars };
}

function describe(host: Host, withVars: boolean): string {
  if (!withVars) return `${safeLine(host.name)}\n`;
  const { address, port, user, become } = host.connect;
  const place = `${user === undefined ? '' : `${user}@`}${address}${port === 22 ? '' : `:${port}`}`;
  const lines = [`${host.name}  ${place}${become ? `  becomes ${become}` : ''}  [${host.groups.join(', ')}]`];
  for (const [name, value] of Object.entries(host.vars)) {
    lines.push(`  ${name} = ${JSON.stringify(value)}  (${host.origins[name] ?? 'host'})`);
  }
  return `${lines.map(safeLine).join('\n')}\n`;
}

function told({ host, as, reason, reached }: PingAnswer): string {
  if (reason === undefined) return `${host}: answers${as === undefined ? '' : ` as ${as}`}`;
  return reached === true ? `${host}: answers, but not as ${as}: ${reason}` : `${host}: unreachable: ${reason}`;
}

async function ping(io: Io, chosen: readonly Host[], options: HostsOptions): Promise<number> {
  const signals = interrupts(io);
  try {
    const reach = await connectionOf(io, options, createAsker(io, signals), signals.stopping);
    const answers = await pingHosts(chosen, reach, options.forks, signals.aborting, becomeOf(options));
    for (const answer of answers) io.stdout.write(`${safeLine(told(answer))}\n`);
    const silent = answers.filter((answer) => answer.reason !== undefined).length;
    io.stderr.write(`${plural(answers.length - silent, 'host')} of ${answers.length} answered\n`);
    if (signals.stopping.aborted) return exit.interrupted;
    return silent === 0 ? exit.ok : exit.unreachable;
  } finally {
    signals.close();
  }
}
