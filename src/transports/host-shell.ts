import type { Clock } from '../model/clock.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become, BecomeMethod } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import { becomeFailure, passwordOptions, takesPassword } from '../shell/become-failure.ts';
import { readyLine } from '../shell/bootstrap.ts';
import { encodeFrame } from '../shell/frame.ts';
import { shellFailure } from '../shell/shell-failure.ts';
import type { Channel, ChannelEnd, OpenChannel } from './channel.ts';
import { after } from './clock.ts';
import { freshNonce } from './nonce.ts';
import type { HostPasswords, PasswordTurn } from './password-tries.ts';
import { entry, passwordOf } from './shell-entry.ts';

/** What a shell needs from its connection. */
export interface ShellOptions {
  readonly open: OpenChannel;
  readonly become: Become;
  /** Default sudo. */
  readonly becomeMethod?: BecomeMethod | undefined;
  readonly becomePassword: Secret | undefined;
  /** What is known of the host's passwords. Absent: nothing, and nobody else asks. */
  readonly passwords?: HostPasswords | undefined;
  readonly clock: Clock;
  /** From the open channel to the program's greeting. Default `greetingMs`. */
  readonly startMs?: number | undefined;
  /** Hears the id of the host's boot with each greeting that has one. */
  readonly booted?: (bootId: string) => void;
  /** Hears the host's machine-id with each greeting that has one. */
  readonly installed?: (machineId: string) => void;
}

/** How long a login shell and sudo may take until our program greets: start-up files and PAM can be slow. */
export const greetingMs = 20_000;

/** The process group a program runs in; `pgid` 0: none of its own. */
export interface ShellIds {
  readonly pid: number;
  readonly pgid: number;
}

export interface ShellEvents {
  /** The program runs. */
  hello(ids: ShellIds): void;
  /** Only what came after the greeting. */
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Once. `failure` is set when the program certainly never ran, or when the wire broke. */
  closed(end: ShellEnd): void;
}
export type ShellEnd =
  | { readonly kind: 'ended'; readonly code?: number }
  | { readonly kind: 'lost'; readonly failure: HostFailure }
  /** Proved: the program did not run. */
  | { readonly kind: 'not_started'; readonly failure: HostFailure };

/** A program running in a shell on the host. */
export interface HostShell {
  /** It has ended, or was let go of: it hears nothing any more. */
  readonly over: boolean;
  /** Held back until the shell reads its stdin: a password prompt must not swallow it. */
  write(data: Buffer): void;
  destroy(): void;
}

const keptPrelude = 8192;

/**
 * What stands behind `NONCE hello ` in the line with which a shell greets: `PID PGID BOOT MACHINE`. A PGID of 0 means that it has no
 * process group of its own. BOOT is the id of this boot, MACHINE that of the installation (machine-id(5)); empty where there is none.
 */
const greeting = /^(\d{1,10}) (\d{1,10}) ?([0-9a-f-]{0,64}) ?([^\n]{0,200})\n/;

/**
 * Starts a program (see shell/frame.ts) in a fresh `/bin/sh` on the host, as the wanted user. Noise of login shells in
 * front of the greeting is dropped. The become password is written only after sudo has shown our own prompt (su: its own), once.
 * `word`: what of the program travels in argv.
 */
