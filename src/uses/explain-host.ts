// How one host of a run came to its end.

import type { Event } from '../model/event.ts';
import type { Output } from '../reporters/reporter.ts';

/** What was read on a host, and each condition with the values of its parts, from the events of a run. */
export async function explainHost(events: readonly Event[], host: string, output: Output): Promise<string> {
  const reporters = await import('../reporters/explain-host.ts');
  return reporters.explainHost(events, host, output);
}
