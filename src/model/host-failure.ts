/** Where reaching or using a host failed. */
export type FailurePhase =
  /** The operator's ssh_config. */
  | 'config'
  /** A bastion on the way (ProxyJump). */
  | 'jump'
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
  /** There is no safe place on the host for the record that a fix begins. */
  | 'host_storage'
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
