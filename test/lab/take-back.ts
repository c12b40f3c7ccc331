import type { Action } from '../../src/model/action.ts';
import type { Command } from '../../src/model/command.ts';
import type { Host } from '../../src/model/inventory.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { PlannedChange } from '../../src/model/plan.ts';
import { builtInPacks } from '../../src/packs/index.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import type { Guest } from './guest.ts';
import { reachOf } from './run-flagship.ts';
import type { Scenario } from './scenario.ts';

/**
 * What `undo` does, from the plain JSON of the changes alone: each action's own rollback, the last change first, then once
 * more what only applies again (reload). Gives what went wrong, as sentences.
 */
export async function takeBack(
  guest: Guest,
  scenario: Scenario,
  made: readonly PlannedChange[],
): Promise<readonly string[]> {
  const { actions } = buildRegistry(builtInPacks);
  const transport = sshTransport({
    ...reachOf(guest, scenario),
    user: scenario.login,
    agent: false,
    clock: systemClock,
  });
  const connection = await transport.open(hostOf(guest), { signal: new AbortController().signal });
  const problems: string[] = [];
  try {
    const undos = [...made]
      .reverse()
      .map((change) => ({ change, commands: undoOf(actions.get(change.action), change) }));
    const agains = made.map((change) => ({ change, commands: againOf(actions.get(change.action), change) }));
    for (const { change, commands } of [...undos, ...agains]) {
      if (commands.length === 0) continue;
      const params = { change: change.change, before: change.before };
      const part = { label: { kind: 'undo', name: change.action, params }, commands } as const;
      const outcome = await connection.fix({ parts: [part], become: change.become, timeoutMs: 300_000 });
      const bad = outcome.kind === 'ended' ? outcome.answers.find((answer) => answer.rc !== 0) : undefined;
      if (outcome.kind !== 'ended') problems.push(`rollback of ${change.summary}: ${outcome.failure.message}`);
      else if (bad !== undefined) problems.push(`rollback of ${change.summary}: exit ${bad.rc}: ${bad.stderr.trim()}`);
    }
  } finally {
    await connection.close();
    await transport.close();
  }
  return problems;
}

function undoOf(action: Action | undefined, { change, before }: PlannedChange): readonly Command[] {
  return action?.rollback.kind === 'undo' ? action.rollback.undo(change, before) : [];
}

function againOf(action: Action | undefined, { change }: PlannedChange): readonly Command[] {
  return action?.rollback.kind === 'again' ? action.apply(change) : [];
}

function hostOf(guest: Guest): Host {
  return { name: 'guest', connect: { address: '127.0.0.1', port: guest.port }, vars: {}, groups: [], origins: {} };
}
