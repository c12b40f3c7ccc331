import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Candidate, ownCandidates, placeOf } from '../../src/cli/complete.ts';
import { processIo } from '../../src/cli/io.ts';
import { createProgram } from '../../src/cli/program.ts';
import { mendgate } from '../e2e/cli.ts';
import { type Act, playOn, terminalIsHere } from './on-terminal.ts';

const program = createProgram(processIo(), () => {});
const words = (candidates: readonly Candidate[]): readonly string[] => candidates.map(({ word }) => word);

describe('what may follow on a line', () => {
  it('is what the program has: each command, each of its options that is not hidden, each choice', () => {
    const named = words(ownCandidates(placeOf(program, [''])));
    expect(named).toEqual(program.commands.map((command) => command.name()).filter((name) => !name.startsWith('__')));
    for (const command of program.commands) {
      const flags = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
      const place = placeOf(program, [command.name(), '--']);
      expect(words(ownCandidates(place))).toEqual(expect.arrayContaining([...flags, '--help']));
      for (const { long, argChoices } of command.options)
        if (argChoices)
          expect(words(ownCandidates(placeOf(program, [command.name(), long ?? '', ''])))).toEqual(argChoices);
    }
  });

  it('knows values of options from arguments, and options that are joined with theirs', () => {
    const place = placeOf(program, ['run', '-i', 'hosts', '--limit', 'web', 'book.yaml', '--output=li']);
    expect(place).toMatchObject({ before: '--output=', typed: 'li' });
    expect(Object.fromEntries(place.given)).toEqual({ inventory: ['hosts'], limit: ['web'] });
    expect(placeOf(program, ['run', '-y', 'boo']).argument?.name()).toBe('runbook');
    expect(placeOf(program, ['runs', 'show', '']).argument?.name()).toBe('run');
    expect(placeOf(program, ['frobnicate', '--no-such', '']).command).toBe(program);
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('in a real shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-completion-'));
    mkdirSync(join(folder, 'bin'));
    mkdirSync(join(folder, 'runbooks'));
    writeFileSync(
      join(folder, 'bin/mendgate'),
      `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"\n`,
    );
    chmodSync(join(folder, 'bin/mendgate'), 0o755);
    writeFileSync(join(folder, 'hosts'), '[frontends]\nalpha.example.org\nbeta.example.org\n');
    writeFileSync(
      join(folder, 'runbooks/one.yaml'),
      [
        '# first\nrunbook: zebra-stripes\ntitle: x\nparams: { colour: { type: string }, key: { type: secret } }\n',
        'steps: [{ id: sweep-up, title: Sweep, tags: [quick, thorough] }, { id: wipe, title: Wipe }]\n',
      ].join(''),
    );
    const rc = (shell: string): string =>
      `PS1='READY> '; PROMPT='READY> '; cd '${folder}'; source <(mendgate completion ${shell})\n`;
    writeFileSync(join(folder, 'bashrc'), rc('bash'));
    writeFileSync(join(folder, '.zshrc'), `autoload -U compinit; compinit -u -d '${folder}/dump'; ${rc('zsh')}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const environment = (): { readonly [name: string]: string } => ({
    ...{ PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, ZDOTDIR: folder, TERM: 'dumb', HOME: folder },
  });
  const lines = [
    ['an option', 'mendgate run --start-\t', '--start-at'],
    ['a host', 'mendgate run -i hosts -l alp\t', 'alpha.example.org'],
    ['the last part of a pattern', 'mendgate run -i hosts -l frontends:be\t', 'frontends:beta.example.org'],
    ['a runbook, by its id', 'mendgate run zeb\t', 'runbooks/one.yaml'],
    ['a choice behind =', 'mendgate run --output=js\t', '--output=json'],
    ['a host joined with its option', 'mendgate run -i hosts -lalp\t', '-lalpha.example.org'],
    ['a file behind =', 'mendgate run --inventory=hos\t', '--inventory=hosts'],
    ['a step of the runbook', 'mendgate run runbooks/one.yaml --start-at swe\t', 'sweep-up'],
    ['the last of several tags', 'mendgate run runbooks/one.yaml -t quick,thor\t', 'quick,thorough'],
    ['a param', 'mendgate run runbooks/one.yaml -e colo\t', 'colour='],
    ['a choice of an argument', 'mendgate completion z\t', 'zsh'],
    ['what is new', 'mendgate new inv\t', 'inventory'],
    ['a probe', 'mendgate docs selinux.stat\t', 'selinux.status'],
    ['which hosts of a run', 'mendgate runs show last --hosts unre\t', 'unreachable'],
  ] as const;
  const shells = {
    bash: () => ['bash', '--noprofile', '--rcfile', join(folder, 'bashrc'), '-i'],
    zsh: () => ['zsh', '-i'],
  } as const;

  describe.each(['bash', 'zsh'] as const)('%s', (shell) => {
    it.skipIf(!terminalIsHere || !has(shell)).each(lines)(
      'completes %s',
      { timeout: 60_000 },
      async (_, typed, whole) => {
        const play: readonly Act[] = [
          ['READY> ', 'type', typed],
          [whole, 'type', '\u0015exit\r'],
        ];
        const { left, screen } = await playOn(shells[shell](), play, environment());
        expect({ left, screen }).toMatchObject({ left: 0 });
      },
    );
  });

  it('completes a host of a run behind its name', async () => {
    const book = resolve('test/e2e/state-file.yaml');
    const state = ['--state-dir', join(folder, 'kept')];
    await mendgate(['run', book, '-C', '-i', 'delta,', '-c', 'local', '-e', `root=${folder}`, ...state]);
    const { stdout } = await mendgate(['__complete', '--', 'explain', ...state, 'last', 'de']);
    expect(stdout).toBe('delta\n');
  });

  it('completes a param of type secret for --secret only', async () => {
    const typed = (option: string) =>
      mendgate(['__complete', '--', 'run', join(folder, 'runbooks/one.yaml'), option, '']);
    expect((await typed('--secret')).stdout).toContain('key=\n');
    expect((await typed('-e')).stdout).toBe('colour=\n');
  });

  describe.skipIf(!has('fish'))('fish', () => {
    it('goes on with a quote that is open', { timeout: 60_000 }, () => {
      const script = `cd ${folder}; mendgate completion fish | source; complete -C $argv[1]`;
      const said = execFileSync('fish', ['--no-config', '-c', script, "mendgate run -i hosts -l 'frontends:!be"], {
        encoding: 'utf8',
        env: { ...process.env, ...environment() },
      });
      expect(said).toBe('frontends:!beta.example.org\tbeta.example.org\n');
    });

    it.each(lines.map(([what, typed, whole]) => [what, typed.trimEnd(), whole] as const))(
      'completes %s',
      { timeout: 60_000 },
      (_, typed, whole) => {
        const script = `cd ${folder}; mendgate completion fish | source; complete -C '${typed}'`;
        const said = execFileSync('fish', ['--no-config', '-c', script], {
          encoding: 'utf8',
          env: { ...process.env, ...environment() },
        });
        expect(said.split('\n').map((line) => line.split('\t')[0])).toContain(whole);
      },
    );
  });
});
