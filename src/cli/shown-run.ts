import { setFlagsFromString } from 'node:v8';
import {
  createReporter,
  type MendEnd,
  type MendRequest,
  type Reporter,
  type ReporterKind,
  type Secret,
  stateDirectory,
} from '../index.ts';
import { type Asker, createAsker } from './ask.ts';
import { ended } from './ended.ts';
import { holdWhilePaused } from './hold.ts';
import { interrupts } from './interrupts.ts';
import type { Io, Stream } from './io.ts';
import { notifierOf } from './notify.ts';
import { onGithub } from './on-github.ts';
import type { ConnectingOptions, ShownOptions, StateOptions } from './options.ts';
import { reachAndSecrets } from './reach.ts';
import type { SecretOptions } from './secret-options.ts';
import { warnOf } from './warn.ts';

/** What the requests of all commands that run something on hosts have in common. */
type SharedRequest = Required<Pick<MendRequest, 'forks' | 'reach' | 'sinks' | 'onPlan' | 'stopping' | 'aborting'>> & {
  readonly secrets: ReadonlyMap<string, Secret>;
};

/** A run that somebody follows, and may be asked about. */
export interface ShownRun {
  readonly reporter: Reporter;
  readonly asker: Asker;
  /** Asks for the passwords that hosts are reached with, and for params of type secret. */
  request(): Promise<SharedRequest>;
  /** `--notify`: tells those who want to know it how the run ended. */
  notify(): Promise<unknown>;
  /** For a run that is kept: where, and what its locks say. */
  readonly kept: { readonly stateDirectory: string; readonly lockComment?: string };
}

export interface ShownRunOptions extends ConnectingOptions, ShownOptions, StateOptions, SecretOptions {
  readonly lockComment?: string;
  /** The file of a plan. */
  readonly out?: string;
  readonly notify?: readonly string[];
}

/** Shows a run from its beginning to its end; gives the exit code. `carry` gives one where it has told the end itself. */
export function showRun(
  io: Io,
  options: ShownRunOptions & { readonly dryRun?: boolean },
  carry: (shown: ShownRun) => Promise<MendEnd | number>,
): Promise<number> {
  return withShownRun(io, options, io.stdout, async (shown) => {
    const end = await carry(shown);
    await shown.reporter.close();
    await shown.notify();
    return typeof end === 'number' ? end : ended(io, end, options);
  });
}

/** The same for work that has its own end: it closes the reporter before it says anything. */
export async function withShownRun<T>(
  io: Io,
  options: ShownRunOptions,
  stdout: Stream,
  work: (shown: ShownRun) => Promise<T>,
): Promise<T> {
  tuneForShortRuns();
  const notifier = notifierOf(io, options.notify);
  const outputs = { stdout, stderr: io.stderr };
  const shown = { ...shownAs(options), planFile: options.out };
  const reporter = holdWhilePaused(onGithub(io, await createReporter(kindOf(io, options), outputs, shown), options));
  const signals = interrupts(io, reporter);
  const asker = createAsker(io, signals, reporter);
  try {
    return await work({
      reporter,
      asker,
      notify: () => notifier.send(),
      request: async () => ({
        forks: options.forks,
        ...(await reachAndSecrets(io, options, asker, signals.stopping)),
        sinks: [(event) => reporter.emit(event), notifier.sink],
        onPlan: warnOf(io),
        stopping: signals.stopping,
        aborting: signals.aborting,
      }),
      kept: {
        stateDirectory: stateDirectory(options.stateDir, io.env),
        ...(options.lockComment === undefined ? {} : { lockComment: options.lockComment }),
      },
    });
  } finally {
    signals.close();
    await reporter.close();
  }
}

/** How much of a plan or of a run is told. */
export function shownAs({ verbose, diff, stateDir }: ShownOptions & StateOptions): {
  readonly verbosity: 0 | 1 | 2 | 3;
  readonly diff: boolean;
  readonly stateDir?: string;
} {
  const verbosity = verbose <= 0 ? 0 : verbose === 1 ? 1 : verbose === 2 ? 2 : 3;
  return { verbosity, diff: diff === true, ...(stateDir === undefined ? {} : { stateDir }) };
}

/** Whether events are printed as they are, for a program. */
export function isForPrograms({ json, output }: ShownOptions): boolean {
  return json === true || output === 'json';
}

function kindOf(io: Io, options: ShownOptions): ReporterKind {
  if (isForPrograms(options)) return 'json';
  if (options.output !== undefined) return options.output;
  return io.stderr.isTty && io.env['CI'] === undefined && options.verbose < 2 ? 'live' : 'lines';
}

function tuneForShortRuns(): void {
  // Most runs are over before optimised code pays for its making, a quarter of all CPU at 200 hosts. What gets really hot
  // is optimised all the same.
  setFlagsFromString('--interrupt-budget=2000000');
  // Of what a run over a thousand hosts holds in memory, nine tenths are waste that nobody has collected yet.
  setFlagsFromString('--heap-growing-percent=100');
}
