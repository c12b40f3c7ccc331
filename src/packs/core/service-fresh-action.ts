import { again, defineAction } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { anyOverlap, type Resource } from '../../model/resource.ts';
import { fieldFunctions, integer, parseFields, text, word, words } from './fields.ts';
import { absolutePath } from './params.ts';
import { serviceResource, unitFileResources, unitName, unitNameParam } from './unit-name.ts';
import { isActive, parseUnit, showUnit } from './unit-properties.ts';
import { firstLine, whyNot } from './why-not.ts';

/** Unit, drop-ins and EnvironmentFiles are asked of systemd; globs among the latter are left to `sh`. */
const script = `${fieldFunctions}
shown=$(${showUnit} 2>&1); rc=$?
plain rc "$rc"
printf '%s\\n' "$shown" | hex unit
plain now "$(date +%s)"
look() {
  if [ -e "$1" ]; then
    plain mtime "$(stat -L -c %Y -- "$1" 2>/dev/null || echo unreadable)"
    printf '%s' "$1" | hex file
  fi
}
printf '%s\\n' "$shown" | sed -n 's/^FragmentPath=//p; s/^SourcePath=//p; s/^EnvironmentFiles=\\(.*\\) (ignore_errors=[a-z]*)$/\\1/p' |
  while IFS= read -r file; do look "$file"; done
for file in $(printf '%s\\n' "$shown" | sed -n 's/^DropInPaths=//p'); do look "$file"; done
printf '%s\\n' "$files" | while IFS= read -r file; do if [ -n "$file" ]; then look "$file"; fi; done
:`;

interface State {
  readonly active: boolean;
  /** Epoch seconds of the start, or of the last reload where that is enough. */
  readonly loaded: number;
  readonly needReload: boolean;
  readonly files: readonly { readonly path: string; readonly mtime: number }[];
}
interface Change {
  readonly unit: string;
  readonly by: 'restart' | 'reload';
  readonly why: string;
}

export default defineAction({
  name: 'service.fresh',
  summary:
    'A running unit has loaded its files as they are now: it is restarted (or reloaded) only when they are newer.',
  params: {
    type: 'object',
    properties: {
      name: { ...unitNameParam, description: 'Unit; .service may be left out. One that does not run is left alone' },
      by: { type: 'string', enum: ['restart', 'reload'], default: 'restart', description: 'How it loads them' },
      files: {
        type: 'array',
        items: { ...absolutePath, description: 'Absolute path' },
        maxItems: 100,
        default: [],
        description: 'Files it reads at start, besides its unit file, drop-ins and EnvironmentFiles',
      },
    },
    required: ['name'],
  },
  reads: ({ name, files }) => [
    serviceResource(name),
    ...unitFileResources(name),
    // Which EnvironmentFiles it has is known only after a look; these two directories hold nearly all of them.
    'file:/etc/default/*',
    'file:/etc/sysconfig/*',
    ...files.map((file) => `file:${file}`),
  ],
  touches: ({ unit }) => [serviceResource(unit)],
  async inspect(host, { name, by, files }) {
    const unit = unitName(name);
    const answer = await host.run({ script, variables: { unit, files: files.join('\n') } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${unit}`));
    const fields = parseFields(answer.stdout);
    const shown = text(fields, 'unit') ?? '';
    const properties = word(fields, 'rc') === '0' ? parseUnit(shown) : undefined;
    const now = integer(fields, 'now');
    if (properties === undefined || now === undefined) return unreadable(`cannot look at ${unit}: ${firstLine(shown)}`);
    if (properties.loadState === 'not-found') return unreadable(`there is no unit ${unit} on this host`);
    if (by === 'reload' && !properties.canReload) return unreadable(`${unit} cannot reload; say by: restart`);
    const active = isActive(properties.activeState);
    const reloaded = by === 'reload' && properties.reloadResult !== 'failed' ? (properties.stateChanged ?? 0) : 0;
    const started = properties.started ?? 0;
    if (active && started === 0) return unreadable(`systemd does not tell when ${unit} was started`);
    const watched = readFiles(words(fields, 'file'), words(fields, 'mtime'));
    if (watched === undefined) return unreadable(`some file of ${unit} cannot be looked at`);
    return {
      active,
      loaded: Math.max(started, reloaded),
      needReload: properties.needReload,
      // A time in the future would make it old for ever.
      files: watched.filter(({ mtime }) => mtime <= now),
    };
  },
  diff: (state: State, params): Change | undefined => staleNow(state, params),
  diffAfter: (state: State, params, touched): Change | undefined => staleAfter(state, params, touched),
  describe: ({ unit, by, why }: Change) => `${unit}: ${by}, since these are newer than what it has loaded: ${why}`,
  apply: ({ unit, by }) => [{ argv: ['systemctl', 'daemon-reload'] }, { argv: ['systemctl', by, '--', unit] }],
  rollback: again,
});

interface Asked {
  readonly name: string;
  readonly by: 'restart' | 'reload';
  readonly files: readonly string[];
}

function staleNow(state: State, { name, by }: Asked): Change | undefined {
  if (!state.active) return undefined;
  const newer = state.files.filter(({ mtime }) => mtime > state.loaded).map(({ path }) => path);
  if (newer.length === 0 && !state.needReload) return undefined;
  return { unit: unitName(name), by, why: newer.length > 0 ? newer.join(', ') : 'its unit files' };
}

/** Earlier calls of the same fix write what it reads: then it will be stale, however it stands now. */
function staleAfter(state: State, asked: Asked, touched: readonly Resource[]): Change | undefined {
  if (!state.active) return undefined;
  const paths = [...new Set([...state.files.map(({ path }) => path), ...asked.files])];
  const changing = paths.filter((path) => anyOverlap([`file:${path}`], touched));
  if (changing.length === 0 && !anyOverlap(unitFileResources(asked.name), touched)) return staleNow(state, asked);
  return {
    unit: unitName(asked.name),
    by: asked.by,
    why: changing.length > 0 ? changing.join(', ') : 'its unit files',
  };
}

function readFiles(paths: readonly string[], mtimes: readonly string[]): State['files'] | undefined {
  const files = paths.map((hex, index) => ({
    path: Buffer.from(hex, 'hex').toString('utf8'),
    mtime: /^\d{1,12}$/.test(mtimes[index] ?? '') ? Number(mtimes[index]) : Number.NaN,
  }));
  return files.some(({ mtime }) => Number.isNaN(mtime)) ? undefined : files;
}
