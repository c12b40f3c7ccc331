import { type FailurePhase, HostFailure } from '../model/host-failure.ts';

const useIt = "the system's ssh may reach it: -c openssh, or transport: openssh in the inventory";

/**
 * ssh2 cannot reach a host that the system's ssh may reach. Thrown only before anybody was tried to be: whoever tries the
 * other one then makes no second try of a password.
 */
export class BeyondSsh2 extends HostFailure {
  /** `help`: what else can be done. */
  constructor(phase: FailurePhase, message: string, help?: string) {
    super(phase, message, help === undefined ? useIt : `${useIt}; ${help}`);
  }
}
