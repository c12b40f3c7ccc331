import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import type { Host } from '../../src/model/inventory.ts';
import { Secret } from '../../src/model/secret.ts';
import type { SimulatedHost } from '../../src/model/simulated-host.ts';
import type { Connection, FixPart, Label, LaneRequest, Transport } from '../../src/model/transport.ts';

/** What a transport must bring to be held to the contract. */
export interface ContractSubject {
  readonly transport: Transport;
  readonly host: Host;
  /** An empty folder on the host, for effects; simulated hosts need none. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Requests that a real host answers by their commands and {@link contractHost} by their labels, both alike. */
function call(name: string, params: Label['params'], command: Command, more: Partial<LaneRequest> = {}): LaneRequest {
  return { label: { kind: 'probe', name, params }, command, become: false, timeoutMs: 20_000, ...more };
}
const say = (text: string, rc = 0, more: Partial<LaneRequest> = {}) =>
  call(
    'say',
    { text, rc },
    { script: 'printf %s "$text"; printf %s "$text" >&2; exit "$rc"', variables: { text, rc: `${rc}` } },
    more,
  );
const slow = () => call('say', { text: '', rc: 0 }, { script: 'sleep 1' });
const whoAmI = (become: string | false) => call('who', {}, { argv: ['id', '-un'] }, { become });
const count = (folder: string) =>
  call('count', {}, { script: 'ls "$folder" | wc -l | tr -d " "', variables: { folder } });
const make = (folder: string, file: string, rc = 0): FixPart => ({
  label: { kind: 'apply', name: 'make', params: { change: { file, rc }, before: null } },
  commands: [{ script: ': > "$folder/$file"; echo "$file"; exit "$rc"', variables: { folder, file, rc: `${rc}` } }],
});

/** The contract's host, simulated. */
export function contractHost(): SimulatedHost {
  const files = new Set<string>();
  return {
    answer({ name, params }, become) {
      const text = String(params['text']);
      if (name === 'say') return { rc: Number(params['rc']), stdout: text, stderr: text };
      if (name === 'who') return { rc: 0, stdout: become ? 'root\n' : 'somebody\n' };
      return { rc: 0, stdout: `${files.size}\n` };
    },
    apply({ params }) {
      const { file, rc } = (params['change'] ?? { file: '', rc: 0 }) as { file: string; rc: number };
      files.add(file);
      return { rc, stdout: `${file}\n` };
    },
  };
}

/** One behaviour for every transport. */
export function transportContract(name: string, start: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the transport contract`, () => {
    let subject: ContractSubject;
    let connection: Connection;
    const open = () => subject.transport.open(subject.host, { signal: new AbortController().signal });
    beforeAll(async () => {
      subject = await start();
      connection = await open();
    });
    afterAll(async () => {
      await connection?.close();
      await subject?.transport.close();
      await subject?.stop();
    });

    it('answers with rc and both streams', async () => {
      const answer = await connection.run(say('hello', 3));
      expect(answer).toMatchObject({ rc: 3, stdout: 'hello', stderr: 'hello', truncated: false });
    });

    it.each(["'", '"$(id)`id`\\', 'a\nb\n\n', '', '€ 😀 \u2028', '!* ~ # % \t\r', '-n', "'\\''"])(
      'carries %j as data, in label and command alike',
      async (text) => {
        expect(await connection.run(say(text))).toMatchObject({ rc: 0, stdout: text, stderr: text });
      },
    );

    it('answers requests made together in order, each with its own', async () => {
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map((text, rc) => connection.run(say(text, rc))));
      expect(answers.map(({ rc, stdout }) => `${rc}${stdout}`)).toEqual(['0a', '1b', '2c', '3d']);
    });

    it('becomes root when asked', async () => {
      expect((await connection.run(whoAmI('root'))).stdout).toBe('root\n');
    });

    it('refuses what no shell can carry', async () => {
      await expect(connection.run(say('a\0b'))).rejects.toMatchObject({ name: 'HostFailure', phase: 'command' });
      const parts: FixPart[] = [make(subject.folder, 'never\0')];
      const outcome = await connection.fix({ parts, become: false, timeoutMs: 1000 });
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'command' } });
    });

    it('carries out all parts of a fix in order, and probes see it', async () => {
      const parts = [make(subject.folder, 'one'), make(subject.folder, 'two')];
      const outcome = await connection.fix({ parts, become: 'root', timeoutMs: 20_000 });
      expect(outcome).toMatchObject({
        kind: 'ended',
        answers: [
          { rc: 0, stdout: 'one\n' },
          { rc: 0, stdout: 'two\n' },
        ],
      });
      expect((await connection.run(count(subject.folder))).stdout).toBe('2\n');
    });

    it('ends a fix with the first command that fails', async () => {
      const parts = [make(subject.folder, 'three'), make(subject.folder, 'four', 4), make(subject.folder, 'five')];
      const outcome = await connection.fix({ parts, become: 'root', timeoutMs: 20_000 });
      expect(outcome).toMatchObject({ kind: 'ended', answers: [{ rc: 0 }, { rc: 4, stdout: 'four\n' }] });
      expect(outcome.kind === 'ended' && outcome.answers).toHaveLength(2);
      expect((await connection.run(count(subject.folder))).stdout).toBe('4\n');
    });

    it('ends a fix of nothing well', async () => {
      const outcome = await connection.fix({ parts: [], become: false, timeoutMs: 20_000 });
      expect(outcome).toEqual({ kind: 'ended', answers: [] });
    });

    const keyed = (file: string, key: string) => ({
      parts: [make(subject.folder, file)],
      become: 'root',
      timeoutMs: 20_000,
      key: `${key} of ${subject.folder}${Math.floor(process.uptime() * 1000)}`,
    });
    const ask = ({ become, timeoutMs, key }: ReturnType<typeof keyed>, bootId = connection.bootId()) =>
      connection.adopt({ become, timeoutMs, key, bootId });

    it('begins a fix of one key once, and answers for it to whoever asks', async () => {
      const fix = keyed('keyed', 'once');
      const answers = [{ rc: 0, stdout: 'keyed\n' }];
      expect(await connection.fix(fix)).toMatchObject({ kind: 'ended', answers });
      const again = { ...fix, parts: [make(subject.folder, 'not this')] };
      expect(await connection.fix(again)).toMatchObject({ kind: 'ended', answers, adopted: true });
      expect(await ask(fix)).toMatchObject({ kind: 'ended', answers, adopted: true });
    });

    it('says of a fix that never began that it never will, and holds to it', async () => {
      const fix = keyed('never', 'never');
      const before = (await connection.run(count(subject.folder))).stdout;
      expect(connection.bootId()).toBeDefined();
      expect(await ask(fix, 'another boot')).toMatchObject({ kind: 'unknown', asked: true });
      expect(await ask(fix)).toMatchObject({ kind: 'not_started', failure: { phase: 'lost' } });
      expect(await connection.fix(fix)).toMatchObject({ kind: 'not_started' });
      expect((await connection.run(count(subject.folder))).stdout).toBe(before);
    });

    it('has the host forget a fix whose end is written down, where it can', async () => {
      const fix = keyed('spent', 'spent');
      expect(connection.spent?.(fix.key) ?? false).toBe(false);
      expect(await connection.fix(fix)).toMatchObject({ kind: 'ended' });
      if (connection.spent === undefined) return;
      expect(connection.spent(fix.key)).toBe(true);
      expect(connection.spent(fix.key)).toBe(false);
      // Its shell does that by and by; who asks then is told that there is none.
      await expect.poll(async () => (await ask(fix)).kind, { timeout: 5000 }).toBe('not_started');
    });

    it('does not put a secret into a label', async () => {
      const secret = new Secret('hunter2');
      const label = { kind: 'probe', name: 'say', params: { text: secret as unknown as string, rc: 0 } } as const;
      const { command } = say('***');
      expect(await connection.run({ label, command, become: false, timeoutMs: 20_000 })).toMatchObject({
        stdout: '***',
      });
    });

    it('is over once closed, and may be closed twice', async () => {
      const other = await open();
      await other.close();
      await other.close();
      await expect(other.run(say('late'))).rejects.toMatchObject({ phase: 'cancelled' });
      const outcome = await other.fix({ parts: [make(subject.folder, 'late')], become: false, timeoutMs: 1000 });
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'cancelled' } });
      const asked = await other.adopt({ key: 'late', become: false, timeoutMs: 1000, bootId: 'any' });
      expect(asked).toMatchObject({ kind: 'unknown', failure: { phase: 'cancelled' } });
    });

    it('lets nobody wait for what was under way when it was closed', async () => {
      const other = await open();
      const probe = other.run(slow());
      const fix = other.fix({
        parts: [{ label: slow().label, commands: [slow().command] }],
        become: false,
        timeoutMs: 20_000,
      });
      const both = Promise.allSettled([probe, fix]);
      await other.close();
      const [probed, fixed] = await both;
      expect(probed.status === 'fulfilled' || probed.reason.phase === 'cancelled').toBe(true);
      expect(fixed.status).toBe('fulfilled');
    });

    it('does not open what was cancelled before', async () => {
      await expect(subject.transport.open(subject.host, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'HostFailure',
        phase: 'cancelled',
      });
    });
  });
}
