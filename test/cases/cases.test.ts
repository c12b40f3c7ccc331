import { describe, expect, test } from 'vitest';
import { printJunit, printTestResults } from '../../src/uses/test-runbooks.ts';
import { bookText, tryCases } from './in-folder.ts';

describe('a case', () => {
  test('passes where dry and real run come to what it expects', async () => {
    const { ok, differences } = await tryCases(`
  - name: down
    host: down
    dry: { verdict: would_fix, steps: { look: ok, start: would_change }, changes: ["nginx.service: stopped → started"] }
    real: { verdict: fixed, symptom: absent, commands: [/^systemctl start/], notes: [] }
`);
    expect(differences).toEqual(['', '']);
    expect(ok).toBe(true);
  });

  test('shows what differs, and why a step came out otherwise', async () => {
    const { ok, differences } = await tryCases(`
  - name: up
    host: { like: down, answers: { systemd.unit: { active: true } } }
    dry: { verdict: would_fix, steps: { start: would_change }, changes: [one], notes: [] }
`);
    expect(ok).toBe(false);
    expect(differences[0]).toBe(
      'verdict\n- would_fix\n+ not_fixed\nsteps.start\n- would_change\n+ skipped\n  (gate closed: !unit.active (unit.active is true))\nchanges\n- one',
    );
  });

  test('sees its fix undone where the symptom stays', async () => {
    const { differences } = await tryCases(`
  - name: it does not help
    host: { like: down, after: { start: { answers: { http.request: { status: 502 } } } } }
    real: { verdict: rolled_back, steps: { start: changed } }
  - name: it does not come up
    host: { like: down, after: { start: { answers: { systemd.unit: { active: false } } } } }
    real: { verdict: rolled_back, steps: { start: { result: rolled_back, reason: /verify does not hold/ } } }
  - name: it cannot be started
    host: { like: down, failing: { service.state: { rc: 5, stderr: no such unit } } }
    real: { verdict: rolled_back, reason: "/exit 5: no such unit/" }
`);
    expect(differences).toEqual(['', '', '']);
  });

  test('sees a risky fix stay once it is proved, and taken back by its host where it is not', async () => {
    const book = bookText.replace('    verify:\n', '    risky: { revert_after: 1m }\n    verify:\n');
    const { differences } = await tryCases(
      `
  - name: it helps
    host: down
    real: { verdict: fixed, steps: { start: changed } }
  - name: it does not come up
    host: { like: down, after: { start: { answers: { systemd.unit: { active: false } } } } }
    real: { verdict: rolled_back, steps: { start: { result: rolled_back, reason: /verify does not hold/ } } }
`,
      { book },
    );
    expect(differences).toEqual(['', '']);
  });

  test('may say that something cannot be read', async () => {
    const { differences } = await tryCases(`
  - name: unknown
    host: { like: down, unknown: { systemd.unit: no systemctl here } }
    dry: { verdict: undetermined, steps: { start: { result: undetermined, reason: /no systemctl here/ } } }
    real: { verdict: not_fixed }
`);
    expect(differences).toEqual(['', '']);
  });

  test('answers by place before name before probe, and narrower params first', async () => {
    const { differences } = await tryCases(`
  - name: names
    params: { unit: app }
    host:
      like: down
      answers: { systemd.unit: { active: false }, unit: { active: false, masked: true }, start.unit: { active: true } }
    dry: { steps: { start: skipped } }
  - name: params
    params: { unit: app }
    host: { like: down, readings: [{ probe: unit, params: { name: app }, result: { active: true } }, { probe: unit, params: { name: other }, result: { active: false } }] }
    dry: { steps: { start: skipped } }
`);
    expect(differences).toEqual(['', '']);
  });

  test('fails where the host is asked what the case does not answer', async () => {
    const { ok, differences } = await tryCases(`
  - name: nothing
    host: { answers: { http.request: { status: 502 } } }
    dry: {}
`);
    expect(ok).toBe(false);
    expect(differences[0]).toContain(
      'asked for probe core.facts (look.facts) {}, and the case has no answer: add answers: { core.facts: … }',
    );
  });

  test('fills in what an answer leaves out: as it was asked, or blank', async () => {
    const { results } = await tryCases('  - { name: down, host: down, dry: {} }\n');
    const answered = results[0]?.runs[0]?.answered ?? [];
    expect(answered.find(({ question }) => question.site === 'symptom.page')?.value).toMatchObject({
      url: 'http://127.0.0.1/',
      status: 502,
      body_size: 0,
    });
  });
});

