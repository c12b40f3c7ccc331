import type { Template } from './template.ts';

/** A pack in TypeScript with a probe and an action, a runbook that uses both, and its cases. */
export function packTemplate(name: string): Template {
  const file = `packs/${name}`;
  const fill = (text: string): string => text.replaceAll('NAME', name).replaceAll('DOMAIN', name.replaceAll('-', '_'));
  return {
    files: [
      { path: `${file}.ts`, text: fill(pack) },
      { path: `${file}.yaml`, text: fill(runbook) },
      { path: `${file}.test.yaml`, text: fill(cases) },
    ],
    next: [
      `mendgate lint ${file}.yaml`,
      `mendgate test ${file}.test.yaml --coverage`,
      `in a runbook:  packs: [./${file}.ts]`,
    ],
  };
}

// Not a line of this file, and of none but the author's own.
const imports = "import { defineAction, defineProbe, type Pack, undo, unreadable } from 'mendgate';";

const pack = `// A pack of your own: a probe, which only reads, and an action, which brings one thing to a state. It is loaded as it is,
// without a build. A runbook beside this folder names it: packs: [./packs/NAME.ts]
${imports}

const file = { type: 'string', format: 'path', pattern: '^/', description: 'An absolute path' } as const;

// What a probe reads is bounded, and hostile until it is parsed; data goes into a script as a variable, never as text.
const setting = defineProbe({
  name: 'DOMAIN.setting',
  summary: 'What a file of KEY=VALUE lines says of a key.',
  params: {
    type: 'object',
    properties: { file, key: { type: 'string', pattern: '^[A-Za-z_]+$', description: 'The key' } },
    required: ['file', 'key'],
  },
  result: {
    type: 'object',
    properties: {
      set: { type: 'boolean', description: 'There is such a line' },
      value: { type: 'string', description: 'What it says; empty when there is none' },
    },
    required: ['set', 'value'],
  },
  reads: (params) => [\`file:\${params.file}\`],
  read: async (host, params) => {
    const { rc, stdout } = await host.run({ argv: ['cat', '--', params.file] });
    if (rc !== 0) return unreadable(\`\${params.file} cannot be read\`);
    const value = valueIn(stdout, params.key);
    return { set: value !== undefined, value: value ?? '' };
  },
});

function valueIn(text: string, key: string): string | undefined {
  const line = text.split('\\n').find((entry) => entry.startsWith(\`\${key}=\`));
  return line?.slice(key.length + 1);
}

type State = { readonly text: string };
type Change = { readonly file: string; readonly key: string; readonly from: string; readonly to: string; readonly text: string };

// It never hears of dry runs: inspect looks, diff decides, apply gives commands; the engine does the rest.
const settingAction = defineAction({
  name: 'DOMAIN.setting',
  summary: 'A file of KEY=VALUE lines says this of a key.',
  params: {
    type: 'object',
    properties: {
      file,
      key: { type: 'string', pattern: '^[A-Za-z_]+$', description: 'The key' },
      value: { type: 'string', pattern: '^[^\\\\n]*$', description: 'What it shall say' },
    },
    required: ['file', 'key', 'value'],
  },
  reads: (params) => [\`file:\${params.file}\`],
  touches: (change: Change) => [\`file:\${change.file}\`],
  inspect: async (host, params): Promise<State | ReturnType<typeof unreadable>> => {
    const { rc, stdout } = await host.run({ argv: ['cat', '--', params.file] });
    return rc === 0 ? { text: stdout } : unreadable(\`\${params.file} cannot be read\`);
  },
  diff: (state: State, { file, key, value }): Change | undefined => {
    const before = valueIn(state.text, key);
    if (before === value) return undefined;
    const others = state.text.split('\\n').filter((line) => line !== '' && !line.startsWith(\`\${key}=\`));
    return { file, key, from: before ?? '', to: value, text: \`\${[...others, \`\${key}=\${value}\`].join('\\n')}\\n\` };
  },
  describe: ({ key, from, to }) => \`\${key}: \${from === '' ? 'unset' : from} → \${to}\`,
  contents: (change) => [{ label: change.file, before: '', after: change.text }],
  predict: (change, probe) =>
    probe.name === 'DOMAIN.setting' ? { set: true, value: valueIn(change.text, change.key) ?? '' } : undefined,
  apply: ({ file, text }) => [{ script: 'cat > "$file"', variables: { file }, stdin: text }],
  rollback: undo(({ file }, before) => [{ script: 'cat > "$file"', variables: { file }, stdin: before.text }]),
});

export default { name: 'NAME', probes: [setting], actions: [settingAction] } satisfies Pack;
`;

const runbook = `# A runbook that uses the pack NAME.ts: to try it, and for its test.
runbook: NAME
title: A setting has its value
packs: [./NAME.ts]
params:
  file: { type: string, default: /etc/default/app, description: The file }
  value: { type: string, default: "on", description: What LOGGING shall be }
steps:
  - id: setting
    title: LOGGING is \${{ params.value }}
    probes:
      now: { DOMAIN.setting: { file: "\${{ params.file }}", key: LOGGING } }
    gate:
      - { check: now.value != params.value, message: it is so already }
    fix:
      - DOMAIN.setting: { file: "\${{ params.file }}", key: LOGGING, value: "\${{ params.value }}" }
    verify:
      probes:
        after: { DOMAIN.setting: { file: "\${{ params.file }}", key: LOGGING } }
      that: after.set && after.value == params.value
`;

const cases = `# Cases of NAME.yaml. No host is needed:  mendgate test packs/NAME.test.yaml --coverage --mutate
runbook: NAME.yaml

hosts:
  off:
    answers:
      DOMAIN.setting: { set: true, value: "off" }
    states:                                       # what the action's inspect gives: its diff decides for real
      DOMAIN.setting: { text: "LOGGING=off\\n" }
    after:
      setting:
        answers:
          DOMAIN.setting: { set: true, value: "on" }

cases:
  - name: it is off, and is switched on
    host: off
    dry: { verdict: would_fix, changes: ["LOGGING: off → on"] }
    real: { verdict: fixed, steps: { setting: changed } }
  - name: it is on already
    host: { answers: { DOMAIN.setting: { set: true, value: "on" } } }
    real: { verdict: healthy, changes: [] }
  - name: what was written is not what is read
    host:
      like: off
      after: { setting: { answers: { DOMAIN.setting: { set: true, value: "off" } } } }
    real: { verdict: rolled_back, steps: { setting: rolled_back } }
  - name: the line is gone
    host:
      like: off
      after: { setting: { answers: { DOMAIN.setting: { set: false, value: "on" } } } }
    real: { verdict: rolled_back, steps: { setting: rolled_back } }
`;
