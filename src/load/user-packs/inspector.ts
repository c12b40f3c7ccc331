import type { Inspector } from '../../model/probe.ts';

/** An inspector that carries its commands out otherwise. */
export function inspectBy(host: Inspector, run: Inspector['run']): Inspector {
  const { timeoutMs, signal } = host;
  return {
    // Asking for it may throw: that is for who asks.
    get since() {
      return host.since;
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
    run,
  };
}
