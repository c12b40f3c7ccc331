import { checkRunbook, chooseHosts, readInventory } from '../../index.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import type { InventoryOptions } from '../options.ts';

/** `run --list-steps`: the runbook's steps with their tags. */
export async function listSteps(io: Io, file: string): Promise<number> {
  const { value: runbook, diagnostics } = await checkRunbook(file);
  await printDiagnostics(io, diagnostics);
  if (runbook === undefined) return exit.invalid;
  for (const step of runbook.steps) {
    const tags = step.tags.length === 0 ? '' : `  [${step.tags.join(', ')}]`;
    io.stdout.write(`${step.id.padEnd(20)} ${step.title}${tags}\n`);
  }
  return exit.ok;
}

/** `run --list-hosts`: the hosts a run would choose. */
export async function listHosts(io: Io, file: string, options: InventoryOptions): Promise<number> {
  const [runbook, inventory] = await Promise.all([checkRunbook(file), readInventory(options.inventory)]);
  await printDiagnostics(io, [...runbook.diagnostics, ...inventory.diagnostics]);
  if (runbook.value === undefined || inventory.value === undefined) return exit.invalid;
  const selection = await chooseHosts(inventory.value, runbook.value.hosts, readLimit(options.limit));
  if (selection.kind === 'invalid') throw new UsageError(selection.message, exit.noHosts);
  for (const host of selection.hosts) io.stdout.write(`${host.name}\n`);
  io.stderr.write(`${plural(selection.hosts.length, 'host')} of ${inventory.value.hosts.length}\n`);
  return selection.hosts.length === 0 ? exit.noHosts : exit.ok;
}
