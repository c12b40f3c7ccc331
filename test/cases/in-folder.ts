import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestEnd, type TestRequest, testRunbooks } from '../../src/uses/test-runbooks.ts';

/** A runbook that restarts nginx where it runs old code; small, with one of each. */
export const bookText = `runbook: small
title: Small
params:
  unit: { type: string, default: nginx }
  word: { type: string, default: x, description: Goes into the note }
symptom:
  probes:
    page: { http.request: { url: "http://127.0.0.1/" } }
  present: page.status == 502
  gone:
    probes:
      again: { http.request: { url: "http://127.0.0.1/" } }
    that: again.status == 200
steps:
  - id: look
    title: Look
    probes:
      facts: { core.facts: {} }
    conclude:
      - { when: facts.family == "alpine", verdict: not_applicable, message: "No systemd on \${{ facts.name }}" }
      - { when: facts.ostree, message: "ostree \${{ params.word }}" }
  - id: start
    title: Start it
    probes:
      unit: { systemd.unit: { name: "\${{ params.unit }}" } }
    gate: "!unit.active"
    fix:
      - service.state: { name: "\${{ params.unit }}", state: started }
    verify:
      probes:
        now: { systemd.unit: { name: "\${{ params.unit }}" } }
      that: now.active
`;

/** Answers for that runbook: nginx is down, and comes up when it is started. */
export const downHost = `
    answers:
      http.request: { answered: true, status: 502 }
      core.facts: { family: debian, name: Debian 12 }
      systemd.unit: { exists: true }
    states: { service.state: { active: false, enabled: true } }
    after:
      start: { answers: { systemd.unit: { active: true }, http.request: { status: 200 } } }
`;

export interface Tried extends TestEnd {
  /** Of all runs in order: what differed, problems included; empty strings for those that passed. */
  readonly differences: readonly string[];
  readonly problems: readonly string[];
  readonly files: { readonly cases: string };
}

/** Tries `cases` (the text below `cases:`) on the small runbook, with `down` as a host that they may be like; `more`: other files beside it. */
export async function tryCases(
  cases: string,
  {
    book = bookText,
    top = '',
    more = {},
    ...request
  }: Partial<TestRequest> & { book?: string; top?: string; more?: Readonly<Record<string, string>> } = {},
): Promise<Tried> {
  const folder = await mkdtemp(join(tmpdir(), 'mendgate-cases-'));
  try {
    const file = join(folder, 'small.test.yaml');
    await writeFile(join(folder, 'small.yaml'), book);
    await writeFile(file, `runbook: small.yaml\nhosts:\n  down:${downHost}${top}\ncases:\n${cases}`);
    for (const [name, text] of Object.entries(more)) await writeFile(join(folder, name), text);
    const end = await testRunbooks({ paths: [folder], update: false, mutate: false, leastCoverage: 0, ...request });
    const runs = end.results.flatMap((result) => result.runs);
    return {
      ...end,
      differences: runs.map(({ mismatches, problems }) =>
        [...problems, ...mismatches.flatMap(({ member, lines }) => [member, ...lines])].join('\n'),
      ),
      problems: end.diagnostics.map(({ code, at, message }) => `${at.line}:${at.col} ${code} ${message}`),
      files: { cases: await readFile(file, 'utf8') },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
