import { makeDistribution } from './distribution.ts';
import { recordedPolicy } from './recorded-policy.ts';

/** Debian 12 with SELinux, as a recorded host told it. */
export const debian12 = makeDistribution({
  policy: 'default',
  nginx: '1.22.1',
  worker: { user: 'www-data', id: 33 },
  portLines: recordedPolicy.ports.split('\n'),
  otherPortTypes: ['port_t'],
  connectRules: recordedPolicy.rules.split('\n'),
  booleans: recordedPolicy.booleans.split('\n'),
  equivalences: recordedPolicy.equivalences.split('\n').flatMap((line) => {
    const [from, to] = line.split(' ');
    return from !== undefined && to !== undefined ? [[from, to] as const] : [];
  }),
});
