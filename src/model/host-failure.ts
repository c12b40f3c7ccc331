/** Where reaching or using a host failed. */
export type FailurePhase =
  | 'dns'
  | 'tcp'
  | 'banner'
  | 'kex'
  | 'host_key'
  | 'auth'
  | 'agent'
  | 'channel'
  | 'shell'
  | 'become'
  | 'command'
  | 'lost'
  | 'output_limit'
  | 'timeout'
  | 'cancelled'
  | 'protocol';

/**
 * No answer came, and why. Thrown only inside one host's own reading and turned into a value (`Unknown`, `unreachable`)
 * at the engine's edge; it never crosses hosts.
 */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
  readonly phase: FailurePhase;
  /** What the operator can do next, if anything is known. */
  readonly help: string | undefined;

  constructor(phase: FailurePhase, message: string, help?: string) {
    super(message);
    this.phase = phase;
    this.help = help;
  }
}
