import { fileURLToPath } from 'node:url';
import { mendFleet } from './mend-fleet.ts';
import { simulatedFleet } from './simulated-fleet.ts';

process.exitCode = await mendFleet(
  {
    runbook: fileURLToPath(new URL('stale-pid.yaml', import.meta.url)),
    ...simulatedFleet({ web01: 'stale pid', web02: 'well' }),
    forks: 1,
  },
  (line) => process.stdout.write(`${line}\n`),
);
