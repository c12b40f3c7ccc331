import { defineAction, defineProbe, type Inspector, type Pack, type Unknown, undo, unreadable } from 'mendgate';
import { bannerLine, ownersIn } from './motd-text.ts';

const file = { type: 'string', format: 'path', pattern: '^/', default: '/etc/motd', description: 'The file' } as const;

const bannerProbe = defineProbe({
  name: 'motd.banner',
  summary: 'Whom the banner at login names as owner.',
  params: { type: 'object', properties: { file } },
  result: {
    type: 'object',
    properties: { owners: { type: 'array', items: { type: 'string' }, description: 'In order' } },
    required: ['owners'],
  },
  reads: (params) => [`file:${params.file}`],
  read: async (host, params) => {
    const text = await readText(host, params.file);
    return text === undefined ? unreadable(`${params.file} cannot be read`) : { owners: ownersIn(text) };
  },
});

/** A missing file is an empty one. */
async function readText(host: Inspector, path: string): Promise<string | undefined> {
  const { rc, stdout } = await host.run({ script: '[ ! -e "$f" ] || cat "$f"', variables: { f: path } });
  return rc === 0 ? stdout : undefined;
}

interface Banner {
  readonly exists: boolean;
  readonly text: string;
}
interface NewBanner {
  readonly file: string;
  readonly line: string;
  readonly text: string;
  readonly before: string;
}

const bannerAction = defineAction({
  name: 'motd.banner',
  summary: 'The banner at login names this owner.',
  params: {
    type: 'object',
    properties: { file, owner: { type: 'string', minLength: 1, maxLength: 80, description: 'Whose machine this is' } },
    required: ['owner'],
  },
  reads: (params) => [`file:${params.file}`],
  touches: (change: NewBanner) => [`file:${change.file}`],
  inspect: async (host, params): Promise<Banner | Unknown> => {
    const { rc, stdout } = await host.run({ script: '[ -e "$f" ] && cat "$f"', variables: { f: params.file } });
    if (rc > 1) return unreadable(`${params.file} cannot be read`);
    return { exists: rc === 0, text: stdout };
  },
  diff: (state: Banner, params): NewBanner | undefined => {
    const line = bannerLine(params.owner);
    if (state.text.split('\n').includes(line)) return undefined;
    return { file: params.file, line, text: `${state.text}${line}\n`, before: state.text };
  },
  describe: (change) => `${change.file}: + ${change.line}`,
  contents: (change) => [{ label: change.file, before: change.before, after: change.text }],
  predict: (change, probe) => (probe.name === 'motd.banner' ? { owners: ownersIn(change.text) } : undefined),
  apply: (change) => [{ script: 'cat > "$f"', variables: { f: change.file }, stdin: change.text }],
  rollback: undo((change: NewBanner, before: Banner) =>
    before.exists
      ? [{ script: 'cat > "$f"', variables: { f: change.file }, stdin: before.text }]
      : [{ argv: ['rm', '-f', '--', change.file] }],
  ),
});

export default { name: 'motd', probes: [bannerProbe], actions: [bannerAction] } satisfies Pack;
