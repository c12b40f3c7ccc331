import { expect, it } from 'vitest';
import { recordedPolicy } from '../../src/demo/recorded-policy.ts';
import { isFailure } from '../../src/transports/replay/recording.ts';
import { loadRecordings } from '../recordings/replay-flagship.ts';

it('is the policy that a real host told, word by word', async () => {
  const recordings = await loadRecordings();
  const lines = new Set(
    recordings
      .flatMap(({ runs }) => runs.flatMap((run) => run.entries))
      .flatMap((entry) =>
        entry.type === 'ask' && entry.label.name === 'selinux.remedies' && !isFailure(entry.outcome)
          ? entry.outcome.stdout.split('\n')
          : [],
      ),
  );
  const told = (key: string, text: string) => text.split('\n').map((line) => `${key} ${line}`);
  const { ports, rules, equivalences, booleans } = recordedPolicy;
  const all = [...told('ports', ports), ...told('rule', rules), ...told('equivalence', equivalences)];
  expect(all.filter((line) => !lines.has(line))).toEqual([]);
  const known = new Set([...lines].map((line) => line.split(' ').slice(0, 2).join(' ')));
  expect(told('bool', booleans).filter((line) => !known.has(line))).toEqual([]);
});
