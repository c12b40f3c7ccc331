import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceInterpolations } from '../../src/load/shell-text.ts';

const x = '${{ x }}';
const { problems: none } = replaceInterpolations('ls');

describe('data in shell text becomes a variable', () => {
  it.each([
    ['bare', `ls ${x}`, 'ls "${MG_1}"'],
    ['in a word', `ls /a/${x}/b`, 'ls /a/"${MG_1}"/b'],
    ['in double quotes', `ls "a ${x}"`, 'ls "a ${MG_1}"'],
    ['in a substitution', `n=$(wc -l ${x})`, 'n=$(wc -l "${MG_1}")'],
    ['in double quotes in a substitution in double quotes', `a="$(ls "${x}")"`, 'a="$(ls "${MG_1}")"'],
    ['behind a substitution in double quotes', `a="$(ls) ${x}"`, 'a="$(ls) ${MG_1}"'],
    ['in an unquoted here-document', `cat <<EOF\na ${x}\nEOF\nls ${x}`, 'cat <<EOF\na ${MG_1}\nEOF\nls "${MG_2}"'],
    ['in a here-document with quotes in it', `cat <<EOF\n"a" ${x}\nEOF`, 'cat <<EOF\n"a" ${MG_1}\nEOF'],
    ['behind a here-document', `cat <<-'E'\n\tx'\n\tE\nls ${x}`, `cat <<-'E'\n\tx'\n\tE\nls "\${MG_1}"`],
    ['behind single quotes', `echo 'a"b' ${x}`, `echo 'a"b' "\${MG_1}"`],
    ['behind an escaped quote', `echo \\' ${x}`, `echo \\' "\${MG_1}"`],
    ['behind a comment', `# it's\nls ${x}`, `# it's\nls "\${MG_1}"`],
    ['behind a # in a word', `ls a#b ${x}`, 'ls a#b "${MG_1}"'],
    [
      'in a case',
      `case ${x} in a) ls ${x};; esac; (ls ${x})`,
      'case "${MG_1}" in a) ls "${MG_2}";; esac; (ls "${MG_3}")',
    ],
    [
      'in a case inside a substitution',
      `a=$(case 1 in 1) ls ${x};; esac) ls ${x}`,
      'a=$(case 1 in 1) ls "${MG_1}";; esac) ls "${MG_2}"',
    ],
    ['behind arithmetic', `n=$(( (1 + 2) * 3 )); ls ${x}`, 'n=$(( (1 + 2) * 3 )); ls "${MG_1}"'],
    ['as an argument of a script file', `sudo sh /x/y.sh ${x}`, 'sudo sh /x/y.sh "${MG_1}"'],
    ['as an argument of code', `sh -c 'ls "$1"' sh ${x}`, `sh -c 'ls "$1"' sh "\${MG_1}"`],
    ['as the duration of a wrapper', `timeout ${x} ls`, 'timeout "${MG_1}" ls'],
    ['as a user', `sudo -u ${x} ls "${x}"`, 'sudo -u "${MG_1}" ls "${MG_2}"'],
    ['to look for a command', `command -v ${x}`, 'command -v "${MG_1}"'],
    ['as an exported value', `export A=${x}`, 'export A="${MG_1}"'],
    ['in a list of a loop', `for i in a ${x}; do ls "$i"; done`, 'for i in a "${MG_1}"; do ls "$i"; done'],
    [
      'in a pattern',
      `case $1 in\n${x}) ls;;\n${x}|b) ls;; esac`,
      'case $1 in\n"${MG_1}") ls;;\n"${MG_2}"|b) ls;; esac',
    ],
    ['as a target', `ls > ${x} 2>&1`, 'ls > "${MG_1}" 2>&1'],
    ['in a here-string', `grep a <<< ${x}`, 'grep a <<< "${MG_1}"'],
    ['as an argument of jq', `jq --arg a ${x} .a ${x}`, 'jq --arg a "${MG_1}" .a "${MG_2}"'],
    ['piped into a script file', `echo ${x} | sh /x.sh | grep sh`, 'echo "${MG_1}" | sh /x.sh | grep sh'],
    ['piped into awk with a text of its own', `echo ${x} | awk '{print $1}'`, `echo "\${MG_1}" | awk '{print $1}'`],
    ['behind a pipe into a shell', `echo ls | sh; echo ${x}`, 'echo ls | sh; echo "${MG_1}"'],
    ['as a file of find', `find . -name ${x}`, 'find . -name "${MG_1}"'],
    ['after a pipe behind awk', `awk '{print}' | grep ${x}`, `awk '{print}' | grep "\${MG_1}"`],
  ])('%s', (_name, script, expected) => {
    const { text, problems } = replaceInterpolations(script);
    expect(problems).toEqual(none);
    expect(text).toBe(expected);
  });

  it('one variable for each, in order, with the place of its expression', () => {
    expect(replaceInterpolations('a ${{ p }} "${{ q.r }}"').variables).toEqual([
      { name: 'MG_1', cel: 'p', offset: 6 },
      { name: 'MG_2', cel: 'q.r', offset: 16 },
    ]);
  });
});

