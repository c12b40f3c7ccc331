import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onTerminal, terminalIsHere } from '../cli/on-terminal.ts';
import { mendgate } from './cli.ts';

/** One for each source. Quotes, blanks, a plus and a line end show themselves differently in each form. */
const canaries = {
  prompt: 'Canary-prompt "and" + more',
  env: "Canary-env it's $more",
  file: 'Canary-file & line one\nCanary-file / line two',
  command: 'Canary-command \\ more',
  age: 'Canary-age é more',
  phrase: 'Canary-phrase (of) a file with a passphrase',
  vault: 'example-mysql-root',
  inventory: 'pg-pass-ö',
  become: 'Canary-become-password',
  login: 'Canary-login-password',
} as const;
const params = ['prompt', 'env', 'file', 'command', 'age', 'phrase', 'vault', 'postgres_connection_password'] as const;
const kept = 'test/inventories';

/** Says each secret in every form that a host can give it, and writes it down where it belongs. */
function book(folder: string): string {
  const says = (input: string): string =>
    `{ core.script: { script: "x=$(cat); printf '%s\\n' \\"$x\\"; printf %s \\"$x\\" | base64; printf 'y%s' \\"$x\\" | base64 -w0; printf 'yy%s' \\"$x\\" | base64 -w0; printf %s \\"$x\\" | od -An -tx1 | tr -d ' \\\\n'; printf '%s' \\"$x\\" >&2; set -x; : \\"$x\\"", ${input} } }`;
  const probes = params.map((name) => `      p_${name}: ${says(`stdin: "\${{ params.${name} }}"`)}\n`);
  const messages = params.map((name) => `\${{ p_${name}.stdout }} \${{ p_${name}.stderr }}`).join(' ');
  return `runbook: canaries
title: Secrets from every source
params:
${params.map((name) => `  ${name}: { type: secret }\n`).join('')}steps:
  - id: look
    title: The host says all of them
    probes:
${probes.join('')}      p_passwords: { core.script: { script: "cat ${folder}/become ${folder}/login" } }
    conclude:
      - { when: "true", message: ${JSON.stringify(`it says ${messages} \${{ p_passwords.stdout }}`)} }
  - id: write
    title: They arrive
    gate: p_passwords.rc == 0
    confirm: ${JSON.stringify(`Really, though it says \${{ p_env.stdout }}?`)}
    fix:
${params.map((name) => `      - file.content: { path: "${folder}/${name}.out", content: "\${{ params.${name} }}", mode: "0600" }\n`).join('')}`;
}