describe('a case file', () => {
  test.each([
    ['a probe that is none', '{ answers: { selinux.statu: {} } }', /test\/unknown-probe .*selinux\.statu/],
    [
      'an answer of another kind',
      '{ answers: { page: { status: "502" } } }',
      /answer\/wrong-type expected a whole number/,
    ],
    ['a member that the result does not have', '{ answers: { http.request: { code: 502 } } }', /answer\/unknown-key/],
    ['an action that is none', '{ states: { service.stat: as_wanted } }', /test\/unknown-action/],
    ['a step that is none', '{ after: { stat: {} } }', /test\/unknown-step/],
    ['a host that is none', '{ like: don }', /test\/unknown-host/],
    ['a reading of nothing', '{ readings: [{ params: {} }] }', /test\/answer/],
    ['a recording that is none', '{ recording: small.yaml }', /test\/recording/],
  ])('is refused with its place: %s', async (_name, host, problem) => {
    const { ok, problems, results } = await tryCases(`  - { name: a, host: ${host}, dry: {} }\n`);
    expect(problems.join('\n')).toMatch(problem);
    expect(results).toEqual([]);
    expect(ok).toBe(false);
  });

  test.each([
    ['  - { name: a, dry: { steps: { stat: ok } } }', /test\/unknown-step/],
    ['  - { name: a, dry: { steps: { start: good } } }', /test\/not-one-of/],
    ['  - { name: a, dry: { verdict: good } }', /test\/not-one-of/],
    ['  - { name: a, dry: { notes: ["/[/"] } }', /test\/pattern/],
    ['  - { name: a, params: { unti: x }, dry: {} }', /test\/unknown-param/],
    ['  - { name: a }', /test\/no-expectation/],
    ['  - { name: a, dry: {} }\n  - { name: a, dry: {} }', /test\/same-name/],
  ])('is refused: %s', async (cases, problem) => {
    expect((await tryCases(`${cases}\n`)).problems.join('\n')).toMatch(problem);
  });

  test('tells that hosts are like each other in a circle', async () => {
    const top = '  a: { like: b }\n  b: { like: a }\n';
    expect((await tryCases('  - { name: a, host: a, dry: {} }\n', { top })).problems.join()).toContain('a → b → a');
  });
});

describe('a case file that is broken', () => {
  const good = '  - { name: down, host: down, dry: { verdict: would_fix } }\n';
  test.each([
    ['it is no YAML', { more: { 'other.test.yaml': 'runbook: [\n' } }, /other\.test\.yaml:\d+: /],
    ['it has another shape', { more: { 'other.test.yaml': 'runbook: small.yaml\n' } }, /other\.test\.yaml:1: .*cases/],
    [
      'its runbook is not valid any more',
      {
        more: { 'other.test.yaml': 'runbook: other.yaml\ncases: [{ name: a, dry: {} }]\n', 'other.yaml': 'titel: x\n' },
      },
      /other\.yaml:1: .*\(and 1 more error\)/,
    ],
  ])('is told, not run, and keeps no other from its run: %s', async (_name, more, where) => {
    const tried = await tryCases(good, more);
    expect(tried.ok).toBe(false);
    expect(tried.differences).toEqual(['']);
    const text = await printTestResults(tried, { colour: false });
    expect(text).toMatch(new RegExp(`other\\.test\\.yaml\\n  ✗ not run: .*${where.source}`));
    expect(text).toMatch(/^2 files, 1 run, 1 file broken /m);
    expect(text).not.toContain('all passed');
    const xml = await printJunit(tried);
    expect(xml).toContain('<testsuites name="mendgate test" tests="2" failures="0" errors="1"');
    expect(xml).toMatch(/<testcase classname="[^"]*other\.test\.yaml" name="not run" time="0.000">\s*<error message="/);
  });

  test('tells what is wrong with a runbook once, however many case files it has', async () => {
    const broken = {
      book: 'title: x\n',
      more: { 'other.test.yaml': 'runbook: small.yaml\ncases: [{ name: a, dry: {} }]\n' },
    };
    const { broken: files, problems } = await tryCases(good, broken);
    expect(files).toHaveLength(2);
    expect(problems.filter((problem) => problem.includes('`runbook`'))).toHaveLength(1);
  });
});

