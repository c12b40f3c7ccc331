import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createAsker } from '../../src/cli/ask.ts';
import { holdWhilePaused } from '../../src/cli/hold.ts';
import { interrupts } from '../../src/cli/interrupts.ts';
import type { Io } from '../../src/cli/io.ts';
import type { Event } from '../../src/model/event.ts';

/** A terminal of which we hold the other end: `type` is the keyboard, `shown` the screen, `signal` a kill -TERM. */
function terminal() {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const handlers = new Set<() => void>();
  let shown = '';
  const stream = {
    write: (text: string) => {
      shown += text;
    },
    isTty: true,
    columns: 80,
    rows: 24,
    colour: false,
  };
  const io: Io = {
    stdout: stream,
    stderr: stream,
    stdin: keyboard as unknown as NodeJS.ReadStream,
    env: {},
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  return {
    io,
    type: (text: string) => void keyboard.write(text),
    end: () => void keyboard.end(),
    signal: () => {
      for (const handler of handlers) handler();
    },
    shown: () => shown.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, ''),
  };
}

/** Lets everything run that has no reason to wait. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));

describe('questions on the terminal', () => {
  it('are asked one at a time: one line answers one question', async () => {
    const { io, type, shown } = terminal();
    const asker = createAsker(io, interrupts(io));
    const answers = ['web1', 'web2', 'web3'].map((host) => asker.yes(`${host}: really?`));
    await settle();
    expect(shown()).toContain('web1: really? [y/N]');
    expect(shown()).not.toContain('web2');
    type('y\r');
    expect(await answers[0]).toBe(true);
    await settle();
    expect(shown()).toContain('web2: really? [y/N]');
    expect(shown()).not.toContain('web3');
    type('n\r');
    expect(await answers[1]).toBe(false);
    await settle();
    type('yes\r');
    expect(await answers[2]).toBe(true);
  });

  it('give each secret to the one that asked, without echo', async () => {
    const { io, type, shown } = terminal();
    const asker = createAsker(io, interrupts(io));
    const first = asker.secret('web1 asks: Code: ');
    const second = asker.secret('web2 asks: Code: ');
    await settle();
    type('111111\r');
    expect((await first)?.reveal()).toBe('111111');
    await settle();
    type('222222\r');
    expect((await second)?.reveal()).toBe('222222');
    expect(shown()).toBe('web1 asks: Code: \nweb2 asks: Code: \n');
  });

  it.each(['Ctrl-C', 'SIGTERM'])(
    'end with %s: nothing is answered, nothing more is asked, the run stops',
    async (how) => {
      const { io, type, signal, shown } = terminal();
      const signals = interrupts(io);
      const asker = createAsker(io, signals);
      const open = asker.secret('sudo password: ');
      const waiting = asker.yes('web2: really?');
      await settle();
      if (how === 'Ctrl-C') type('half\x03');
      else signal();
      expect(await open).toBeUndefined();
      expect(await waiting).toBe(false);
      expect(await asker.yes('web3: really?')).toBe(false);
      expect(signals.stopping.aborted).toBe(true);
      expect(signals.aborting.aborted).toBe(false);
      expect(shown()).not.toContain('really');
    },
  );

  it('have no answer when the input ends, and the run goes on', async () => {
    const { io, end } = terminal();
    const signals = interrupts(io);
    const asker = createAsker(io, signals);
    const secret = asker.secret('Code: ');
    await settle();
    end();
    expect(await secret).toBeUndefined();
    expect(signals.stopping.aborted).toBe(false);
  });

  it('are withdrawn when whoever asked is gone, open or still waiting', async () => {
    const { io, type, shown } = terminal();
    const asker = createAsker(io, interrupts(io));
    const gone = new AbortController();
    const open = asker.secret('web1 asks: Code: ', gone.signal);
    const waiting = asker.secret('web1 asks: Again: ', gone.signal);
    const other = asker.yes('web2: really?');
    await settle();
    gone.abort();
    expect(await open).toBeUndefined();
    expect(await waiting).toBeUndefined();
    await settle();
    type('y\r');
    expect(await other).toBe(true);
    expect(shown()).not.toContain('Again');
  });

  it('let no line of the run in between, and the held lines follow', async () => {
    const { io, type } = terminal();
    const told: string[] = [];
    const reporter = holdWhilePaused({
      emit: (event) => void told.push(event.type),
      pause: () => void told.push('pause'),
      resume: () => void told.push('resume'),
      close: async () => void told.push('close'),
    });
    const asker = createAsker(io, interrupts(io, reporter), reporter);
    const answer = asker.yes('web1: really?');
    await settle();
    const event: Event = { seq: 1, at: '', run: 'r', type: 'host.connecting', host: 'web2' };
    reporter.emit(event);
    expect(told).toEqual(['pause']);
    type('n\r');
    await answer;
    reporter.emit({ ...event, type: 'warning', message: 'm' });
    expect(told).toEqual(['pause', 'resume', 'host.connecting', 'warning']);
  });
});
