// Case files → runs on hosts made of answers → what differs, what no case takes, what no case notices.

import { readFile, writeFile } from 'node:fs/promises';
import { Coverage } from '../cases/branches.ts';
import { withFakeStates } from '../cases/fake-actions.ts';
import { FakeHost } from '../cases/fake-host.ts';
import { allPassed, type BrokenFile, type FileResult, shortfallsOf } from '../cases/file-result.ts';
import { mutate } from '../cases/mutate.ts';
import { renewed } from '../cases/renew.ts';
import { type CaseRun, passed, type RunOnce, runCase } from '../cases/run-cases.ts';
import { executePlan } from '../engine/execute-plan.ts';
import { resultProblems } from '../load/cases/check-answer.ts';
import { findCaseFiles } from '../load/cases/find-case-files.ts';
import { loadCaseFile } from '../load/cases/load-case-file.ts';
import { writeExpectations } from '../load/cases/write-expectations.ts';
import { validateParams } from '../load/validate-call-params.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host } from '../model/inventory.ts';
import type { Registry } from '../model/pack.ts';
import type { Plan } from '../model/plan.ts';
import type { Runbook } from '../model/runbook.ts';
import { delegatesOf } from '../plan/find-delegates.ts';
import { convertGiven } from '../plan/resolve-params.ts';
import { systemClock } from '../transports/clock.ts';
import { replayClock } from '../transports/replay/replay-clock.ts';
import { bookLoader } from './load-books.ts';
import type { TestEnd, TestRequest } from './test-runbooks.ts';

/** Runs all cases of all these files. Reaches no host. */
export async function tryCases(request: TestRequest): Promise<TestEnd> {
  const begun = systemClock.monotonic();
  const { files, missing } = await findCaseFiles(request.paths);
  const loadBook = bookLoader(request.packs ?? []);
  const books = new Map<Runbook, Coverage>();
  const results: FileResult[] = [];
  const broken: BrokenFile[] = [];
  // Those of a runbook come with each of its case files.
  const diagnostics = new Set<Diagnostic>();
  for (const file of files) {
    const loaded = await loadCaseFile(file, loadBook);
    for (const diagnostic of loaded.diagnostics) diagnostics.add(diagnostic);
    if (loaded.value === undefined) {
      broken.push({ file, errors: loaded.diagnostics.filter(({ severity }) => severity === 'error') });
      continue;
    }
    const { cases, runbook } = loaded.value;
    const { registry } = await loadBook(cases.runbook);
    const coverage = books.get(runbook) ?? new Coverage();
    books.set(runbook, coverage);
    const runOnce = onceOf(runbook, registry);
    const runs: CaseRun[] = [];
    for (const testCase of cases.cases)
      runs.push(...(await runCase(testCase, runOnce, coverage.take, systemClock.monotonic)));
    const updated = request.update ? await update(cases, runs) : [];
    const left = runs.map((run) => (updated.includes(run) ? { ...run, mismatches: [] } : run));
    const good = left.every(passed) && updated.length === 0;
    results.push({
      file,
      runbook: runbook.id,
      runs: left,
      updated,
      ...(request.mutate && good ? { mutation: await mutate(runs, runbook, registry, runOnce, cases.waivers) } : {}),
    });
  }
  const covered = [...books].map(([runbook, coverage]) => ({ runbook: runbook.id, ...coverage.of(runbook) }));
  const shortfalls = shortfallsOf(results, covered, request.leastCoverage);
  const ok = broken.length === 0 && allPassed(results) && shortfalls.length === 0;
  const ms = systemClock.monotonic() - begun;
  return { ok, results, broken, coverage: covered, shortfalls, diagnostics: [...diagnostics], missing, ms };
}

/** Where the clock of every case begins: a run must come to the same whenever it is tested. */
const startedAt = Date.UTC(2026, 0, 1);

function onceOf(runbook: Runbook, registry: Registry): RunOnce {
  const fake = withFakeStates(registry);
  const never = new AbortController().signal;
  return async (testCase, mode, { alter, took }) => {
    const { params, problems } = convertGiven(runbook.params, testCase.params);
    if (problems.length > 0) return { problems };
    const clock = replayClock(startedAt);
    const host = new FakeHost(testCase.host, {
      probes: fake.probes,
      misfits: (probe, result) =>
        resultProblems(probe.result, result).map(({ path, message }) => `${path.join('.')}: ${message}`),
      clock,
      ...(alter === undefined ? {} : { alter }),
    });
    const planned = { host: hostNamed(testCase.hostName, testCase.groups), params, sources: {} };
    // The case's host answers for those to which it delegates.
    const delegates = [...delegatesOf(runbook, planned).keys()].map((name) => hostNamed(name, []));
    const plan: Plan = { runbook, hosts: [planned], delegates, inventoryHosts: 1 + delegates.length };
    const { outcomes } = await executePlan(plan, {
      // Titles and commands may name the run.
      runId: 'case',
      mode: mode === 'dry' ? 'dry_run' : 'apply',
      forks: 1,
      registry: fake,
      validate: (kind, name, given) => validateParams(kind, name, given, fake),
      convertParams: convertGiven,
      transportFor: () => host.transport,
      sinks: [host.hear],
      clock,
      secrets: [],
      approvePlan: async () => true,
      approve: async () => testCase.approve,
      becomeByDefault: false,
      chooses: () => true,
      stopping: never,
      aborting: never,
      detailedExitCode: false,
      reader: host.reader,
      ...(took === undefined ? {} : { took }),
    });
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error(`case ${testCase.name} came to nothing`);
    return { outcome, host };
  };
}

function hostNamed(name: string, groups: readonly string[]): Host {
  return { name, connect: { address: name, port: 22 }, vars: {}, groups, origins: {} };
}

/** Writes what came into the case file, for those runs that could be made; gives these. */
async function update({ file, cases }: CaseFile, runs: readonly CaseRun[]): Promise<readonly CaseRun[]> {
  const due = runs.filter(
    ({ came, problems, mismatches, expected }) =>
      came !== undefined && problems.length === 0 && (mismatches.length > 0 || Object.keys(expected).length === 0),
  );
  if (due.length === 0) return [];
  const changes = due.flatMap(({ testCase, mode, expected, came, mismatches }) =>
    came === undefined ? [] : [{ at: cases.indexOf(testCase), mode, edits: renewed(expected, came, mismatches) }],
  );
  const text = await readFile(file, 'utf8');
  await writeFile(file, writeExpectations(text, changes));
  return due;
}
