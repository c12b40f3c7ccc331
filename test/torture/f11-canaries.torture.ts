import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { keepFigures } from './figures.ts';
import { type Place, sshPlace } from './place.ts';
import { type LifeEnd, type Program, startLife } from './program.ts';
import { programOfOwn } from './rounds.ts';

/** One secret for each way in. Quotes, spaces and a plus show themselves differently in each encoding. */
const canaries = {
  stdin: 'Canary1 for "stdin" + more',
  env: "Canary2 for env' + $more",
  content: 'Canary3&for=content + \\more',
  failed: 'Canary4 for a fix that fails + é',
  probe: 'Canary5 for a probe + more',
} as const;

const book = (folder: string): string => `runbook: canaries
title: Secrets by every way in
params:
  go: { type: bool, default: true }
${Object.keys(canaries)
  .map((name) => `  ${name}: { type: secret }\n`)
  .join('')}steps:
  - id: look
    title: A probe is given one, and says it
    probes:
      p: { core.script: { script: "cat; cat >&2", stdin: "\${{ params.probe }}" } }
    conclude:
      - { when: p.rc == 0, message: "it says \${{ p.stdout }}" }
  - id: pipe
    title: By standard input
    gate: params.go
    fix:
      - core.script: { script: "cat >${folder}/stdin; sleep 0.3", stdin: "\${{ params.stdin }}" }
    rollback: { irreversible: "None." }
  - id: content
    title: Into a file
    fix:
      - file.content: { path: "${folder}/content", content: "\${{ params.content }}", mode: "0600" }
  - id: says
    title: A fix that says it, and fails
    gate: params.go
    fix:
      - core.script: { script: "tee /dev/stderr; exit 4", stdin: "\${{ params.failed }}" }
    rollback: [{ core.script: { script: "true" } }]
    on_failure: continue
  - id: last
    title: By the environment
    gate: params.go
    fix:
      - core.script: { script: "printf %s \\"$TOKEN\\" >${folder}/env; sleep 0.3", env: { TOKEN: "\${{ params.env }}" } }
    rollback: { irreversible: "None." }
`;

/** How a secret may show itself. */
function forms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  const quoted = secret.replaceAll("'", "'\\''");
  return [secret, json, base64, encodeURIComponent(secret), quoted, Buffer.from(secret).toString('hex')];
}

describe.skipIf(cageMissing !== undefined || sshdMissing !== undefined)('F11: secrets in every input', () => {
  it('stand in nothing that mendgate writes, shows, or puts on a command line of the host', async () => {
    const program = programOfOwn();
    const place = await sshPlace();
    const begun = performance.now();
    try {
      const { sinks, samples, codes, arrived } = await leaveTraces(program, place);
      const hits = [...sinks].flatMap(([sink, text]) =>
        Object.entries(canaries).flatMap(([name, secret]) =>
          forms(secret).some((form) => text.includes(form)) ? [`${name} in ${sink}`] : [],
        ),
      );
      for (const hit of hits) process.stdout.write(`VIOLATION ${hit}\n`);
      keepFigures({
        suite: 'F11',
        title: 'secrets by every way in, looked for in six encodings',
        counts: [
          ['secrets', Object.keys(canaries).length],
          ['sinks', sinks.size],
          ['looks at all command lines of the machine', samples],
          ['hits', hits.length],
        ],
        seeds: '–',
        held: hits.length === 0,
        seconds: (performance.now() - begun) / 1000,
      });
      expect(hits).toEqual([]);
      // One step is made to fail; the others were given what they are not to tell.
      expect(codes).toEqual([0, 2, 2, 2, 2]);
      expect(arrived).toEqual([canaries.stdin, canaries.env, canaries.content]);
    } finally {
      await place.stop();
    }
  });
});

/** Runs that print and keep all that can be printed and kept. */
async function leaveTraces(program: Program, place: Place) {
  const folder = mkdtempSync(join(place.folder, 'canary-'));
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(folder, 'book.yaml'), book(folder));
  const plan = join(folder, 'plan.json');
  const secrets = Object.entries(canaries).flatMap(([name, secret]) => ['-e', `${name}=${secret}`]);
  const inventory = ['-i', join(place.folder, 'inventory.yaml')];
  const sinks = new Map<string, string>();
  const codes: (number | null)[] = [];
  const commandLines = new Set<string>();
  let samples = 0;
  const run = async (name: string, args: readonly string[]): Promise<LifeEnd> => {
    const life = startLife(program, [...args, '--state-dir', state], place.surroundings);
    const sampling = setInterval(() => {
      samples += 1;
      sample(life.pid, commandLines);
    }, 5);
    const end = await life.end;
    clearInterval(sampling);
    sinks.set(`${name}: stdout`, end.stdout);
    sinks.set(`${name}: stderr`, end.stderr);
    codes.push(end.code);
    return end;
  };
  const verbose = [...secrets, ...place.args, '-vvv', '--diff', '--output', 'lines'];
  await run('plan', ['plan', join(folder, 'book.yaml'), ...inventory, '-o', plan, ...verbose]);
  await run('apply', ['apply', plan, '--yes', ...verbose]);
  for (const output of ['lines', 'json', 'live']) {
    const args = [...secrets, ...place.args, '-vvv', '--diff', '--output', output, '--yes', '--allow-irreversible'];
    await run(`run ${output}`, ['run', join(folder, 'book.yaml'), ...inventory, ...args]);
  }
  const done = codes.slice();
  await run('runs show', ['runs', 'show', 'last']);
  await run('runs list', ['runs', 'list', '--json']);
  await run('plan --show', ['plan', '--show', plan]);
  sinks.set('plan file', existsSync(plan) ? readFileSync(plan, 'utf8') : '');
  for (const file of filesUnder(state)) sinks.set(file.slice(state.length), readFileSync(file, 'utf8'));
  sinks.set('command lines', [...commandLines].join('\n'));
  const arrived = ['stdin', 'env', 'content'].map((name) => readFileSync(join(folder, name), 'utf8'));
  return { sinks, samples, codes: done, arrived };
}

/** Of all processes but mendgate itself, which was given them by -e here. */
function sample(own: number, into: Set<string>): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === own || Number(name) === process.pid) continue;
    try {
      into.add(readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It is gone already.
    }
  }
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size < 4e6);
}
