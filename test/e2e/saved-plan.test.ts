import { appendFileSync, chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventsIn } from './cli.ts';
import { type StateHosts, startStateHosts, stateHostsMissing } from './state-hosts.ts';

const why = stateHostsMissing === undefined ? '' : ` (${stateHostsMissing})`;

describe.skipIf(stateHostsMissing !== undefined)(`a saved plan on real hosts${why}`, () => {
  let hosts: StateHosts;
  beforeAll(async () => {
    hosts = await startStateHosts(3, 'mgsaved');
  }, 120_000);
  beforeEach(() => {
    hosts.renew();
    copyFileSync('test/e2e/state-file.yaml', at('book.yaml'));
  });
  afterAll(() => hosts?.stop());

  const at = (...parts: readonly string[]): string => hosts.at(...parts);
  const plan = (...args: readonly string[]) =>
    hosts.run('plan', at('book.yaml'), '-i', at('inventory.yaml'), ...hosts.reach, '-o', at('p.json'), ...args);
  const apply = async (...args: readonly string[]) => {
    const end = await hosts.run('apply', at('p.json'), ...hosts.reach, '--json', ...args);
    const events = eventsIn(end);
    const ended = events.flatMap((event) => (event.type === 'host.finished' ? [event.outcome] : []));
    return { ...end, events, outcomes: new Map(ended.map((outcome) => [outcome.host, outcome])) };
  };

  it('mends the hosts that are as it says, refuses the one that somebody changed, and is used once', async () => {
    const made = await plan();
    expect({ code: made.code, said: made.stderr }).toMatchObject({
      code: 0,
      said: expect.stringContaining('Saved in'),
    });
    expect(statSync(at('p.json')).mode & 0o777).toBe(0o600);
    expect(hosts.states()).toEqual(['broken', 'broken', 'broken']);

    const shown = await hosts.run('plan', '--show', at('p.json'));
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/Plan [0-9a-f]{32} of state-file/);
    expect(shown.stdout).toContain('Write the state file anew');

    chmodSync(at('host2', 'state'), 0o600);
    const done = await apply();
    expect(done.code).toBe(5);
    const verdicts = hosts.names.map((name) => done.outcomes.get(name)?.verdict);
    expect(verdicts).toEqual(['fixed', 'refused', 'fixed']);
    expect(done.outcomes.get('host2')?.reason).toContain('mode: "0640" → "0600"');
    expect(hosts.states()).toEqual(['well', 'broken', 'well']);
    const started = done.events.find((event) => event.type === 'run.started');
    expect(started).toMatchObject({ request: { kind: 'apply' } });

    // Who goes on with the run is held to the plan too.
    const on = ['resume', started?.run ?? '', '--failed', '--yes', ...hosts.reach];
    const still = await hosts.run(...on);
    expect({ code: still.code, states: hosts.states() }).toEqual({ code: 5, states: ['well', 'broken', 'well'] });
    chmodSync(at('host2', 'state'), 0o640);
    const gone = await hosts.run(...on);
    expect({ code: gone.code, states: hosts.states(), said: gone.stderr }).toMatchObject({
      code: 0,
      states: ['well', 'well', 'well'],
    });

    const again = await apply();
    expect(again.code).toBe(5);
    expect(again.stderr).toMatch(/the plan was used by run .*; a plan is carried out once\nNo host was touched/);
  });

  it('knows each machine again', async () => {
    await plan();
    const saved = JSON.parse(readFileSync(at('p.json'), 'utf8'));
    const machine = readMachineId();
    expect(saved.hosts.map((host: { machineId?: string }) => host.machineId)).toEqual(hosts.names.map(() => machine));
    expect(saved.hosts[0].hostKey).toMatch(/^SHA256:/);
  });

  const broken: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ['is too old', () => plan('--expires', '1ms'), /the plan expired at/],
    [
      'was edited by hand',
      async () => {
        await plan();
        writeFileSync(at('p.json'), readFileSync(at('p.json'), 'utf8').replaceAll('well', 'evil'));
      },
      /it was changed after it was made/,
    ],
    [
      'is of a runbook that was changed since',
      async () => {
        await plan();
        appendFileSync(at('book.yaml'), '# later\n');
      },
      /book\.yaml, or a runbook that it uses, has changed since the plan was made/,
    ],
    [
      'is of an inventory that says something else by now',
      async () => {
        await plan();
        hosts.writeInventory({ vars: ', colour: red' });
      },
      /what the inventory says of these hosts has changed since the plan was made/,
    ],
  ];
  it.each(broken)('that %s is refused, and no host is touched', async (_what, spoil, problem) => {
    await spoil();
    const end = await apply();
    expect(end.stderr).toMatch(problem);
    expect(end.stderr).toContain('No host was touched');
    expect([end.code, end.outcomes.size]).toEqual([5, 0]);
    expect(hosts.states()).toEqual(['broken', 'broken', 'broken']);
  });

  it('holds no secret; it is asked for again', async () => {
    const canary = 'CANARY-plan-7f3e';
    writeFileSync(
      at('book.yaml'),
      readFileSync(at('book.yaml'), 'utf8')
        .replace('become: true', '  token: { type: secret, description: Put into the file }\nbecome: true')
        .replace('content: "well\\n"', 'content: "well\\n"')
        .replace(
          '    verify:',
          '      - file.content: { path: "${{ params.root }}/token", content: "${{ params.token }}", mode: "0600" }\n    verify:',
        ),
    );
    const made = await plan('-e', `token=${canary}`);
    expect(made.code).toBe(0);
    expect(readFileSync(at('p.json'), 'utf8')).not.toContain(canary);
    expect(readFileSync(at('p.json'), 'utf8')).toContain('"token"');

    const without = await apply();
    expect([without.code, without.outcomes.size]).toEqual([64, 0]);
    expect(without.stderr).toContain('add --secret token=SOURCE');
    const wrong = await apply('-e', 'root=/x');
    expect(wrong.code).toBe(64);

    const done = await apply('-e', `token=${canary}`);
    expect({ code: done.code, err: done.stderr }).toMatchObject({ code: 0 });
    expect(readFileSync(at('host1', 'token'), 'utf8')).toBe(canary);
    expect(done.stdout + done.stderr).not.toContain(canary);
  });
});

function readMachineId(): string | undefined {
  try {
    const text = readFileSync('/etc/machine-id', 'utf8').trim();
    return /^[0-9a-f]{32}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
