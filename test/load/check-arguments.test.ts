import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { registry } from './registry.ts';

const X = '${{ params.x }}';

/** What validate says of one command: `CODE: help`. Where it must be refused is told by fixtures/broken/shell-arguments.yaml. */
async function told(command: string, more = ''): Promise<readonly string[]> {
  const text = `runbook: r
title: R
params: { x: { type: string } }
steps:
  - id: s
    probes:
      a: { core.command: { command: ${command}${more} } }
    verify: { that: a.rc == 0 }
`;
  const files = { readFile: async () => Buffer.from(text), realpath: async (path: string) => path };
  const { diagnostics } = await loadRunbook('/a.yaml', registry, files);
  return diagnostics.map(({ code, help }) => `${code}: ${help}`);
}

describe('data as an argument', () => {
  it.each([
    `["${X}", a, "${X}"]`,
    `[sh, -c, 'echo "$1"', sh, "${X}"]`,
    `[bash, -lc, 'echo "$0" "$1"', "${X}", "${X}"]`,
    `[sudo, -u, "${X}", bash, -co, pipefail, 'ls "$1" | cat', bash, "${X}"]`,
    `[sh, /opt/check.sh, "${X}"]`,
    `[/opt/check, -c, "${X}"]`,
    `[python3, -c, 'import sys; print(sys.argv[1])', "${X}"]`,
    `[perl, -e, 'print "$ARGV[0]"', --, "${X}"]`,
    `[find, /srv, -exec, sh, -c, 'echo "$1"', sh, "${X}", ";"]`,
    `[grep, -c, "${X}", /etc/passwd]`,
    `[timeout, "${X}", ls]`,
    `[sh, -c, 'cd /srv && exec "$@"', sh, ls, "${X}"]`,
    `[bash, -c, 'printf "%s" "$1" | tr a b', bash, "${X}"]`,
    `[fish, -c, 'echo $argv', "${X}"]`,
    `[rsync, -a, "${X}", /srv]`,
    `[tar, xf, "${X}", --use-compress-program=zstd, "${X}"]`,
  ])('is data: %s', async (command) => expect(await told(command)).toEqual([]));

  it('on standard input is data where nothing parses it', async () => {
    expect(await told('[cat]', `, stdin: "${X}"`)).toEqual([]);
    expect(await told("[sh, -c, 'cat']", `, stdin: "${X}"`)).toEqual([]);
  });

  it.each([
    [`[sudo, bash, -c, "ls ${X}"]`, `pass it as an argument: [bash, -c, 'echo "$1"', bash, "${X}"]`],
    [`[python3, -c, "print('${X}')"]`, `[python3, -c, 'import sys; print(sys.argv[1])', "${X}"]`],
    [`[perl, -e, "print ${X}"]`, `[perl, -e, 'print $ARGV[0]', --, "${X}"]`],
    [`[awk, "/${X}/"]`, `env: { NAME: "${X}" }, which awk reads as ENVIRON["NAME"]`],
    [`[su, app, -c, "ls ${X}"]`, `[runuser, -u, USER, --, PROGRAM, "${X}"]`],
    [`[ssh, web2, "ls ${X}"]`, `delegate_to: HOST`],
    [`[psql, -c, "select '${X}'"]`, `\\\\getenv name NAME`],
    [`[node, -e, "a('${X}')"]`, `[node, -e, 'console.log(process.argv[1])', --, "${X}"]`],
    [`[eval, "ls ${X}"]`, 'call the program itself: [PROGRAM'],
    [`[rsync, -e, "${X}", a, b]`, 'call what it would run itself'],
  ])('that would be code is refused with a form in which it is none: %s', async (command, help) => {
    expect(await told(command)).toEqual([expect.stringContaining(help)]);
  });

  // Whatever stands in the help must be good: somebody will copy it.
  it.each(['sh', 'bash', 'python3', 'perl', 'ruby', 'node', 'php', 'su'])(
    'may be written as the help for %s says',
    async (program) => {
      const [said = ''] = await told(
        `[${program}, -c, "x ${X}"]`.replace(/^\[(perl|ruby|node), -c/, '[$1, -e').replace('[php, -c', '[php, -r'),
      );
      const [form = ''] = /\[.*\]/.exec(said) ?? [];
      expect(await told(form)).toEqual([]);
    },
  );

  it.each([
    ['behind code that goes on to look for options', `[perl, -e, 'print 1', "${X}"]`],
    ['behind code that may be no word', `[sh, -c, $code, "${X}"]`],
    ['of a second command', `[find, /, -exec, sh, -c, ls, sh, "{}", ";", -exec, sh, -c, "${X}", ";"]`],
    ['of a program that a wrapper parses', `[sudo, env, -S, "${X}"]`],
    ['in place of options', `[sh, "${X}"]`],
    ['that the code gives to eval', `[sh, -c, 'eval "$1"', sh, "${X}"]`],
    ['that the code gives to another shell', `[bash, -c, 'sh -c "$*"', bash, "${X}"]`],
    ['that the code calculates with', `[bash, -c, 'echo $(( $1 + 1 ))', bash, "${X}"]`],
    ['as the command of rsync', `[rsync, -e, "${X}", a, b]`],
    ['as the command of tar', `[tar, xf, a.tar, "--to-command=${X}"]`],
    ['as a setting of git', `[git, -c, "${X}", pull]`],
    ['as code of another shell', `[fish, -c, "${X}"]`],
  ])('is refused %s', async (_where, command) => {
    expect(await told(command)).toEqual([expect.stringMatching(/^shell\/place: /)]);
  });
});
