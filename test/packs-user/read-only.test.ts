import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliEnd, mendgate } from '../e2e/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-read-only-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const made = join(folder, 'made');

const params = { type: 'object', properties: {} };
const result = { type: 'object', properties: { rc: { type: 'integer' } }, required: ['rc'] };

let count = 0;
/** A dry run of a step that looks by a pack of this text, as a probe or as an action. */
async function dryRun(pack: string, kind: 'probe' | 'action'): Promise<CliEnd> {
  count += 1;
  const at = join(folder, String(count));
  mkdirSync(at);
  const name = pack.startsWith('#!') ? 'app.sh' : 'app.js';
  writeFileSync(join(at, name), pack, { mode: 0o755 });
  const look = kind === 'probe' ? 'probes: { a: { app.x: {} } }, gate: a.rc == 0' : 'fix: [{ app.x: {} }]';
  const steps = `steps: [{ id: s, ${look}, verify: { that: "true" } }]`;
  writeFileSync(join(at, 'a.yaml'), `runbook: r\ntitle: R\npacks: [./${name}]\n${steps}\n`);
  const lines = ['run', join(at, 'a.yaml'), '-i', 'here,', '-c', 'local', '--dry-run', '--output', 'lines', '-v'];
  return mendgate(lines, { XDG_STATE_HOME: join(folder, 'state') });
}

const script = (
  read: string,
  inspect = 'return {};',
): string => `import { defineAction, defineProbe, nothing } from 'mendgate';
const params = ${JSON.stringify(params)};
const probe = defineProbe({
  name: 'app.x', summary: 'S.', params, result: ${JSON.stringify(result)},
  read: async (host) => { ${read} },
});
const action = defineAction({
  name: 'app.x', summary: 'S.', params, inspect: async (host) => { ${inspect} }, diff: () => undefined,
  describe: () => '', touches: () => [], apply: () => [], rollback: nothing('a test'),
});
export default { name: 'app', probes: [probe], actions: [action] };
`;

const program = (ask: 'probe' | 'action', commands: unknown): string => {
  const described = { name: 'app.x', summary: 'S.', params };
  const has = { pack: 'app', probes: [{ ...described, result }], actions: [described] };
  return `#!/bin/sh
read -r q
case $q in
*'"ask":"describe"'*) echo '${JSON.stringify(has)}' ;;
*'"ask":"${ask}"'*'"answers":[]'*) echo '${JSON.stringify({ commands })}' ;;
*) echo '{"result":{"rc":0},"state":{},"change":null}' ;;
esac
`;
};

const touch = `{ argv: ['touch', '${made}'] }`;

describe('a look of a pack that would change the host', { timeout: 120_000 }, () => {
  it.each([
    [
      'a probe in JavaScript',
      script(`return { rc: (await host.run(${touch})).rc };`),
      'probe',
      '`touch` changes the host',
    ],
    [
      'one in a script, behind wrappers',
      script(`return { rc: (await host.run({ script: 'if true; then env A=1 touch ${made}; fi' })).rc };`),
      'probe',
      '`touch` changes the host',
    ],
    [
      'one that hides what it was told',
      script(`await host.run(${touch}).catch(() => {}); return { rc: 0 };`),
      'probe',
      '`touch` changes the host',
    ],
    [
      'one that writes a file',
      script(`return host.run({ script: 'echo > ${made}' });`),
      'probe',
      `writes the file ${made}`,
    ],
    [
      'an action that inspects',
      script('return { rc: 0 };', `await host.run(${touch}); return {};`),
      'action',
      '`touch`',
    ],
    ['a program for a probe', program('probe', [{ argv: ['touch', made] }]), 'probe', '`touch` changes the host'],
    ['a program for an action', program('action', [{ script: `touch ${made}` }]), 'action', '`touch` changes the host'],
  ] as const)('is not made, and that look is unknown: %s', async (_what, pack, kind, why) => {
    const end = await dryRun(pack, kind);
    expect(end.stdout).toContain('app.x must only read, and');
    expect(end.stdout).toContain(why);
    expect(end.code).toBe(2);
    expect(existsSync(made)).toBe(false);
  });

  it('is no other one: those that read are made', async () => {
    const looks = "return { rc: (await host.run({ script: 'test -e /etc/passwd 2>/dev/null' })).rc };";
    expect(await dryRun(script(looks), 'probe')).toMatchObject({ code: 0 });
    expect(await dryRun(program('probe', [{ argv: ['cat', '/etc/passwd'] }]), 'probe')).toMatchObject({ code: 0 });
  });
});
