import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { unreadable } from '../../model/probe.ts';
import { parseFields } from '../core/fields.ts';
import { whyNot } from '../core/why-not.ts';
import { stateScript } from './state-script.ts';
import { swapState } from './swaps.ts';

interface State {
  readonly on: boolean;
}
interface Change {
  readonly device: string;
  readonly priority: number;
}

export default defineAction({
  name: 'memory.swap',
  summary: 'A swap device that /etc/fstab names is on.',
  params: {
    type: 'object',
    properties: {
      device: {
        type: 'string',
        pattern: '^(?:/|(?:UUID|LABEL|PARTUUID|PARTLABEL)=)[^\\u0000-\\u0020\\u007f]{1,1000}$',
        description: 'As fstab names it',
      },
      priority: {
        type: 'integer',
        minimum: -1,
        maximum: 32_767,
        default: -1,
        description: 'Its priority; -1: as the kernel likes',
      },
    },
    required: ['device'],
  },
  reads: () => ['memory', 'file:/etc/fstab'],
  touches: (_change: Change) => ['memory'],
  async inspect(host, { device }) {
    const answer = await host.run({ script: stateScript });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot look at the swap'));
    const { idle, absent } = swapState(parseFields(answer.stdout));
    if (absent.includes(device)) return unreadable(`${device} is not there`);
    return { on: !idle.some((each) => each.device === device) };
  },
  diff: (state: State, { device, priority }): Change | undefined => (state.on ? undefined : { device, priority }),
  describe: ({ device }) => `swap ${device}: off → on`,
  apply: ({ device, priority }): readonly Command[] => [
    { argv: ['swapon', ...(priority < 0 ? [] : ['-p', String(priority)]), '--', device] },
  ],
  // What was swapped out comes back into memory; where there is no room for it swapoff fails, and the undo says so.
  rollback: undo(({ device }: Change): readonly Command[] => [{ argv: ['swapoff', '--', device] }]),
});
