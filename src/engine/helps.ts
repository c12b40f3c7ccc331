import type { HostFailure } from '../model/host-failure.ts';
import type { HostRun } from './host-run.ts';

/** Keeps what the operator can do about a failure that becomes a mere reason from here on. Gives that reason. */
export function reasonFor(run: HostRun, { message, help }: HostFailure): string {
  if (help !== undefined) run.helps.add(help);
  return message;
}

/** What the operator can do about all that failed on this host, as a member of its plan or its outcome. */
export function helpOf({ helps }: HostRun): { readonly help?: string } {
  return helps.size === 0 ? {} : { help: [...helps].join('; ') };
}