describe.skipIf(!terminalIsHere)('secrets from every source', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const others = new Set<string>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-sources-'));
    mkdirSync(at('state'), { mode: 0o700 });
    writeFileSync(at('book.yaml'), book(folder));
    writeFileSync(at('file'), `${canaries.file}\n`);
    writeFileSync(at('said'), canaries.command);
    writeFileSync(at('become'), `${canaries.become}\n`);
    writeFileSync(at('login'), `#!/bin/sh\nenv >'${at('program-env')}'\nprintf '%s\\n' '${canaries.login}'\n`);
    chmodSync(at('login'), 0o700);
    const identity = await generateIdentity();
    writeFileSync(at('identity'), `# an age identity\n${identity}\n`);
    const toKey = new Encrypter();
    toKey.addRecipient(await identityToRecipient(identity));
    writeFileSync(at('key.age'), await toKey.encrypt(`${canaries.age}\n`));
    const toPhrase = new Encrypter();
    toPhrase.setScryptWorkFactor(10);
    toPhrase.setPassphrase('open sesame');
    writeFileSync(at('phrase.age'), await toPhrase.encrypt(`token: ${JSON.stringify(canaries.phrase)}\n`));
    mkdirSync(at('group_vars'));
    const vars = readFileSync(`${kept}/matrix/host_vars/matrix.example.com/vars.yml`, 'utf8');
    writeFileSync(at('group_vars/all.yml'), /^postgres_connection_password:[\s\S]*?(?=^\w)/m.exec(vars)?.[0] ?? '');
    writeFileSync(at('hosts'), 'here ansible_connection=local\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const given = (): readonly string[] => [
    ...['-i', at('hosts'), '--state-dir', at('state'), '-vvv', '--diff'],
    ...['--vault-password-file', `${kept}/vault-passwords/default`],
    ...['--become-password-file', at('become'), '--connection-password-file', at('login')],
    ...secretsOf(),
  ];
  const secretsOf = (): readonly string[] =>
    [
      'prompt=prompt',
      'env=env:MG_CANARY',
      `file=file:${at('file')}`,
      `command=command:sh -c 'env >"${at('command-env')}"; cat "${at('said')}"'`,
      `age=age:${at('key.age')}`,
      `phrase=age:${at('phrase.age')}#token`,
      `vault=vault:${kept}/trellis/group_vars/production/vault.yml#vault_mysql_root_password`,
    ]
      .flatMap((pair) => ['--secret', pair])
      .concat('--age-identity', at('identity'));
  const asked = [
    ['param prompt: ', 'type', `${canaries.prompt}\r`],
    ['passphrase of the age file for phrase: ', 'type', 'open sesame\r'],
  ] as const;

  it('arrive, and stand in nothing that is shown, kept, or handed to other programs', {
    timeout: 240_000,
  }, async () => {
    const sampling = setInterval(() => look(others), 20);
    const sinks = new Map<string, string>();
    const env = { MG_CANARY: canaries.env };
    const runs = {
      plan: ['plan', at('book.yaml'), ...given(), '-o', at('plan.json')],
      'run live': ['run', at('book.yaml'), ...given(), '--output', 'live'],
      'run lines': ['run', at('book.yaml'), ...given(), '--output', 'lines'],
      'run json': ['run', at('book.yaml'), ...given(), '--output', 'json'],
    };
    for (const [name, args] of Object.entries(runs)) {
      for (const param of params) rmSync(at(`${param}.out`), { force: true });
      const approve = ['Carry this out on 1 host (here)? [y/N] ', 'type', 'y\r'] as const;
      const confirm = ['? [y/N] ', 'type', 'y\r'] as const;
      const played = await onTerminal(args, name === 'plan' ? asked : [...asked, approve, confirm], env);
      expect([name, played.code, played.left], played.screen.slice(-2000)).toEqual([name, 0, 0]);
      sinks.set(name, played.screen);
      if (name !== 'plan') expect(params.map((param) => readFileSync(at(`${param}.out`), 'utf8'))).toEqual(arrived);
    }
    clearInterval(sampling);
    for (const args of [
      ['plan', '--show', at('plan.json')],
      ['runs', 'show', 'last', '--state-dir', at('state')],
      ['hosts', '--vars', ...given().slice(0, 2), '--vault-password-file', `${kept}/vault-passwords/default`],
    ])
      sinks.set(args.join(' '), Object.values(await mendgate(args)).join('\n'));
    for (const file of readdirSync(at('state'), { recursive: true, encoding: 'utf8' }))
      if (statSync(join(at('state'), file)).isFile()) sinks.set(file, readFileSync(join(at('state'), file), 'utf8'));
    sinks.set('plan file', readFileSync(at('plan.json'), 'utf8'));
    sinks.set('command lines and environments', [...others].join('\n'));
    for (const file of ['program-env', 'command-env']) sinks.set(file, readFileSync(at(file), 'utf8'));

    expect(sinks.size).toBeGreaterThan(12);
    const hits = [...sinks].flatMap(([sink, text]) =>
      Object.entries(canaries).flatMap(([name, secret]) =>
        formsSeen(secret).some((form) => text.includes(form)) ? [`${name} in ${sink}`] : [],
      ),
    );
    process.stdout.write(
      `canaries: ${Object.keys(canaries).length} secrets, ${sinks.size} artefacts, ${hits.length} hits\n`,
    );
    expect(hits).toEqual([]);
    expect(existsSync(at('env.out'))).toBe(true);
  });
});

const arrived = [
  canaries.prompt,
  canaries.env,
  canaries.file,
  canaries.command,
  canaries.age,
  canaries.phrase,
  canaries.vault,
  canaries.inventory,
];

/** What must be nowhere; worked out apart from the redactor's own list. */
function formsSeen(secret: string): readonly string[] {
  return secret.split('\n').flatMap((line) => {
    const inner = (before: string): string =>
      Buffer.from(before + line)
        .toString('base64')
        .slice(before.length === 0 ? 0 : 4, -4);
    const json = JSON.stringify(line).slice(1, -1);
    const quoted = line.replaceAll("'", "'\\''");
    const hex = Buffer.from(line).toString('hex');
    return [line, json, quoted, encodeURIComponent(line), hex, inner(''), inner('y'), inner('yy')];
  });
}

/** At the command lines of all processes but mendgate itself, and at the environments of those that it started. */
function look(into: Set<string>): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const line = factOf(pid, 'cmdline');
    if (Number(pid) === process.pid || isMendgate(line) || line.includes('terminal.py')) continue;
    into.add(line);
    const parents = ancestors(pid);
    if (parents.some((parent) => isMendgate(factOf(parent, 'cmdline')))) into.add(factOf(pid, 'environ'));
  }
}

function isMendgate(line: string): boolean {
  // Who plays the terminal has it among its arguments too.
  return line.includes('dist/cli/main.js') && !line.includes('terminal.py');
}

function ancestors(pid: string): readonly string[] {
  const parent = /^PPid:\s*(\d+)/m.exec(factOf(pid, 'status'))?.[1] ?? '0';
  return parent === '0' ? [] : [parent, ...ancestors(parent)];
}

/** Empty where the process is gone already, or somebody else's. */
function factOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', '\n');
  } catch {
    return '';
  }
}
