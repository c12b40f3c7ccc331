import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import type { FixOutcome } from '../../src/model/transport.ts';
import type { ChannelEnd, OpenChannel } from '../../src/transports/channel.ts';
import { makeConnection } from '../../src/transports/connection.ts';
import { someLabel } from './hosts.ts';
import { manualClock } from './manual-clock.ts';

const one: Command = { argv: ['true'] };

/** A host that says what it is told to, word by word, to the one fix that is asked of it. */
function wordyHost() {
  const clock = manualClock();
  const exchanges: {
    readonly program: string;
    readonly heard: string[];
    left: boolean;
    say(text: string): void;
    end(end: ChannelEnd): void;
  }[] = [];
  const open: OpenChannel = async (_exec, events) => {
    let exchange: (typeof exchanges)[number] | undefined;
    return {
      write(data) {
        if (exchange !== undefined) {
          exchange.heard.push(data.toString().replace(/[0-9a-f]{32}/, 'NONCE'));
          return;
        }
        const program = data.toString('latin1');
        const [shell = ''] = program.split(' ');
        const nonce = /mg_n=([0-9a-f]{32})/.exec(program)?.[1] ?? '';
        exchange = {
          program,
          heard: [],
          left: false,
          say(text) {
            events.stdout(Buffer.from(text.replaceAll('NONCE', nonce)));
            events.stderr(Buffer.from(text.replaceAll('NONCE', nonce)));
          },
          end: (end) => events.closed(end),
        };
        exchanges.push(exchange);
        events.stdout(Buffer.from(`${shell} hello 4242 4242 b007\n`));
      },
      destroy() {
        if (exchange !== undefined) exchange.left = true;
      },
    };
  };
  const connection = makeConnection({
    open,
    hostKey: undefined,
    becomePassword: undefined,
    clock,
    close: () => undefined,
  });
  return {
    clock,
    connection,
    /** Fixes of these keys, each with its host's side, which says at once that it ended. */
    async ended(...keys: string[]) {
      const shells: (typeof exchanges)[number][] = [];
      for (const key of keys) {
        const done = connection.fix({
          parts: [{ label: someLabel, commands: [one] }],
          become: false,
          timeoutMs: 5000,
          key,
        });
        await clock.pass(0);
        const shell = exchanges.at(-1);
        if (shell === undefined) throw new Error('nothing was asked');
        shell.say('NONCE fresh 0\nNONCE b 0\nNONCE e 0 0\nNONCE done\n');
        expect(await done).toMatchObject({ kind: 'ended' });
        shells.push(shell);
      }
      return shells;
    },
    /** Asks for a fix; gives what became of it, and the host's side of it. */
    async fix(timeoutMs: number, ...commands: Command[]) {
      let outcome: FixOutcome | undefined;
      const done = connection.fix({ parts: [{ label: someLabel, commands }], become: false, timeoutMs, key: 'k' });
      void done.then((found) => {
        outcome = found;
      });
      await clock.pass(0);
      const [host] = exchanges;
      if (host === undefined) throw new Error('nothing was asked');
      return {
        host,
        outcome: () => outcome,
        kills: () => exchanges.filter(({ program }) => program.includes('# mendgate kill')),
      };
    },
  };
}

