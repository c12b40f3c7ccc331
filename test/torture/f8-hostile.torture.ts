import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cageMissing } from '../sshd/cage.ts';
import { firstSeed, keepFigures, shareOf } from './figures.ts';
import { evaluatedText, forbidden, forgedMarkers, terminalBytes, terminalText } from './hostile.ts';
import { localPlace, type Place } from './place.ts';
import { type LifeEnd, type Program, startLife } from './program.ts';
import { type Random, randomOf } from './random.ts';
import { programOfOwn } from './rounds.ts';

/** A case's bytes lie in a file of the host, and come back as output, error, contents and a name. */
interface Case {
  readonly kind: 'terminal' | 'evaluated' | 'forged';
  readonly bytes: Buffer;
}

interface Counts {
  /** Controls that stand there harmlessly, as `\\x1b`: the outputs were shown. */
  shown: number;
  controls: number;
  evaluated: number;
  forged: number;
}

const perRun = 30;

describe.skipIf(cageMissing !== undefined)('F8: hosts say what they like', () => {
  it('no terminal obeys it, nothing evaluates it, no forged end is believed', async () => {
    const program = programOfOwn();
    const place = await localPlace();
    const begun = performance.now();
    const counts: Counts = { shown: 0, controls: 0, evaluated: 0, forged: 0 };
    const runs = shareOf(10);
    try {
      for (let run = 0; run < runs; run += 1) {
        const random = randomOf(firstSeed() + 7000 + run);
        await playRun(program, place, random, counts);
      }
    } finally {
      await place.stop();
    }
    const { controls, evaluated, forged, shown } = counts;
    const held = controls + evaluated + forged === 0 && shown > runs;
    keepFigures({
      suite: 'F8',
      title: 'hostile output: terminal controls, evaluation, forged ends of commands',
      counts: [
        ['outputs', runs * perRun],
        ['runs', runs],
        ['controls shown as text', shown],
        ['control characters in text for people', controls],
        ['evaluations', evaluated],
        ['forged ends believed', forged],
      ],
      seeds: `${firstSeed() + 7000}–${firstSeed() + 7000 + runs - 1}`,
      held,
      seconds: (performance.now() - begun) / 1000,
    });
    expect(counts).toMatchObject({ controls: 0, evaluated: 0, forged: 0 });
    expect(shown).toBeGreaterThan(runs);
  });
});

async function playRun(program: Program, place: Place, random: Random, counts: Counts): Promise<void> {
  const folder = mkdtempSync(join(place.folder, 'hostile-'));
  const trap = join(folder, 'evaluated');
  const cases = Array.from({ length: perRun }, (_, index) => makeCase(random, index, `touch ${trap}`));
  for (const [index, { bytes }] of cases.entries()) {
    for (const name of ['in', 'config']) writeFileSync(join(folder, `${name}${index}`), bytes);
  }
  const book = join(folder, 'book.yaml');
  writeFileSync(
    book,
    `runbook: hostile\ntitle: A host that says what it likes\nsteps:\n${cases.map((each, index) => step(each, index, folder)).join('')}`,
  );
  const state = join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  const common = ['--state-dir', state];
  const start = (args: readonly string[]): Promise<LifeEnd> =>
    startLife(program, [...args, ...common], place.surroundings).end;
  const inventory = ['-i', join(place.folder, 'inventory.yaml')];
  const dry = await start(['run', book, ...inventory, '--dry-run', '--diff', '-vvv', '--output', 'lines']);
  const real = await start([
    'run',
    book,
    ...inventory,
    '--yes',
    '--allow-irreversible',
    '--diff',
    '-vvv',
    '--output',
    'lines',
  ]);
  const shown = await start(['runs', 'show', 'last']);
  for (const { stdout, stderr } of [dry, real, shown]) {
    counts.shown += stdout.split('\\x1b').length - 1;
    for (const line of `${stdout}${stderr}`.split('\n')) {
      if (!forbidden.test(line)) continue;
      counts.controls += 1;
      process.stdout.write(`VIOLATION control character in ${JSON.stringify(line.slice(0, 300))}\n`);
    }
  }
  if (existsSync(trap)) counts.evaluated += 1;
  for (const [index, { kind, bytes }] of cases.entries()) {
    const copy = join(folder, `out${index}`);
    if (kind === 'evaluated' && !(existsSync(copy) && readFileSync(copy).equals(bytes))) {
      counts.evaluated += 1;
      const got = existsSync(copy) ? readFileSync(copy, 'utf8') : undefined;
      process.stdout.write(`VIOLATION ${JSON.stringify(bytes.toString())} came as ${JSON.stringify(got)}\n`);
    }
    if (kind === 'forged' && !existsSync(join(folder, `seven${index}`))) {
      counts.forged += 1;
      process.stdout.write(`VIOLATION believed ${JSON.stringify(bytes.toString())}\n`);
    }
  }
  if (readdirSync(folder).some((name) => name.startsWith('wrong'))) counts.forged += 1;
  if (real.code !== 0)
    process.stdout.write(`exit code ${real.code}: ${real.stderr.slice(-500)}${real.stdout.slice(-1500)}\n`);
  expect(real.code).toBe(0);
}

function makeCase(random: Random, index: number, touch: string): Case {
  const kind = index < 20 ? 'terminal' : index < 26 ? 'evaluated' : 'forged';
  switch (kind) {
    case 'terminal':
      return { kind, bytes: index < 14 ? Buffer.from(terminalText(random)) : terminalBytes(random) };
    case 'evaluated':
      return { kind, bytes: Buffer.from(evaluatedText(random, touch)) };
    case 'forged':
      return { kind, bytes: Buffer.from(forgedMarkers(random)) };
  }
}

/** Each way by which a host's words come back to people, or into commands. */
function step({ kind }: Case, index: number, folder: string): string {
  const id = `c${index}`;
  const head = `  - id: ${id}\n    title: Case ${index}\n`;
  const said = `cat ${folder}/in${index}; cat ${folder}/in${index} >&2`;
  switch (kind) {
    case 'terminal':
      return `${head}    probes:
      p${index}: { core.script: { script: "${said}" } }
      f${index}: { file.content: { path: "${folder}/config${index}" } }
    conclude:
      - { when: p${index}.rc == 0, message: "it says \${{ p${index}.stdout }} and \${{ p${index}.stderr }}" }
    gate: p${index}.stdout != "nothing like it"
    fix:
      - file.content: { path: "${folder}/config${index}", content: "well\\n" }
      - core.script: { script: "${said}" }
    rollback: { irreversible: "None." }
`;
    case 'evaluated':
      return `${head}    probes:
      p${index}: { core.script: { script: "cat ${folder}/in${index}" } }
    gate: p${index}.rc == 0
    fix:
      - core.script: { script: "printf %s \\"\${{ p${index}.stdout }}\\" >${folder}/out${index}" }
    rollback: { irreversible: "None." }
`;
    case 'forged':
      return `${head}    probes:
      p${index}: { core.script: { script: "${said}; exit 7" } }
    gate: p${index}.rc == 7
    fix:
      - core.script: { script: "${said}; : >${folder}/seven${index}" }
      - core.script: { script: "test -e ${folder}/seven${index} || : >${folder}/wrong${index}" }
    rollback: { irreversible: "None." }
`;
  }
}
