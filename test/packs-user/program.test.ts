import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { converse, programOf } from '../../src/load/user-packs/converse.ts';
import { describeProgram } from '../../src/load/user-packs/executable-pack.ts';
import { readCommands } from '../../src/load/user-packs/read-commands.ts';
import { runProgram } from '../../src/load/user-packs/run-program.ts';
import type { Answer, Command } from '../../src/model/command.ts';
import type { Inspector } from '../../src/model/probe.ts';
import { Unknown } from '../../src/model/unknown.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function program(text: string, first = '#!/bin/sh\n'): string {
  count += 1;
  const file = join(folder, `program${count}`);
  writeFileSync(file, `${first}${text}\n`, { mode: 0o755 });
  return file;
}

/** Waits until the process whose id stands in this file has ended; the kernel takes a moment for that. */
async function gone(name: string): Promise<void> {
  const pid = readFileSync(join(folder, name), 'utf8').trim();
  await expect.poll(() => existsSync(`/proc/${pid}/exe`), { timeout: 10_000 }).toBe(false);
}

/** Shell text that starts a program in a session of its own, where it keeps the output open, and waits until it is there. */
function elsewhere(name: string): string {
  const pid = join(folder, name);
  return `setsid sh -c 'echo $$ > ${pid}; exec sleep 30' & until [ -s ${pid} ]; do :; done`;
}

/** Ends what was started so. */
function end(name: string): void {
  process.kill(Number(readFileSync(join(folder, name), 'utf8')), 'SIGKILL');
}

/** A host that answers what it was asked. */
function echoingHost(): Inspector & { readonly asked: Command[] } {
  const asked: Command[] = [];
  return {
    since: 0,
    asked,
    run: async (command): Promise<Answer> => {
      asked.push(command);
      return { rc: 0, stdout: `${asked.length}`, stderr: '', truncated: false, ms: 1 };
    },
  };
}

describe('a program that is asked', { timeout: 60_000 }, () => {
  it('gets its question as JSON and gives its reply', async () => {
    const reply = await runProgram(program('cat'), { ask: 'describe', text: "ü'\n$(id)" });
    expect(reply).toEqual({ kind: 'reply', value: { ask: 'describe', text: "ü'\n$(id)" } });
  });

  it('may leave its question unread', async () => {
    expect(await runProgram(program('echo 1'), { much: 'x'.repeat(1e6) })).toEqual({ kind: 'reply', value: 1 });
  });

  it.each([
    ['fails', 'echo "no such thing" >&2; exit 3', 'it ended with exit code 3; it said: no such thing'],
    ['prints no JSON', 'echo hello', 'it printed no JSON'],
    ['prints two values', 'echo 1; echo 2', 'it printed no JSON'],
    ['kills itself', 'kill -TERM $$', 'it was ended by SIGTERM'],
    ['says something for terminals', "printf '\\033[31mred' >&2; exit 1", 'said: \\x1b[31mred'],
  ])('that %s is told so', async (_what, text, why) => {
    expect(await runProgram(program(text), {})).toMatchObject({ kind: 'failed', why: expect.stringContaining(why) });
  });

  it('without a usable first line is told so', async () => {
    const reply = await runProgram(program('', '#!/no/such/program\n'), {});
    expect(reply).toMatchObject({ why: expect.stringContaining('in its first line (#!) does not exist') });
  });

  it('that floods is stopped', async () => {
    const reply = await runProgram(program('yes'), {}, { maxBytes: 1000 });
    expect(reply).toMatchObject({ why: expect.stringContaining('it printed more than 1000 bytes') });
  });

  it('that hangs is stopped, with all that it started', async () => {
    const file = program(`sleep 1000 & echo $! > ${join(folder, 'child')}; wait`);
    const reply = await runProgram(file, {}, { timeoutMs: 2_000 });
    expect(reply).toMatchObject({ why: 'it took longer than 2 s and was stopped' });
    await gone('child');
  });

  it('leaves nothing running behind its reply', async () => {
    const file = program(`sleep 1000 >/dev/null 2>&1 & echo $! > ${join(folder, 'left')}; echo 1`);
    expect(await runProgram(file, {})).toMatchObject({ value: 1 });
    await gone('left');
  });

  it('that hangs is stopped, whatever it started elsewhere', async () => {
    const file = program(`${elsewhere('away')}; wait`);
    const begun = performance.now();
    const reply = await runProgram(file, {}, { timeoutMs: 1_000 });
    expect(reply).toMatchObject({ why: 'it took longer than 1 s and was stopped' });
    expect(performance.now() - begun).toBeLessThan(15_000);
    end('away');
  });

  it('has replied when it has ended, whoever still holds its output', async () => {
    const file = program(`${elsewhere('holder')}; echo 1`);
    const open = (): number =>
      process.getActiveResourcesInfo().filter((kind) => /^(?:Pipe|Process)Wrap/.test(kind)).length;
    const before = open();
    const begun = performance.now();
    expect(await runProgram(file, {})).toEqual({ kind: 'reply', value: 1 });
    expect(performance.now() - begun).toBeLessThan(15_000);
    // What is open keeps mendgate from ending.
    await expect.poll(open).toBe(before);
    end('holder');
  });

  it("sees neither agents nor what else is in mendgate's surroundings", async () => {
    process.env['SSH_AUTH_SOCK'] = '/agent';
    process.env['TOKEN_OF_TEST'] = 'x';
    const reply = await runProgram(
      program('env | cut -d= -f1 | sort | sed \'s/.*/"&"/\' | paste -sd, | sed "s/.*/[&]/"'),
      {},
    );
    delete process.env['SSH_AUTH_SOCK'];
    delete process.env['TOKEN_OF_TEST'];
    expect(reply).toMatchObject({ kind: 'reply' });
    expect(JSON.stringify(reply)).not.toMatch(/SSH|TOKEN/);
  });
});

