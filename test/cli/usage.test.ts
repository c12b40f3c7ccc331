import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';

const book = 'test/e2e/state-file.yaml';
const inventory = ['-i', 'web1,web2,'];

describe('what somebody who knows Ansible types', () => {
  const rows: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['site.yaml', '-i', 'hosts'], 64, /type: mendgate run site\.yaml -i hosts/],
    [['apply', 'site.yaml'], 64, /type: mendgate run site\.yaml/],
    [['apply', '-i', 'hosts', 'site.yaml'], 64, /type: mendgate run -i hosts site\.yaml/],
    [['apply', 'missing.json'], 65, /missing\.json: there is no such file\nNo host was touched/],
    [['apply', 'package.json'], 65, /package\.json: it is no plan/],
    [['apply', 'missing.json', '-b'], 64, /unknown option '-b'/],
    [['plan', '--show', 'package.json'], 65, /package\.json: it is no plan/],
    [['plan', book, '--show', 'p.json'], 64, /--show FILE stands alone/],
    [['plan'], 64, /which runbook/],
    [['plan', book, ...inventory, '-o', 'p.json', '--expires', '4'], 64, /--expires 4: expected 30m, 4h, 2d/],
    [['plan', book, ...inventory, '--expires', '4h'], 64, /--expires is for a saved plan: add -o FILE/],
    [['run', book, ...inventory], 64, /add --yes, or --dry-run/],
    [
      ['run', book, ...inventory, '--dry-run', '-e', 'foo=1'],
      64,
      /-e foo: state-file has no such param \(it has: root\)/,
    ],
    [['run', book, ...inventory, '--dry-run', '-e', 'root'], 64, /expected NAME=VALUE/],
    [['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '-t', 'nope'], 64, /tag nope is on no step/],
    [
      ['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '--start-at', 'nope'],
      64,
      /no such step \(steps: repair, log\)/,
    ],
    [
      ['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '--expect-hosts', '5'],
      64,
      /--expect-hosts 5: the plan has 2/,
    ],
    [['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '-c', 'local'], 64, /local is for one host/],
    [['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '-l', ','], 66, /No host was touched/],
    [['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '-l', 'db'], 66, /No host was touched/],
    [['run', book, ...inventory, '--dry-run', '-e', 'root=/x', '-l', 'web1,wbe2'], 66, /-l wbe2 matches no host/],
    [['run', book, ...inventory, '--list-hosts', '-l', 'web1,nope'], 66, /-l nope matches no host/],
    [['run', book, ...inventory, '--list-hosts', '-l', ','], 66, /the limit is empty/],
    [['run', book, ...inventory, '--list-hosts', '--expect-hosts', '5'], 64, /--expect-hosts 5: 2 hosts/],
    [['run', book, ...inventory, '--list-hosts', '--expect-hosts', '2'], 0, /web1\nweb2\n/],
    [['run', book, ...inventory, '--dry-run'], 65, /param root has no value.*\[web1, web2\]/],
    [['run', book, '--dry-run'], 65, /no inventory is given/],
    [['run', 'missing.yaml', ...inventory, '--dry-run'], 65, /there is no such file/],
    [['run', book, ...inventory, '--dry-run', '--ask-vault-pass'], 64, /vault password has to be asked/],
    [['run', book, ...inventory, '--forks', '0'], 64, /from 1 up/],
    [['run', book, ...inventory, '-C', '--batches', '1,0'], 64, /--batches 0: a batch has at least one host/],
    [['run', book, ...inventory, '-C', '--batches', '1,many'], 64, /--batches many: expected a number of hosts/],
    [['run', book, ...inventory, '-C', '--max-fail', '120%'], 64, /--max-fail 120%: expected a number of hosts/],
    [['run', book, ...inventory, '-C', '--retry-unreachable', '15'], 64, /expected a duration: 30s, 15m/],
    [['resume', 'x'], 64, /without a terminal nobody can approve it: add --yes/],
    [['resume', 'x', '-y', '--state-dir', '/nowhere'], 66, /no run is kept in .*No host was touched/s],
    [['undo', 'x', '-y', '--state-dir', '/nowhere'], 66, /no run is kept in .*No host was touched/s],
    [['undo', 'last', '-C', '--state-dir', '/nowhere'], 66, /no run is kept in .*No host was touched/s],
    [
      ['runs', 'show', 'last', '--state-dir', '/nowhere'],
      64,
      /no run is kept in .nowhere.runs yet: mendgate run keeps/,
    ],
    [['explain', 'web1', '--state-dir', '/nowhere'], 64, /no run is kept .*mendgate explain RUNBOOK -l web1 looks/],
    [['completion', 'x'], 64, /Allowed choices are bash, zsh, fish/],
    [['hosts', 'nope', ...inventory], 66, /^mendgate: nope: no host matches\n$/],
    [['report', 'last'], 64, /report is a command of runs: mendgate runs report last/],
    [['list'], 64, /list is a command of runs: mendgate runs list/],
    [['frobnicate'], 64, /unknown command|error/],
  ];
  it.each(rows)('%j ends with %i', async (args, code, message) => {
    const end = await mendgate(args);
    expect(end.stderr + end.stdout).toMatch(message);
    expect(end.code).toBe(code);
  });
});

describe('listing', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-cli-'));
    writeFileSync(
      join(dir, 'inventory.yaml'),
      'inventory: test\nconnect: { user: ops }\ngroups:\n  web: { hosts: ["web[1:2]"], vars: { color: green } }\nhosts:\n  web2: { vars: { color: blue } }\n',
    );
    writeFileSync(join(dir, 'limit'), '# bad ones\nweb2\n');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('shows hosts with their variables and where those come from', async () => {
    const end = await mendgate(['hosts', 'web', '-i', join(dir, 'inventory.yaml'), '--vars']);
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/web1 {2}ops@web1 {2}\[web\]\n {2}color = "green" {2}\(.*group web/);
    expect(end.stdout).toMatch(/web2 {2}ops@web2 {2}\[web\]\n {2}color = "blue" {2}\(.*host/);
  });

  it('narrows a run’s hosts by a file of names', async () => {
    const end = await mendgate([
      'run',
      book,
      '-i',
      join(dir, 'inventory.yaml'),
      '-l',
      `@${join(dir, 'limit')}`,
      '--list-hosts',
    ]);
    expect(end.stdout).toBe('web2\n');
  });

  it('shows a runbook’s steps', async () => {
    const end = await mendgate(['run', book, '--list-tasks']);
    expect(end.stdout).toMatch(/^repair +Write the state file anew\nlog /);
  });

  it('documents probes and actions from the code', async () => {
    const end = await mendgate(['docs', 'file.content']);
    expect(end.stdout).toContain('file.content (probe)');
    expect(end.stdout).toContain('file.content (action)');
    expect(end.stdout).toMatch(/path: string — /);
  });
});
