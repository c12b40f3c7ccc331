import { again, defineAction } from '../../model/action.ts';
import { type Inspector, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { serviceResource } from '../core/unit-name.ts';
import { certificateFiles } from './certificate-files.ts';
import { configFolder, readStartOptions } from './command-line.ts';
import { type Freshness, latestChange, type Reload, staleAfter, staleNow } from './freshness.ts';
import { configResources, pidFile } from './params.ts';
import { type FileStat, readStat } from './parse-files.ts';
import { folderOf } from './path.ts';
import { type HostConfig, readConfig } from './read-config.ts';
import { reloadScript } from './reload-script.ts';

const statScript = `
nl='
'
IFS=$nl
set -f
stat -L -c 'S %.3Y %.3Z %s %n' $FILES 2>/dev/null
:
`;

/**
 * Compares when files changed (ctime: unpacking and copying cannot set it back) with when the workers started. A worker
 * that crashed and was started anew looks fresher than what it runs; with several workers the oldest counts.
 */
export default defineAction({
  name: 'nginx.current',
  summary:
    'The running nginx has loaded its configuration and certificates as they are now: tested, then reloaded, only when they are newer.',
  params: { type: 'object', properties: { pid_file: pidFile } },
  reads: () => [
    'nginx:processes',
    'service:nginx',
    ...configResources,
    'file:/etc/ssl/*',
    'file:/etc/pki/*',
    'file:/etc/letsencrypt',
    'file:/etc/letsencrypt/*',
  ],
  touches: ({ unit }: Reload) => ['nginx', serviceResource(unit === '' ? 'nginx' : unit), 'http', 'tcp', 'tls'],
  async inspect(host, { pid_file }) {
    const read = await readConfig(host, pid_file);
    return read instanceof Unknown ? read : inspectFreshness(host, read);
  },
  diff: (state: Freshness): Reload | undefined => staleNow(state),
  diffAfter: (state: Freshness, _params, touched): Reload | undefined => staleAfter(state, touched),
  describe({ why }: Reload) {
    const more = why.length > 3 ? ` and ${why.length - 3} more` : '';
    return `nginx: test, then reload, since these are newer than what it runs: ${why.slice(0, 3).join(', ')}${more}`;
  },
  apply: ({ master_pid, unit, binary, options, exact }: Reload) => [
    {
      script: reloadScript,
      variables: {
        MASTER: String(master_pid),
        UNIT: unit,
        BINARY: binary,
        OPTIONS: options.join('\n'),
        PAUSE: exact ? '0.1' : '2',
      },
    },
  ],
  rollback: again,
});

async function inspectFreshness(host: Inspector, read: HostConfig): Promise<Freshness | Unknown> {
  const { processes, places, config } = read;
  const { master, workers } = processes;
  if (!master) return { ...notRunning, binary: read.binary };
  if (!master.title.startsWith('nginx: master process')) {
    return unreadable('nginx runs without a master (master_process off): it cannot reload');
  }
  if (read.binary === '') return unreadable('nginx’s program cannot be found: needs root');
  if (read.truncated) return unreadable('nginx’s configuration is too big to be read whole');
  const certificates = certificateFiles(config.directives, configFolder(places));
  const stats = [...read.stats, ...(await statFiles(host, certificates))];
  const folders = [...read.folders].map(([path, changed]) => ({ path, changed, exact: !Number.isInteger(changed) }));
  const exact = processes.exactTimes && stats.every((file) => file.exact);
  const files = [...stats, ...folders]
    .filter(({ changed }) => changed <= processes.now + 1)
    .map(({ path, changed }) => ({ path, changed: latestChange(changed, exact) }))
    .sort((a, b) => b.changed - a.changed)
    .slice(0, 20);
  return {
    running: true,
    master_pid: master.pid,
    unit: master.unit,
    binary: read.binary,
    options: testOptions(read),
    loaded: Math.min(...(workers.length > 0 ? workers : [master]).map((process) => process.started)),
    files,
    watched: watchedResources(config.files, config.patterns, certificates),
    exact,
  };
}

async function statFiles(host: Inspector, paths: readonly string[]): Promise<readonly FileStat[]> {
  if (paths.length === 0) return [];
  const answer = await host.run({ script: statScript, variables: { FILES: paths.join('\n') } });
  return answer.stdout.split('\n').flatMap((line) => (line.startsWith('S ') ? (readStat(line.slice(2)) ?? []) : []));
}

function testOptions({ processes, places }: HostConfig): readonly string[] {
  const started = readStartOptions(processes.master?.title ?? '');
  return [
    '-c',
    places.config,
    ...(started.prefix === undefined ? [] : ['-p', places.prefix]),
    ...(started.errorLog === undefined ? [] : ['-e', places.errorLog]),
    ...(started.directives === undefined ? [] : ['-g', started.directives.trim()]),
  ];
}

function watchedResources(files: readonly string[], patterns: readonly string[], certificates: readonly string[]) {
  const folders = new Set(patterns.filter((pattern) => /[*?[]/.test(pattern)).map(folderOf));
  const single = [...files, ...certificates].filter((file) => !folders.has(folderOf(file)));
  return [...[...folders].map((folder) => `file:${folder}/*`), ...single.map((file) => `file:${file}`)].slice(0, 500);
}

const notRunning: Freshness = {
  running: false,
  master_pid: 0,
  unit: '',
  binary: '',
  options: [],
  loaded: 0,
  files: [],
  watched: [],
  exact: true,
};