describe('the time of a fix', () => {
  it('begins with its first command, not with a marker that takes long to write', async () => {
    const { clock, fix } = wordyHost();
    const { host, outcome, kills } = await fix(5000, one);
    await clock.pass(20_000);
    host.say('NONCE fresh 0\nNONCE b 0\n');
    await clock.pass(4900);
    expect([outcome(), kills()]).toEqual([undefined, []]);
    host.say('NONCE e 0 0\nNONCE done\n');
    await clock.pass(0);
    expect(outcome()).toMatchObject({ kind: 'ended', answers: [{ rc: 0 }] });
  });

  it('is over when it has run so long: it is asked to end, and is unknown', async () => {
    const { clock, fix } = wordyHost();
    const { host, outcome, kills } = await fix(5000, one);
    host.say('NONCE fresh 0\nNONCE b 0\n');
    await clock.pass(8000);
    expect(kills()).toHaveLength(1);
    host.say('NONCE stop\n');
    await clock.pass(0);
    expect(outcome()).toMatchObject({
      kind: 'unknown',
      failure: { phase: 'timeout', message: 'the fix had not ended after 5s and was stopped' },
    });
  });

  it('ends no command that must not be killed, before it began either', async () => {
    const { clock, fix } = wordyHost();
    const { outcome, kills } = await fix(5000, { ...one, unkillable: true });
    await clock.pass(120_000);
    expect(kills()).toEqual([]);
    // Whoever asks by the key learns more: it is not the last word.
    expect(outcome()).toMatchObject({ kind: 'unknown' });
    expect(outcome()).not.toHaveProperty('asked');
  });
});

describe('the shell of a fix that has ended', () => {
  it('waits to hear that this is written down, and is told once', async () => {
    const { connection, ended } = wordyHost();
    const [shell] = await ended('a');
    expect(shell).toMatchObject({ heard: [], left: false });
    expect([connection.spent?.('b'), connection.spent?.('a'), connection.spent?.('a')]).toEqual([false, true, false]);
    expect(shell).toMatchObject({ heard: ['NONCE spent\n'], left: false });
  });

  it('says and closes what it likes by then', async () => {
    const { clock, connection, ended } = wordyHost();
    const [shell] = await ended('a');
    shell?.say('a service that it left goes on talking\n');
    shell?.end({ kind: 'ended', code: 0 });
    await clock.pass(120_000);
    expect(connection.spent?.('a')).toBe(false);
  });

  it('is let go of where many wait, as on each of them a host may spend a session', async () => {
    const { connection, ended } = wordyHost();
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
    const shells = await ended(...keys);
    expect(shells.map(({ left }) => left)).toEqual(keys.map((_, index) => index < 26));
    expect(keys.map((key) => connection.spent?.(key))).toEqual(keys.map((_, index) => index >= 26));
  });

  it('is let go of when it was told, and a service that it started holds its channel', async () => {
    const { connection, ended } = wordyHost();
    const [shell] = await ended('a');
    connection.spent?.('a');
    await ended('b', 'c', 'd');
    expect(shell?.left).toBe(false);
    await ended('e');
    expect(shell?.left).toBe(true);
  });

  it('does not outlive the connection', async () => {
    const { connection, ended } = wordyHost();
    const [shell] = await ended('a');
    await connection.close();
    expect(shell).toMatchObject({ heard: [], left: true });
    expect(connection.spent?.('a')).toBe(false);
  });
});

describe('a fix whose shell ends', () => {
  const ended = { kind: 'ended', code: 137 } as const;
  const endedAfter = async (said: string): Promise<FixOutcome | undefined> => {
    const { clock, fix } = wordyHost();
    const { host, outcome } = await fix(5000, one, one);
    host.say(said);
    host.end(ended);
    await clock.pass(0);
    return outcome();
  };

  it('before it said anything of a marker never began', async () => {
    expect(await endedAfter('')).toMatchObject({ kind: 'not_started', failure: { phase: 'shell' } });
  });

  // What relays its words may die before it, and dropbear closes a channel under a script that goes on.
  it.each([
    ['with a marker, before any command was heard of', 'NONCE fresh 0\n'],
    ['while another of the same key runs', 'NONCE follow\n'],
    ['in the midst of a command', 'NONCE fresh 0\nNONCE b 0\nNONCE e 0 0\nNONCE b 1\n'],
  ])('%s is asked for', async (_when, said) => {
    const outcome = await endedAfter(said);
    expect(outcome).toMatchObject({ kind: 'unknown', failure: { phase: 'shell' } });
    expect(outcome).not.toHaveProperty('asked');
  });
});
