import type { Answer } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Again } from '../model/transport.ts';
import { unsendable } from '../shell/render.ts';
import type { ShellOptions } from './host-shell.ts';
import { type LaneFrame, type LaneJob, laneJob } from './lane-job.ts';
import { defaultLimits, type LaneLimits } from './lane-limits.ts';
import { closedByUs, type LaneShell, laneShell } from './lane-shell.ts';

/** Runs read-only commands of one host and one user, in order, over one shell that is kept. */
export interface Lane {
  /** Rejects with a `HostFailure`. Frames asked for in the same turn of the event loop travel in one write. */
  run(frame: LaneFrame): Promise<Answer>;
  /** Opens the shell before anything is asked of it. */
  warm(): void;
  /** Opens the shell, and waits until the host has greeted in it. Rejects with a `HostFailure`. */
  greeted(): Promise<void>;
  /** Gives an idle shell up, to be opened again when needed. */
  park(): void;
  /** Everything still waiting is cancelled. */
  close(): void;
}

export interface LaneOptions extends ShellOptions {
  /** Whether frames carry their labels (shell/label.ts). Default false. */
  readonly labelled?: boolean | undefined;
}

/**
 * A lane opens its shell with the first frame. A frame that outlives its deadline, floods, leaves a child on its
 * streams or ends the shell spoils only itself: the shell is replaced, and what had provably not begun is sent again.
 */
export function openLane(options: LaneOptions, limits: LaneLimits = defaultLimits): Lane {
  const { labelled = false } = options;
  const pending: LaneJob[] = [];
  let shell: LaneShell | undefined;
  let closedBy: HostFailure | undefined;
  let scheduled = false;
  /** Why the shell that was opened early could not be: for the first who asks, since asking again may lock an account. */
  let warmFailure: HostFailure | undefined;
  /** What each shell runs first, as this one's job; and the last shell that was given it. */
  let standing: { readonly frame: LaneFrame; readonly again: Again; job: LaneJob } | undefined;
  let standsIn: LaneShell | undefined;
  /** Given to the shell and not known to be over. */
  let sent: readonly LaneJob[] = [];
  /** How many wait for the shell's greeting. */
  let waiting = 0;

  function schedule(): void {
    if (scheduled || pending.length === 0) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    if (closedBy !== undefined || pending.length === 0) return;
    shell ??= laneShell(options, limits, shellEnded);
    if (!shell.open) return;
    if (standing !== undefined && standsIn !== shell && !pending.includes(standing.job))
      pending.unshift(stand(standing));
    standsIn = shell;
    const batch = pending.splice(0);
    sent = [...sent.filter((job) => !job.settled), ...batch];
    shell.send(batch);
  }

  /** Its answer goes to who asked first; a failure spoils the shell too, and the next one tries again. */
  function stand(what: NonNullable<typeof standing>): LaneJob {
    const { frame, again } = what;
    what.job = laneJob({ ...frame, command: again.command }, labelled, again.heard, () => undefined);
    return what.job;
  }

  function shellEnded({
    unbegun,
    failure,
  }: {
    readonly unbegun: readonly LaneJob[];
    readonly failure?: HostFailure;
  }): void {
    shell = undefined;
    pending.unshift(...unbegun);
    if (failure !== undefined) {
      if (pending.length === 0 && failure.phase === 'become') warmFailure = failure;
      for (const job of pending.splice(0)) job.fail(failure);
    } else if (standing !== undefined && !pending.includes(standing.job)) {
      pending.unshift(stand(standing));
    }
    schedule();
  }

  return {
    run(frame) {
      const problem = unsendable(frame.command);
      if (problem !== undefined) return Promise.reject(new HostFailure('command', problem));
      const failure = closedBy ?? warmFailure;
      warmFailure = undefined;
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        const job = laneJob(frame, labelled, resolve, reject);
        if (frame.again !== undefined) standing = { frame, again: frame.again, job };
        pending.push(job);
        schedule();
      });
    },
    warm() {
      if (closedBy === undefined) shell ??= laneShell(options, limits, shellEnded);
    },
    async greeted() {
      const failure = closedBy ?? warmFailure;
      warmFailure = undefined;
      if (failure !== undefined) throw failure;
      shell ??= laneShell(options, limits, shellEnded);
      waiting += 1;
      try {
        await shell.greeted;
      } finally {
        waiting -= 1;
      }
    },
    park() {
      if (shell?.open !== true || waiting > 0 || pending.length > 0 || sent.some((job) => !job.settled)) return;
      shell.destroy();
      shell = undefined;
    },
    close() {
      if (closedBy !== undefined) return;
      closedBy = closedByUs;
      shell?.destroy();
      for (const job of [...sent, ...pending.splice(0)]) job.fail(closedBy);
    },
  };
}