describe('an interpolation is refused where the shell would parse or hide it', () => {
  it.each([
    ['single quotes', `echo '${x}'`],
    ['single quotes over lines', `echo 'a\n${x}'`],
    ['a quoted here-document', `cat <<'EOF'\n${x}\nEOF`],
    ['a here-document for a shell', `sudo bash <<EOF\nls ${x}\nEOF`],
    ['a comment', `ls # ${x}`],
    ['backquotes', `a=\`ls ${x}\``],
    ['backquotes in double quotes', `a="\`ls ${x}\`"`],
    ['arithmetic', `echo $(( ${x} ))`],
    ['arithmetic in double quotes', `echo "$(( a[${x}] ))"`],
    ['a bash arithmetic command', `(( n = ${x} ))`],
    ['an old bash arithmetic', `echo $[ ${x} ]`],
    ['an array subscript', `a[${x}]=1`],
    ['a parameter expansion', `echo \${a:-${x}}`],
    ['eval', `eval "ls ${x}"`],
    ['sh -c', `sh -c "ls ${x}"`],
    ['sh -c behind wrappers', `sudo -u nobody env A=1 timeout 5 bash -ec "ls ${x}"`],
    ['sh -c behind find', `find . -exec sh -c "ls ${x}" \\;`],
    ['behind code that may be no word', `sh -c $code ${x}`],
    ['sh -c of a second command', `find . -exec sh -c ls sh {} \\; -exec sh -c ${x} \\;`],
    ['behind the code of perl, which looks for more', `perl -e 'print 1' ${x}`],
    ['an argument of code that evaluates it', `sh -c 'eval "$1"' sh ${x}`],
    ['the command of rsync', `rsync -e ${x} a b`],
    ['xargs sh -c', `ls | xargs sh -c "ls ${x}"`],
    ['awk', `awk "/${x}/" f`],
    ['awk in a substitution', `n=$(awk "/${x}/" f)`],
    ['sed', `sed -e "s/a/${x}/" f`],
    ['python -c', `python3 -c "print(${x})"`],
    ['perl -e', `perl -ne "print ${x}"`],
    ['ssh', `ssh other ls ${x}`],
    ['[[', `[[ ${x} -eq 1 ]]`],
    ['trap', `trap "rm ${x}" EXIT`],
    ['flock -c', `flock /tmp/l -c "echo ${x}"`],
    ['runuser -c', `runuser -l app -c "echo ${x}"`],
    ['env -S', `env -S "echo ${x}"`],
    ['env -S behind sudo', `sudo -nu app env -S "echo ${x}"`],
    ['awk behind an assignment with a path', `sudo A=/x/y awk "${x}"`],
    ['awk behind setpriv', `setpriv --reuid 1 --clear-groups awk "${x}"`],
    ['a pipe into a shell', `echo "echo ${x}" | sh`],
    ['a pipe over lines', `echo "echo ${x}" |\n tee f 2>&1 |\n sudo -u a bash -s`],
    ['a pipe out of a group', `{ echo ${x}; ls; } | sh`],
    ['a pipe out of a loop', `while true; do echo ${x}; done | sh`],
    ['a pipe out of a subshell', `(echo ${x}; ls) | sh`],
    ['a pipe into a subshell', `echo ${x} | (sh)`],
    ['a pipe of both outputs', `echo ${x} |& bash -o pipefail`],
    ['a pipe into xargs sh', `echo ${x} | xargs sh -c`],
    ['a pipe into another interpreter', `echo ${x} | python3 -`],
    ['a here-string for a shell', `sh <<< ${x}`],
    ['a here-document piped into a shell', `cat <<EOF | sh\n${x}\nEOF`],
    ['a here-document inside eval', `eval "$(cat <<EOF\n${x}\nEOF\n)"`],
    ['a file that a shell reads', `bash <(echo ${x})`],
    ['a shell that reads the output', `echo ${x} > >(sh)`],
    ['php -r', `php -r "${x}"`],
    ['the first argument of perl', `perl ${x}`],
    ['jq', `jq "${x}" f`],
    ['alias', `alias a="${x}"`],
    ['the command itself', `${x} arg`],
    ['a part of the command', `/usr/bin/${x} arg`],
    ['the command behind exec', `exec ${x}`],
    ['the command behind command', `command ${x}`],
    ['the command behind sudo', `sudo -u a ${x}`],
    ['the command behind an assignment', `A=1 ${x}`],
    ['the command behind if', `if ${x}; then ls; fi`],
    ['the command in a branch', `case a in a) ${x};; esac`],
    ['the command that a substitution gives', `$(echo ${x}) a`],
    ['find -exec', `find . -exec ${x} \\;`],
    ['a command out of a variable', `e=eval; $e "${x}"`],
    ['a quoted command', `'eval' "${x}"`],
    ['a quoted option', `sh "-c" ${x}`],
    ['eval behind a word of the grammar', `eval ls in "${x}"`],
    ['eval behind an assignment as argument', `eval A=1 "${x}"`],
    ['eval behind a redirection', `eval 2>&1 "${x}"`],
    ['eval behind a target', `> f eval "${x}"`],
    ['awk behind sudo -u', `sudo -u a awk "${x}" f`],
    ['a sourced file', `. <(echo ${x})`],
    ['the command behind coproc', `coproc ${x}`],
    ['[ -v', `[ -v ${x} ]`],
    ['test -v', `test -v ${x}`],
    ['printf -v', `printf -v ${x} a`],
    ['read', `read ${x}`],
    ['the name of a loop', `for ${x} in a; do ls; done`],
    ['a variable that the shell runs', `PS4=${x}`],
    ['text behind an unclosed quote', `echo 'a ${x}`],
  ])('%s', (_name, script) => {
    expect(replaceInterpolations(script).problems.map(({ code }) => code)).toContain('shell/place');
  });

  it('raw() is told to be missing', () => {
    expect(replaceInterpolations('ls ${{ raw(params.x) }}').problems).toMatchObject([
      { code: 'shell/raw', start: 3, end: 23 },
    ]);
  });
});

