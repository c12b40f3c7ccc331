import { checkRunbook, chooseRunHosts, readInventory, safeText } from '../../index.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { packsGiven, type RunOptions } from '../options.ts';
import { vaultFor } from '../reach.ts';
import type { VaultOptions } from '../secret-options.ts';

/** `run --list-steps`: the runbook's steps with their tags. */
export async function listSteps(io: Io, file: string, packs: readonly string[]): Promise<number> {
  const { value: runbook, diagnostics } = await checkRunbook(file, { packs });
  await printDiagnostics(io, diagnostics);
  if (runbook === undefined) return exit.invalid;
  for (const step of runbook.steps) {
    const tags = step.tags.length === 0 ? '' : `  [${step.tags.join(', ')}]`;
    io.stdout.write(`${step.id.padEnd(20)} ${step.title}${tags}\n`);
  }
  return exit.ok;
}

/** `run --list-hosts`: the hosts a run would choose, refused as the run would be. */
export async function listHosts(
  io: Io,
  file: string,
  options: Pick<RunOptions, 'inventory' | 'limit' | 'expectHosts' | 'pack' | 'packs'> & VaultOptions,
): Promise<number> {
  const [runbook, inventory] = await Promise.all([
    checkRunbook(file, { packs: packsGiven(options) }),
    readInventory(options.inventory, await vaultFor(io, options)),
  ]);
  await printDiagnostics(io, [...runbook.diagnostics, ...inventory.diagnostics]);
  if (runbook.value === undefined || inventory.value === undefined) return exit.invalid;
  const selection = await chooseRunHosts(runbook.value, inventory.value, readLimit(options.limit));
  if (selection.kind === 'no_hosts') throw new UsageError(selection.problems.map(safeText).join('\n'), exit.noHosts);
  for (const warning of selection.warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
  const { hosts } = selection;
  for (const host of hosts) io.stdout.write(`${host.name}\n`);
  io.stderr.write(`${plural(hosts.length, 'host')} of ${inventory.value.hosts.length}\n`);
  if (options.expectHosts !== undefined && options.expectHosts !== hosts.length) {
    throw new UsageError(`--expect-hosts ${options.expectHosts}: ${plural(hosts.length, 'host')} would be chosen`);
  }
  return exit.ok;
}
