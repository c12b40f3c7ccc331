import { assertNever } from '../model/assert-never.ts';
import type { Outputs, Reporter, ReporterKind, ReporterOptions } from './reporter.ts';

/** Makes the reporter; only the chosen one is loaded (listr2 for `live` alone). */
export async function createReporter(
  kind: ReporterKind,
  outputs: Outputs,
  options: ReporterOptions,
): Promise<Reporter> {
  switch (kind) {
    case 'live':
      return (await import('./live.ts')).createLive(outputs, options);
    case 'lines':
      return (await import('./lines.ts')).createLines(outputs, options);
    case 'json':
      return (await import('./json.ts')).createJson(outputs.stdout);
    case 'ansible':
      return (await import('./ansible.ts')).createAnsible(outputs, options);
    default:
      return assertNever(kind);
  }
}
