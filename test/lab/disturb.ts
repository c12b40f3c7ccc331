import type { Event } from '../../src/model/event.ts';
import type { Guest } from './guest.ts';
import type { Scenario } from './scenario.ts';

/** What goes on beside a real run. */
export interface Disturbance {
  /** For every event of the run: the first wait that it tells is told to the guest. */
  see(event: Event): void;
  /** After the run: resolves when the guest is undisturbed. */
  end(): Promise<void>;
}

/** The run has said that it waits. */
const flag = '/run/lab-waiting';

/** Starts a scenario's `disturb` on the guest; it is there when this resolves. */
export async function disturb(guest: Guest, scenario: Scenario): Promise<Disturbance> {
  if (scenario.disturb === undefined) return { see: () => undefined, end: async () => undefined };
  const script = `rm -f ${flag}; (${scenario.disturb}\n) </dev/null >/dev/null 2>&1 & sleep 1; echo $!`;
  const pid = (await guest.exec(script)).stdout.trim();
  let told: Promise<unknown> | undefined;
  const tell = (): Promise<unknown> => guest.exec(`touch ${flag}`);
  return {
    see(event) {
      if (event.type === 'fix.waiting') told ??= tell();
    },
    async end() {
      await (told ?? tell());
      await guest.exec(`while kill -0 ${pid} 2>/dev/null; do sleep 0.2; done; rm -f ${flag}`);
    },
  };
}
