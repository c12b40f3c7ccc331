import type { Random } from './random.ts';

/** A generated runbook, and what each of its fixes must leave behind when nothing is lost and nothing is done twice. */
export interface Book {
  readonly text: string;
  /** Names of all that leaves lines in the host's file of effects. */
  readonly units: readonly Unit[];
  /** Contents of files that converging steps write, by path, when their step stands. */
  readonly files: ReadonlyMap<string, string>;
  /** The last step fails by itself: everything of it is taken back. */
  readonly fails: boolean;
}

/** One thing that must not happen twice: `step`, with its item, or the step's undo. */
export interface Unit {
  readonly name: string;
  readonly step: string;
  readonly undo: boolean;
}

export interface BookOptions {
  /** Folder on the host. */
  readonly folder: string;
  /** How long a fix lasts at most, in ms; at least a third of it. */
  readonly longestMs: number;
  /** No step that fails by itself. */
  readonly neverFails?: boolean;
}

/**
 * Steps whose doing shows: most append `RUN UNIT begin NONCE` to a file of effects, last for a while and append `… end …`;
 * some write a file, which may be done again without harm; some do both in one fix; some do it for several items. A quarter
 * of all books ends with a step that fails and is taken back.
 */
export function makeBook(random: Random, options: BookOptions): Book {
  const units: Unit[] = [];
  const files = new Map<string, string>();
  const steps: string[] = [];
  const fails = random.chance(0.25) && options.neverFails !== true;
  const count = random.int(4, 6);
  for (let index = 1; index <= count; index += 1) {
    const id = `s${index}`;
    const effect = (name: string): string => effectCall(random, options, name);
    const write = (): string => {
      const path = `${options.folder}/${id}`;
      files.set(path, `${id} ${random.int(1, 1e6)}\n`);
      return `      - file.content: { path: "${path}", content: ${JSON.stringify(files.get(path))} }\n`;
    };
    const took = (name = id): void => void units.push({ name, step: id, undo: false });
    const head = `  - id: ${id}\n    title: Step ${index}\n`;
    switch (random.pick(['effect', 'effect', 'proved', 'file', 'both', 'items'] as const)) {
      case 'effect':
        took();
        steps.push(`${head}    gate: params.go\n    fix:\n${effect(id)}${irreversible}`);
        break;
      case 'proved':
        took();
        steps.push(`${head}    fix:\n${effect(id)}${irreversible}${verify(options, id)}`);
        break;
      case 'file':
        steps.push(`${head}    fix:\n${write()}`);
        break;
      case 'both':
        took();
        steps.push(`${head}    gate: params.go\n    fix:\n${write()}${effect(id)}${irreversible}`);
        break;
      case 'items':
        for (const item of ['a', 'b']) took(`${id}.${item}`);
        steps.push(
          `${head}    for_each: [a, b]\n    as: it\n    gate: params.go\n    fix:\n${effect(`${id}.\${{ it }}`)}${irreversible}`,
        );
        break;
    }
  }
  if (fails) {
    units.push({ name: 'bad', step: 'bad', undo: false }, { name: 'bad-undo', step: 'bad', undo: true });
    const path = `${options.folder}/bad`;
    steps.push(`  - id: bad
    title: A fix that fails
    gate: params.go
    fix:
      - file.content: { path: "${path}", content: "bad\\n" }
${effectCall(random, options, 'bad')}      - core.script: { script: "exit 3" }
        touches: [file]
    rollback:
${effectCall(random, options, 'bad-undo')}`);
  }
  return { text: bookText(steps), units, files, fails };
}

const irreversible = '    rollback: { irreversible: What happened has happened. }\n';

function bookText(steps: readonly string[]): string {
  return `runbook: torture
title: Steps that must happen once
params:
  go: { type: bool, default: true }
become: false
steps:
${steps.join('')}`;
}

function effectCall(random: Random, { folder, longestMs }: BookOptions, name: string): string {
  const seconds = (random.int(Math.floor(longestMs / 3), longestMs) / 1000).toFixed(2);
  return `      - core.script:
          script: |
            read -r nonce </proc/sys/kernel/random/uuid
            echo "\${{ run.id }} ${name} begin $nonce" >>${folder}/effects
            sleep ${seconds}
            echo "\${{ run.id }} ${name} end $nonce" >>${folder}/effects
        touches: [file]
`;
}

function verify({ folder }: BookOptions, id: string): string {
  return `    verify:
      probes:
        done: { core.script: { script: "grep -c ' ${id} end ' ${folder}/effects" } }
      that: done.rc == 0
`;
}
