/** Exit codes that are decided outside a run (sysexits.h); a run's own are in engine/exit-code.ts. */
export const exit = {
  ok: 0,
  failed: 2,
  unreachable: 4,
  refused: 5,
  usage: 64,
  invalid: 65,
  noHosts: 66,
  bug: 70,
  notWritten: 74,
  interrupted: 130,
} as const;

/** Ends the command with this code after its message has been printed to stderr. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exit.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
