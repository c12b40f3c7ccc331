import { chooseHosts, readInventory, safeLine, type UnlockRequest, unlock } from '../../index.ts';
import { onTerminal } from '../approve.ts';
import { type Asker, createAsker } from '../ask.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import type { ReachingOptions } from '../options.ts';
import { becomeOf, connectionOf, vaultFor } from '../reach.ts';

export interface UnlockOptions extends ReachingOptions {
  readonly nonce: string;
  readonly force?: boolean;
}

/** Takes a lock away that somebody's run held on hosts; of one that lives only where somebody says so. */
export async function unlockCommand(io: Io, options: UnlockOptions): Promise<number> {
  if (!/^[0-9a-f]{1,64}$/.test(options.nonce)) {
    throw new UsageError('--nonce: expected the digits that the refused run told');
  }
  // Whose lock it is must be meant: never all hosts by mistake.
  if (options.limit === undefined) throw new UsageError('add -l HOST: the host whose lock is to go');
  const { value: inventory, diagnostics } = await readInventory(options.inventory, await vaultFor(io, options));
  await printDiagnostics(io, diagnostics);
  if (inventory === undefined) return exit.invalid;
  const selection = await chooseHosts(inventory, 'all', readLimit(options.limit));
  if (selection.kind === 'invalid') throw new UsageError(selection.message, exit.noHosts);
  if (selection.hosts.length === 0) throw new UsageError('no host matches; nothing was touched', exit.noHosts);
  const signals = interrupts(io);
  const asker = createAsker(io, signals);
  try {
    const answers = await unlock({
      hosts: selection.hosts,
      nonce: options.nonce,
      reach: await connectionOf(io, options, asker, signals.stopping),
      becomeByDefault: becomeOf(options),
      forks: options.forks,
      signal: signals.aborting,
      approveLiving: approverOf(io, options, asker),
    });
    for (const { host, kind, reason } of answers) {
      const words = {
        unlocked: 'unlocked',
        free: 'was not locked',
        held: 'stays locked',
        other: 'stays locked',
        failed: 'could not be unlocked',
      };
      io.stdout.write(`${safeLine(host)}: ${words[kind]}${reason === undefined ? '' : `: ${safeLine(reason)}`}\n`);
    }
    if (signals.stopping.aborted) return exit.interrupted;
    if (answers.some(({ kind }) => kind === 'held') && !onTerminal(io)) {
      io.stderr.write('--force takes such a lock too; two runs may then change the host at once\n');
    }
    if (answers.some(({ kind }) => kind === 'held' || kind === 'other')) return exit.refused;
    return answers.some(({ kind }) => kind === 'failed') ? exit.unreachable : exit.ok;
  } finally {
    signals.close();
  }
}

/** Whether a lock goes whose run lives: as `--force` says, else as the operator does; without a terminal nobody can. */
function approverOf(io: Io, { force }: UnlockOptions, asker: Asker): UnlockRequest['approveLiving'] {
  if (force === true) return async () => true;
  if (!onTerminal(io)) return undefined;
  return (host, holder) => asker.yes(`${safeLine(host)}: ${safeLine(holder)}. Take the lock away all the same?`);
}
