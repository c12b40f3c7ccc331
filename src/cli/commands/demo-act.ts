import {
  createReporter,
  type DemoFleet,
  type DemoHost,
  type Event,
  type HostOutcome,
  type MendEnd,
  type MendRequest,
  mend,
  safeText,
} from '../../index.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import type { Shown } from './demo-page.ts';

/** One run over the fleet, as far as the demo shows it. */
export interface Act {
  readonly kind: 'act';
  readonly shown: readonly Shown[];
  /** First lines of what steps asked. */
  readonly questions: readonly { readonly host: string; readonly text: string }[];
  readonly changes: number;
  readonly ms: number;
}

/** Runs the flagship runbook once, as `mendgate run` would; every question is answered yes. `ended`: no act came of it. */
export async function playAct(
  io: Io,
  fleet: DemoFleet,
  mode: 'dry_run' | 'apply',
  verbose: boolean,
): Promise<Act | { readonly kind: 'ended'; readonly exitCode: number }> {
  const events: Event[] = [];
  const questions: { host: string; text: string }[] = [];
  const reporter = verbose ? await openReporter(io) : undefined;
  const signals = interrupts(io, reporter);
  const request: MendRequest = {
    runbook: fleet.runbook,
    inventory: [fleet.inventory],
    mode,
    forks: fleet.hosts.length,
    reach: {
      user: fleet.user,
      privateKeyFiles: [fleet.privateKeyFile],
      knownHostsFiles: [fleet.knownHostsFile],
      onWarning: (message) => io.stderr.write(`warning: ${safeText(message)}\n`),
    },
    expectHosts: fleet.hosts.length,
    sinks: [(event) => void events.push(event), (event) => reporter?.emit(event)],
    approve: async (approval) => {
      if (approval.kind === 'confirm')
        questions.push({ host: approval.host, text: approval.text.split('\n')[0] ?? '' });
      return true;
    },
    stopping: signals.stopping,
    aborting: signals.aborting,
  };
  let end: MendEnd;
  try {
    end = await mend(request);
  } finally {
    signals.close();
    await reporter?.close();
  }
  if (verbose) io.stdout.write('\n');
  if (end.kind !== 'ran') return { kind: 'ended', exitCode: await refused(io, end) };
  if (signals.stopping.aborted) return { kind: 'ended', exitCode: end.result.exitCode };
  const finished = events.find((event) => event.type === 'run.finished');
  return {
    kind: 'act',
    shown: fleet.hosts.map((host) => shownOf(host, end.result.outcomes, events)),
    questions,
    changes: finished?.changes ?? 0,
    ms: finished?.ms ?? 0,
  };
}

function openReporter(io: Io): ReturnType<typeof createReporter> {
  const kind = io.stderr.isTty && io.env['CI'] === undefined ? 'live' : 'lines';
  return createReporter(kind, { stdout: io.stdout, stderr: io.stderr }, { verbosity: 0, diff: false });
}

/** Runbook and fleet are ours: that they do not fit is a bug. */
async function refused(io: Io, end: Exclude<MendEnd, { kind: 'ran' }>): Promise<number> {
  if (end.kind === 'invalid') await printDiagnostics(io, end.diagnostics);
  else for (const problem of end.problems) io.stderr.write(`mendgate: ${safeText(problem)}\n`);
  return exit.bug;
}

function shownOf(host: DemoHost, outcomes: readonly HostOutcome[], events: readonly Event[]): Shown {
  const outcome = outcomes.find((each) => each.host === host.name);
  const changes = (outcome?.steps ?? []).flatMap(({ items }) => items).flatMap((item) => item.changes);
  const read = (probe: string) =>
    events.flatMap((event) =>
      event.type === 'probe.read' && event.host === host.name && event.probe === probe ? [event.value] : [],
    );
  const remedies = read('selinux.remedies')[0];
  const reach = ['booleans', 'ports', 'modules']
    .flatMap((kind) => listIn(remedies, kind))
    .flatMap((each) => numberIn(each, 'reach'));
  return {
    host,
    verdict: outcome?.verdict,
    message: outcome?.symptom === 'present' ? (outcome.reason ?? outcome.diagnosis) : '',
    changes: changes.map(({ summary }) => summary),
    opens: reach.length === 0 ? undefined : reach.reduce((sum, ports) => sum + ports, 0),
    answers: read('http.request').flatMap((answer) => numberIn(answer, 'status')),
  };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

function numberIn(value: unknown, key: string): readonly number[] {
  const found = memberOf(value, key);
  return typeof found === 'number' ? [found] : [];
}
