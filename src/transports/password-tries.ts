import type { HostFailure } from '../model/host-failure.ts';
import type { BecomeMethod } from '../model/runbook.ts';

/** One shell's turn, which may show whether the password is right. It is over with the first call; later ones do nothing. */
export interface PasswordTurn {
  /** The shell runs. `asked`: the host asked for the password and took it. */
  passed(asked: boolean): void;
  /** The host did not take the password. */
  refused(failure: HostFailure): void;
  /** The shell ended, or was given up, and nothing is known of the password. */
  over(): void;
}

/**
 * Lets one shell at a time go where a password might be asked for, until it is known whether that is right: a wrong one is
 * tried once, since repeated ones lock accounts. For shells that ask for the same password, over whatever connections.
 */
export class PasswordTry {
  #right = false;
  /** Those who were let in without a password. */
  readonly #unasked = new Set<string>();
  #refusal: HostFailure | undefined;
  #underWay: Promise<void> | undefined;

  /** The host's word against the password; it isn't given again. */
  get refusal(): HostFailure | undefined {
    return this.#refusal;
  }

  /** Why there is no point in becoming this user. */
  refusalFor(user: string): HostFailure | undefined {
    return this.#unasked.has(user) ? undefined : this.#refusal;
  }

  /** Waits until a shell may begin to become this user. Rejects with the HostFailure of the one that was refused. */
  async turn(user: string): Promise<PasswordTurn> {
    // All who wait wake up together, and the first of them has it.
    while (this.#underWay !== undefined && !this.#isFree(user)) await this.#underWay;
    const refusal = this.refusalFor(user);
    if (refusal !== undefined) throw refusal;
    return this.#begin(user, !this.#isFree(user));
  }

  #isFree(user: string): boolean {
    return this.#right || this.#refusal !== undefined || this.#unasked.has(user);
  }

  #begin(user: string, alone: boolean): PasswordTurn {
    let over = false;
    let wake = (): void => undefined;
    if (alone) {
      this.#underWay = new Promise((resolve) => {
        wake = resolve;
      });
    }
    const end = (learn: () => void): void => {
      if (over) return;
      over = true;
      learn();
      if (alone) this.#underWay = undefined;
      wake();
    };
    return {
      passed: (asked) =>
        end(() => {
          if (asked) this.#right = true;
          else this.#unasked.add(user);
        }),
      refused: (failure) =>
        end(() => {
          this.#refusal ??= failure;
        }),
      over: () => end(() => undefined),
    };
  }
}

/** What is known of one host's become passwords. */
export class HostPasswords {
  readonly #tries = new Map<string, PasswordTry>();

  /** sudo asks for the connecting user's password, whoever one becomes, su for the other user's. */
  of(method: BecomeMethod, user: string): PasswordTry {
    const whose = method === 'su' ? `su ${user}` : method;
    const known = this.#tries.get(whose) ?? new PasswordTry();
    this.#tries.set(whose, known);
    return known;
  }
}

/** What is known of become passwords, by the host's name: for as long as a run lasts, over all of its connections. */
export class BecomePasswords {
  readonly #hosts = new Map<string, HostPasswords>();

  of(host: string): HostPasswords {
    const known = this.#hosts.get(host) ?? new HostPasswords();
    this.#hosts.set(host, known);
    return known;
  }
}
