import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyPlan, checkRunbook, chooseRunHosts, exitCodeOf, findPlan, readInventory, savePlan } from 'mendgate';
import { simulatedFleet } from './simulated-fleet.ts';

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const file = fileURLToPath(new URL('stale-pid.yaml', import.meta.url));
const { inventory: sources, transportFor } = simulatedFleet({ web01: 'stale pid', web02: 'well', web03: 'stale pid' });

// Load. What is wrong with either is in their `diagnostics`, all at once, with line and column.
const { value: runbook } = await checkRunbook(file);
const { value: inventory } = await readInventory(sources);
if (runbook === undefined || inventory === undefined) throw new Error('stale-pid.yaml is valid');
const chosen = await chooseRunHosts(runbook, inventory, '!web03');
if (chosen.kind === 'hosts') tell(`about ${chosen.hosts.map(({ name }) => name).join(' and ')}`);

const folder = await mkdtemp(join(tmpdir(), 'approve-later-'));
try {
  // Plan. It is good for an hour, and for what these hosts look like now.
  const stateDirectory = join(folder, 'state');
  const planFile = join(folder, 'plan.json');
  const asked = { runbook: file, inventory: sources, limit: '!web03', transportFor, stateDirectory };
  const { end: looked, saved } = await savePlan(asked, planFile, 3_600_000);
  tell(`saved: ${saved !== undefined}, exit ${exitCodeOf(looked)}`);

  // Approve. Somebody else reads the file, and perhaps on another day.
  const found = await findPlan(planFile);
  if (found.kind === 'none') throw new Error(found.problem);
  for (const { host, plan } of found.plan.hosts) tell(`${host}: ${plan.diagnosis}`);

  // Run. A plan is carried out once.
  for (const time of ['first', 'second']) {
    const end = await applyPlan({ plan: found.plan, transportFor, stateDirectory });
    const verdicts =
      end.kind === 'ran' ? end.result.outcomes.map(({ host, verdict }) => `${host} ${verdict}`) : [end.kind];
    tell(`${time} time: ${verdicts.join(', ')}, exit ${exitCodeOf(end)}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