describe('--update', () => {
  test('writes what came, and leaves all else as it is written', async () => {
    const { ok, files } = await tryCases(
      `  # why
  - name: down   # kept
    host: down
    dry:
    real:
      verdict: fixed # old
      notes: [gone]
  - { name: flow, host: down, dry: { verdict: healthy } }
`,
      { update: true },
    );
    expect(ok).toBe(true);
    expect(files.cases.slice(files.cases.indexOf('  # why'))).toBe(`  # why
  - name: down   # kept
    host: down
    dry:
      verdict: would_fix
      diagnosis: Start it [service.state]
      steps:
        look: ok
        start: would_change
      changes:
        - "nginx.service: stopped → started"
      commands:
        - systemctl start -- nginx.service
      notes: []
    real:
      verdict: fixed # old
      notes: []
  - { name: flow, host: down, dry: { verdict: would_fix } }
`);
  });

  test('touches only what changes: comments, quotes, order and indentation stay', async () => {
    const before = `
    # The first, as somebody likes to write it.
    -   name: 'down'
        host: down
        real:   # a real run

            steps:
                start: {result: "ok" , reason: /never/}   # the one that matters
                look:   ok
            commands:
                - /^systemctl start/   # a pattern that holds
                - "systemctl gone"
            verdict:   'healthy'     # not so
            see: elsewhere      # it does not any more
            symptom:  "absent"
            notes:  [ 'one',  "two" ]
            changes:
                - "nginx.service: stopped → started"

        dry: { steps: { start: ok,  look: { result: ok } }, notes: [],   verdict: "fixed" } # in one line
        # the end
`;
    const after = before
      .replace('start: {result: "ok" , reason: /never/}', 'start: {result: "changed"}')
      .replace('            see: elsewhere      # it does not any more\n', '')
      .replace('                - "systemctl gone"\n', '')
      .replace("'healthy'", "'fixed'")
      .replace(`[ 'one',  "two" ]`, '[]')
      .replace('start: ok,  look', 'start: would_change,  look')
      .replace('verdict: "fixed"', 'verdict: "would_fix"');
    const { files, ok } = await tryCases(before, { update: true });
    expect(files.cases.slice(files.cases.indexOf('cases:\n') + 7)).toBe(after);
    expect(ok).toBe(true);
  });

  test('puts new lines of a list where they came, and leaves the others', async () => {
    const notes = [1, 2, 3, 4].map((n) => `      - { when: "true", message: n${n} }\n`).join('');
    const book = bookText.replace('      - { when: facts.ostree', `${notes}      - { when: facts.ostree`);
    const { files } = await tryCases(
      `  - name: block
    host: down
    dry:
      notes:
      - "n2"  # kept
      - old
  - { name: flow, host: down, dry: { notes: [n1,  'n4'] } }
  - name: none
    host: down
    dry:
      notes: []   # nothing yet
      verdict: would_fix
`,
      { book, update: true },
    );
    expect(files.cases.slice(files.cases.indexOf('  - name: block'))).toBe(`  - name: block
    host: down
    dry:
      notes:
      - n1
      - "n2"  # kept
      - n3
      - n4
  - { name: flow, host: down, dry: { notes: [n1, n2, n3,  'n4'] } }
  - name: none
    host: down
    dry:
      notes:
        - n1
        - n2
        - n3
        - n4   # nothing yet
      verdict: would_fix
`);
  });

  test('changes nothing the second time', async () => {
    const cases = '  - name: down\n    host: down\n    dry:\n';
    const once = await tryCases(cases, { update: true });
    const text = once.files.cases.slice(once.files.cases.indexOf('cases:\n') + 7);
    const twice = await tryCases(text, { update: true });
    expect(twice.files.cases).toBe(once.files.cases);
    expect(twice.results[0]?.updated).toEqual([]);
  });

  test('writes nothing where a case lacks an answer', async () => {
    const { ok, files } = await tryCases('  - { name: a, dry: { verdict: fixed } }\n', { update: true });
    expect(ok).toBe(false);
    expect(files.cases).toContain('verdict: fixed');
  });
});