describe('whatever is accepted', () => {
  const hostile = [
    `$(touch pwned)`,
    '`touch pwned`',
    `"; touch pwned; "`,
    `'; touch pwned; '`,
    '\n touch pwned\n',
    'EOF\ntouch pwned\n',
    '*',
    '\\',
  ];
  const word = fc.constantFrom(
    'echo ',
    'a ',
    `${x} `,
    `"${x}"`,
    `"a ${x} b" `,
    x,
    `'it' `,
    `"q"`,
    '\\',
    '# ',
    'A=',
    'case a in a) ',
    ' esac ',
  );
  const line = fc
    .tuple(fc.constantFrom('ls ', 'echo a ', 'A=', ''), fc.array(word, { minLength: 1, maxLength: 5 }))
    .map(([command, words]) => command + words.join(''));
  const wrapped = fc
    .tuple(
      fc.constantFrom(
        ['', ''],
        ['$(', ')'],
        ['"$(', ')"'],
        ['(', ')'],
        ['`', '`'],
        ['"', '"'],
        ["'", "'"],
        ['$((', '))'],
        ['${a:-', '}'],
        ['cat <<EOF\n', '\nEOF\n'],
        ['cat <<E"O"F\n', '\nEOF\n'],
        ['eval ', ''],
        ['sh -c ', ''],
        ['{ ', '\n}'],
        ['a[', ']=1'],
        ['echo ', ' | sh'],
        ['{ echo ', '\n} | sh'],
        ['cat <<EOF | sh\n', '\nEOF\n'],
        ['sh <<< ', ''],
        ['[ -v ', ' ]'],
        ['exec ', ''],
      ),
      line,
    )
    .map(([[open, close], inner]) => `${open}${inner}${close}`);
  const script = fc
    .array(fc.oneof(line, wrapped, fc.constantFrom(';', '\n', '|', '&&', '"', ' ')), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''));

  it('never runs data, in any mixture of quoting', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-text-'));
    let ran = 0;
    fc.assert(
      fc.property(script, fc.constantFrom(...hostile), fc.constantFrom('sh', 'bash'), (text, value, shell) => {
        const replaced = replaceInterpolations(text);
        if (replaced.problems.length > 0 || replaced.variables.length === 0) return;
        ran += 1;
        const quoted = `'${value.replaceAll("'", `'\\''`)}'`;
        const assigned = replaced.variables.map(({ name }) => `${name}=${quoted}\n`).join('');
        // What would be run leaves a file.
        spawnSync(shell, [], {
          cwd: folder,
          input: `${assigned}${replaced.text}`,
          timeout: 5000,
        });
        expect(readdirSync(folder)).toEqual([]);
      }),
      { seed: 11, numRuns: 1800 },
    );
    rmSync(folder, { recursive: true });
    expect(ran).toBeGreaterThan(300);
  });
});
