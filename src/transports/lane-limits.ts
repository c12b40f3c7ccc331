/** Bounds of a lane, in ms and bytes. Tests make them small. */
export interface LaneLimits {
  /** How long a frame whose script has ended may keep its streams open, without writing, before it is answered without them. */
  readonly graceMs: number;
  /** How long a fix may take to end by itself once it was asked to (TERM), before it is killed. */
  readonly termMs: number;
  /** How long a killed shell may take to be gone. */
  readonly killMs: number;
  /** Output of one frame above which its lane is killed. */
  readonly outputBytes: number;
  /** How long a refused session is asked for again. */
  readonly sessionWaitMs: number;
}

export const defaultLimits: LaneLimits = {
  graceMs: 2000,
  termMs: 5000,
  killMs: 10_000,
  outputBytes: 64 * 1024 * 1024,
  sessionWaitMs: 10_000,
};