describe('--coverage', () => {
  test('names the branches that no case takes', async () => {
    const { coverage } = await tryCases('  - { name: down, host: down, dry: {} }\n');
    expect(coverage).toEqual([
      {
        runbook: 'small',
        branches: 6,
        missed: [
          'symptom absent',
          'look: conclusion 1 (facts.family == "alpine")',
          'look: conclusion 2 (facts.ostree)',
          'start: gate closed (!unit.active)',
        ],
      },
    ]);
  });

  test('may be asked for: less is a failure', async () => {
    const cases = '  - { name: down, host: down, dry: {} }\n';
    expect((await tryCases(cases, { leastCoverage: 33 })).ok).toBe(true);
    const less = await tryCases(cases, { leastCoverage: 34 });
    expect(less.ok).toBe(false);
    expect(await printTestResults(less, { colour: false })).toContain('1 file, 1 run, 33 % of small covered, not 34 %');
    expect(await printJunit(less)).toMatch(
      /tests="2" failures="1" errors="0".*<failure message="33 % of small covered/s,
    );
  });
});

describe('--mutate', () => {
  const blind = `
  - { name: down, host: down, dry: { verdict: would_fix }, real: { verdict: fixed } }
  - { name: ostree, host: { like: down, answers: { facts: { ostree: true } } }, dry: { verdict: would_fix } }
`;
  test('tells which answers no case notices', async () => {
    const { ok, results } = await tryCases(blind, { mutate: true });
    expect(ok).toBe(false);
    expect(results[0]?.mutation?.survivors.map(({ answer, differs }) => [answer, differs])).toEqual([
      ['look.facts.name', false],
      ['look.facts.ostree', true],
    ]);
  });

  test('says in the sum, and to CI, why the test fails though every case passes', async () => {
    const end = await tryCases(blind, { mutate: true });
    expect(await printTestResults(end, { colour: false })).toContain('1 file, 3 runs, 2 answers unnoticed');
    expect(await printJunit(end)).toMatch(
      /tests="4" failures="1" errors="0".*name="unnoticed answers".*<failure message="2 answers unnoticed">/s,
    );
  });

  test('is content with a reason for each, and tells of one that is not needed', async () => {
    const waivers = `unnoticed:
  - { answer: look.facts.*, because: only a note and a message }
  - { answer: start.unit.active, because: mistaken }
`;
    const { ok, results } = await tryCases(`${blind}${waivers}`, { mutate: true });
    expect(ok).toBe(true);
    const mutation = results[0]?.mutation;
    expect(mutation?.survivors.every(({ because }) => because === 'only a note and a message')).toBe(true);
    expect(mutation?.needless.map(({ answer }) => answer)).toEqual(['start.unit.active']);
  });
});

describe('the report', () => {
  const bad = '  - name: "<down> & \\"out\\""\n    host: down\n    dry: { verdict: healthy }\n';

  test('for people shows each case, its place and what differs', async () => {
    const text = await printTestResults(await tryCases(bad), { colour: false });
    expect(text).toContain('✗ <down> & "out", dry ');
    expect(text).toContain('small.test.yaml:');
    expect(text).toContain('verdict\n        - healthy\n        + would_fix\n');
    expect(text).toContain('1 file, 1 run, 1 failed');
  });

  test('as JUnit XML escapes what must be', async () => {
    const xml = await printJunit(await tryCases(bad));
    expect(xml).toContain('tests="1" failures="1"');
    expect(xml).toContain('name="&lt;down&gt; &amp; &quot;out&quot;, dry"');
    expect(xml).toContain('<failure message="verdict">verdict&#10;- healthy&#10;+ would_fix</failure>');
  });
});
