import { afterEach, describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Connection, FixRequest, Transport } from '../../src/model/transport.ts';
import { localTransport } from '../../src/transports/local.ts';
import { fix, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { claims, never, write } from './notes.ts';

/** This machine behind a wire that breaks during chosen fixes: before the host has them, or after they ended there. */
function breaking(when: (fixes: number) => 'before' | 'after' | 'never'): Transport & { readonly keys: string[] } {
  const local = localTransport();
  const keys: string[] = [];
  const lost = (): HostFailure => new HostFailure('lost', 'the wire broke');
  return {
    ...local,
    keys,
    async open(host, options) {
      const connection: Connection = await local.open(host, options);
      let broken = false;
      return {
        ...connection,
        run: (request) => (broken ? Promise.reject(lost()) : connection.run(request)),
        async fix(request: FixRequest) {
          keys.push(request.key ?? '');
          const how = when(keys.length);
          if (how === 'never') return connection.fix(request);
          broken = true;
          if (how === 'after') await connection.fix(request);
          return { kind: 'unknown', failure: lost(), answers: [] };
        },
      };
    },
  };
}

let desk: Desk;
afterEach(() => desk.clear());

describe('a run whose wire breaks during a fix', () => {
  it('goes on with what the host says of the fix: looks again, verifies, takes the next step', async () => {
    desk = openDesk({ a: 'old' });
    const transport = breaking((fixes) => (fixes === 1 ? 'after' : 'never'));
    const run = await desk.run(
      runbook([
        step('s', { remediation: fix(write('a', 'new')), verify: claims('a', 'new') }),
        step('t', { remediation: fix(write('b', 'next')) }),
      ]),
      { transportFor: () => transport },
    );
    expect(run.outcome.verdict).toBe('fixed');
    expect([run.step('s').result.outcome, run.step('t').result.outcome]).toEqual(['changed', 'changed']);
    expect(desk.read()).toEqual({ a: 'new', b: 'next' });
    expect(transport.keys).toHaveLength(2);
  });

  it('attempts it again, under another key, when the host proves that it never began', async () => {
    desk = openDesk({ a: 'old' });
    const transport = breaking((fixes) => (fixes === 1 ? 'before' : 'never'));
    const run = await desk.run(runbook([step('s', { remediation: fix(write('a', 'new')) })]), {
      transportFor: () => transport,
    });
    expect(run.step('s').result.outcome).toBe('changed');
    expect(desk.read()).toEqual({ a: 'new' });
    expect(new Set(transport.keys).size).toBe(2);
    const results = run.events.flatMap((event) =>
      event.type === 'fix.result' ? [[event.attempt, event.outcome]] : [],
    );
    expect(results).toEqual([
      [1, 'not_started'],
      [2, 'done'],
    ]);
  });

  it('takes a step back though the wire breaks during the undo, too', async () => {
    desk = openDesk({ a: 'old' });
    const transport = breaking((fixes) => (fixes === 2 ? 'before' : fixes === 3 ? 'after' : 'never'));
    const run = await desk.run(runbook([step('s', { remediation: fix(write('a', 'new')), verify: never })]), {
      transportFor: () => transport,
    });
    expect(run.step('s').result.outcome).toBe('rolled_back');
    expect(desk.read()).toEqual({ a: 'old' });
    expect(transport.keys.filter((key) => key.includes('undo'))).toHaveLength(2);
  });
});