describe('a conversation about a host', { timeout: 60_000 }, () => {
  const ask = { ask: 'probe', name: 'app.x', params: {} };

  it('goes on until the program knows, and gives it all answers', async () => {
    const file = program(
      `read -r q; case $q in *'"stdout":"2"'*) printf '{"result":%s}' "$q";; *'"stdout":"1"'*) echo '{"commands":[{"argv":["b"]}]}';; *) echo '{"commands":[{"script":"a"}]}';; esac`,
    );
    const host = echoingHost();
    const reply = await converse(programOf(file), ask, host);
    expect(host.asked).toEqual([{ script: 'a' }, { argv: ['b'] }]);
    expect(reply).toMatchObject({ result: { mendgate: 1, answers: [{ rc: 0, stdout: '1' }, { stdout: '2' }] } });
  });

  it('begins with one question for all hosts', async () => {
    const tally = join(folder, 'tally');
    const file = program(
      `read -r q; case $q in *'"answers":[]'*) echo x >> ${tally}; echo '{"commands":[{"argv":["a"]}]}';; *) echo '{"result":1}';; esac`,
    );
    const one = programOf(file);
    await Promise.all([echoingHost(), echoingHost(), echoingHost()].map((host) => converse(one, ask, host)));
    expect(readFileSync(tally, 'utf8')).toBe('x\n');
  });

  it.each([
    ['asks without end', `echo '{"commands":[{"argv":["a"]}]}'`, /still asked for commands after 8 rounds/],
    ['asks for nothing', `echo '{"commands":[]}'`, /asked for no commands/],
    ['asks for what is no command', `echo '{"commands":["rm -rf /"]}'`, /command 1: it must be an object/],
    ['crashes', 'exit 1', /app\.x is broken: it ended with exit code 1/],
    ['cannot tell', `echo '{"unreadable":"no right"}'`, /^no right$/],
  ])('with a program that %s ends as unknown', async (_what, text, reason) => {
    const reply = await converse(programOf(program(text)), ask, echoingHost());
    expect(reply).toBeInstanceOf(Unknown);
    expect(reply instanceof Unknown ? reply.reason : '').toMatch(reason);
  });
});

describe('commands as a program writes them', () => {
  it('are taken whole', () => {
    const commands = [
      { argv: ['cat', '/x'], env: { A: 'b' }, stdin: 'in', timeout: '5s' },
      { script: 'echo "$x"', variables: { x: 'y' } },
    ];
    expect(readCommands(commands)).toEqual([
      { argv: ['cat', '/x'], env: { A: 'b' }, stdin: 'in', timeoutMs: 5000 },
      { script: 'echo "$x"', variables: { x: 'y' } },
    ]);
  });

  it.each([
    [{}, 'commands must be a list'],
    [[{}], 'command 1: it needs argv or script'],
    [[{ argv: ['a'], script: 'b' }], 'one of them'],
    [[{ argv: [] }], 'argv is empty'],
    [[{ argv: ['a', 1] }], 'argv must be a list of texts'],
    [[{ argv: ['a\0'] }], 'NUL'],
    [[{ argv: ['a'], variables: {} }], 'variables are for a script'],
    [[{ script: 'a', env: { LD_PRELOAD: '/x' } }], 'LD_PRELOAD may not be set'],
    [[{ script: 'a', timeout: 5 }], "timeout must be a duration like '5s'"],
    [[{ script: 'a', become: 'root' }], 'a command has no `become`'],
  ])('are refused: %j', (commands, why) => expect(readCommands(commands)).toContain(why));

  it('are not endless', () => {
    expect(readCommands(Array.from({ length: 101 }, () => ({ argv: ['a'] })))).toBe('more than 100 commands at a time');
  });
});

describe('what a program declares', { timeout: 60_000 }, () => {
  const declared = async (value: unknown): Promise<readonly string[]> => {
    const described = await describeProgram({ ask: async () => ({ kind: 'reply', value }) });
    return described.kind === 'pack' ? [] : described.problems.map(({ message }) => message);
  };
  const object = { type: 'object', properties: {} };

  it('is a pack', async () => {
    const probe = { name: 'a.b', summary: 'S.', params: object, result: object };
    expect(await declared({ pack: 'a', probes: [probe] })).toEqual([]);
  });

  it('is checked all at once', async () => {
    const told = await declared({
      probs: [],
      probes: [
        { name: 'queue', params: { type: 'object', properties: { n: { type: 'int' } } }, result: { oneOf: [] } },
      ],
      actions: [
        { name: 'a.c', summary: 'S.', params: object, rollback: 'maybe', reads: 'x' },
        { name: 'a.d', summary: 'S.', params: { type: 'object', properties: { p: { type: 'string', secret: true } } } },
      ],
    });
    expect(told).toEqual([
      'it has no `probs`',
      'its `pack` must be a short word: the name of the pack',
      'queue: a name is two words with a dot',
      'queue: its `summary` is missing: one sentence for the docs',
      expect.stringContaining('queue: params.properties.n.type is'),
      expect.stringContaining('queue: result.type is missing'),
      expect.stringContaining('a.c: its `rollback` must be'),
      expect.stringContaining('a.c: its `reads` must be a list'),
      'a.d: an executable cannot take secrets',
    ]);
  });
});
