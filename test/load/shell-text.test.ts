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
      `a=$(case 1 in 1) ls ${x};; esac) ${x}`,
      'a=$(case 1 in 1) ls "${MG_1}";; esac) "${MG_2}"',
    ],
    ['behind arithmetic', `n=$(( (1 + 2) * 3 )); ls ${x}`, 'n=$(( (1 + 2) * 3 )); ls "${MG_1}"'],
    ['as an argument of a script file', `sudo sh /x/y.sh ${x}`, 'sudo sh /x/y.sh "${MG_1}"'],
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
    ['xargs sh -c', `ls | xargs sh -c "ls ${x}"`],
    ['awk', `awk "/${x}/" f`],
    ['awk in a substitution', `n=$(awk "/${x}/" f)`],
    ['sed', `sed -e "s/a/${x}/" f`],
    ['python -c', `python3 -c "print(${x})"`],
    ['perl -e', `perl -ne "print ${x}"`],
    ['ssh', `ssh other ls ${x}`],
    ['[[', `[[ ${x} -eq 1 ]]`],
    ['trap', `trap "rm ${x}" EXIT`],
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
  const line = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(''));
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
      { seed: 11, numRuns: 1200 },
    );
    rmSync(folder, { recursive: true });
    expect(ran).toBeGreaterThan(300);
  });
});