export function startShell(options: ShellOptions, program: string, events: ShellEvents, word = ''): HostShell {
  const nonce = freshNonce();
  const hello = `${nonce} hello `;
  const { password, exec, prompt, refusal } = entry(options, word);
  const passwords = passwordOf(options, prompt);
  let turn: PasswordTurn | undefined;
  let channel: Channel | undefined;
  let disarm = (): void => undefined;
  let over = false;
  let greeted = false;
  let written = false;
  let asked = false;
  let mayWrite = prompt === undefined;
  let early: Buffer = Buffer.alloc(0);
  let complaints = '';
  const waiting: Buffer[] = [encodeFrame(nonce, program)];

  function finish(end: ShellEnd): void {
    if (over) return;
    over = true;
    disarm();
    channel?.destroy();
    turn?.over();
    events.closed(end);
  }
  /** Where it did not come to our program though the password was given, that is to blame, unless the host says it isn't. */
  function learn(failure: HostFailure): void {
    if (!asked || mayWrite) return;
    if (takesPassword(complaints)) turn?.passed(true);
    else turn?.refused(failure);
  }
  function notStarted(failure: HostFailure): void {
    learn(failure);
    finish(written ? { kind: 'lost', failure } : { kind: 'not_started', failure });
  }
  function send(): void {
    if (channel === undefined || !mayWrite || over || waiting.length === 0) return;
    written = true;
    channel.write(Buffer.concat(waiting.splice(0)));
  }
  function tooLate(): void {
    notStarted(
      prompt === undefined || mayWrite
        ? new HostFailure('shell', 'the login shell gave no answer', 'something in its start-up files may be waiting')
        : new HostFailure('become', `${options.becomeMethod ?? 'sudo'} gave no answer`),
    );
  }

  function stdout(chunk: Buffer): void {
    if (over) return;
    if (greeted) {
      events.stdout(chunk);
      return;
    }
    // Enough of the end for a line that was cut in two; noise may be endless.
    early = Buffer.concat([early.subarray(-keptPrelude), chunk]);
    const text = early.toString('latin1');
    if (!mayWrite && text.includes(readyLine)) {
      mayWrite = true;
      turn?.passed(asked);
      send();
    }
    const at = text.indexOf(hello);
    const found = at < 0 ? null : greeting.exec(text.slice(at + hello.length));
    if (found === null) return;
    greeted = true;
    disarm();
    const rest = early.subarray(at + hello.length + found[0].length);
    early = Buffer.alloc(0);
    const [, , , bootId = '', machineId = ''] = found;
    if (bootId !== '') options.booted?.(bootId);
    if (/^[0-9a-f]{32}$/.test(machineId)) options.installed?.(machineId);
    events.hello({ pid: Number(found[1]), pgid: Number(found[2]) });
    if (rest.length > 0 && !over) events.stdout(rest);
  }

  function stderr(chunk: Buffer): void {
    if (over) return;
    if (!greeted) {
      complaints = (complaints + chunk.toString('utf8')).slice(-keptPrelude);
      if (prompt !== undefined && !mayWrite) answerPrompt(prompt);
      if (over) return;
    }
    events.stderr(chunk);
  }

  function answerPrompt(wanted: string): void {
    // The question may come before the word that the channel is open; it is answered when that is here.
    if (channel === undefined) return;
    if (asked) {
      if (complaints.includes(wanted) || /Sorry, try again/.test(complaints)) {
        notStarted(becomeFailure('Sorry, try again') ?? new HostFailure('become', 'sudo asked twice'));
      }
      return;
    }
    if (!complaints.includes(wanted)) return;
    if (password === undefined) {
      notStarted(
        new HostFailure('become', 'su: a password is required', `give the other user's password: ${passwordOptions}`),
      );
      return;
    }
    if (passwords?.refusal !== undefined) {
      notStarted(passwords.refusal);
      return;
    }
    asked = true;
    complaints = complaints.replace(wanted, '');
    channel.write(Buffer.from(`${password.reveal()}\n`, 'utf8'));
  }

  function closed(end: ChannelEnd): void {
    if (greeted || end.kind === 'lost') {
      finish(greeted || written || end.kind === 'ended' ? end : { kind: 'not_started', failure: end.failure });
      return;
    }
    // All of its output arrived and no greeting is in it: the program, which greets first, did not run.
    const failure =
      (options.become === false ? undefined : becomeFailure(complaints)) ??
      shellFailure(end.code, complaints, early.toString('utf8'));
    learn(failure);
    finish({ kind: 'not_started', failure });
  }

  function begin(): void {
    if (refusal !== undefined) notStarted(refusal);
    else if (passwords === undefined) openChannel();
    else passwords.turn(String(options.become)).then(goAhead, notStarted);
  }

  function goAhead(its: PasswordTurn): void {
    turn = its;
    if (over) its.over();
    else openChannel();
  }

  function openChannel(): void {
    options.open(exec, { stdout, stderr, closed }).then(
      (opened) => {
        channel = opened;
        if (over) opened.destroy();
        else {
          disarm = after(options.clock, options.startMs ?? greetingMs, tooLate);
          if (prompt !== undefined) answerPrompt(prompt);
          send();
        }
      },
      (error: unknown) =>
        finish({
          kind: 'not_started',
          failure: error instanceof HostFailure ? error : new HostFailure('channel', String(error)),
        }),
    );
  }
  // Later, so that no event comes before the caller has this shell in its hands.
  queueMicrotask(begin);

  return {
    get over() {
      return over;
    },
    write(data) {
      waiting.push(data);
      send();
    },
    destroy() {
      if (over) return;
      over = true;
      disarm();
      channel?.destroy();
      turn?.over();
    },
  };
}
