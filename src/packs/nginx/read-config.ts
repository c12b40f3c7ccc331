import { type Inspector, unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { configFolder, findPlaces, type Places, readBuildOptions, readStartOptions } from './command-line.ts';
import { followIncludes, type WholeConfig } from './config-includes.ts';
import { type ConfigTree, parseConfig } from './config-tree.ts';
import { type FileStat, type FilesAnswer, parseFiles } from './parse-files.ts';
import { type NginxProcesses, parseProcesses } from './processes.ts';
import { processesScript } from './processes-script.ts';
import { discoverScript, filesScript } from './read-config-script.ts';

/** Everything about one nginx's configuration that its files and processes tell. */
export interface HostConfig {
  readonly processes: NginxProcesses;
  readonly places: Places;
  /** The program; empty when none was found. */
  readonly binary: string;
  readonly config: WholeConfig;
  /** Directives given with `-g`. */
  readonly commandLine: ConfigTree;
  /** Of the files that take part, in order. */
  readonly stats: readonly FileStat[];
  /** Folders of include patterns that take part → epoch seconds of their last change. */
  readonly folders: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
  readonly truncated: boolean;
}

const maxRounds = 3;

/**
 * Reads the configuration files themselves, in at most three round trips and usually one: `nginx -T` would create missing
 * logs and folders. Paths come from the running master's command line and `nginx -V`.
 */
export async function readConfig(host: Inspector, pidFile: string): Promise<HostConfig | Unknown> {
  const first = await host.run({
    script: processesScript + discoverScript + filesScript,
    variables: { PIDFILE: pidFile },
  });
  const processes = parseProcesses(first.stdout);
  const refusal = cannotTell(processes, pidFile);
  if (refusal) return refusal;
  const { places, binary } = locate(processes, first.stdout);
  let read = parseFiles(first.stdout);
  let config = followIncludes(places.config, read);
  let truncated = first.truncated;
  for (let round = 1; round < maxRounds && config.wanted.length > 0; round += 1) {
    const variables = { PATTERNS: config.wanted.join('\n'), FOLDER: configFolder(places) };
    const answer = await host.run({ script: filesScript, variables });
    read = join(read, parseFiles(answer.stdout));
    truncated ||= answer.truncated;
    config = followIncludes(places.config, read);
  }
  return judge({ processes, places, binary, read, config, truncated });
}

function cannotTell(processes: NginxProcesses, pidFile: string): Unknown | undefined {
  if (processes.pidFileUnread)
    return unreadable(`the pid file ${pidFile} cannot be read: needs root, or nginx is not running`);
  if (!processes.master && processes.hidden) {
    return unreadable('other users’ processes are hidden from this user (hidepid): needs root');
  }
  return undefined;
}

function locate(processes: NginxProcesses, output: string): { places: Places; binary: string } {
  const lines = output.split('\n');
  const after = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const built = readBuildOptions(after('V ').join('\n'));
  const started = processes.master ? readStartOptions(processes.master.title) : {};
  const fallback = built.config === undefined && started.config === undefined ? { config: after('Q ')[0] ?? '' } : {};
  return {
    places: findPlaces(started, { ...built, ...fallback }, processes.master?.folder ?? '/'),
    binary: after('N ')[0] ?? '',
  };
}

function join(a: FilesAnswer, b: FilesAnswer): FilesAnswer {
  return {
    trees: new Map([...a.trees, ...b.trees]),
    matches: new Map([...a.matches, ...b.matches]),
    stats: new Map([...a.stats, ...b.stats]),
    folders: new Map([...a.folders, ...b.folders]),
    unreadable: [...a.unreadable, ...b.unreadable],
    truncated: a.truncated || b.truncated,
  };
}

interface Findings {
  readonly processes: NginxProcesses;
  readonly places: Places;
  readonly binary: string;
  readonly read: FilesAnswer;
  readonly config: WholeConfig;
  readonly truncated: boolean;
}

function judge({ processes, places, binary, read, config, truncated }: Findings): HostConfig | Unknown {
  const needed = new Set([
    ...config.files,
    ...config.patterns.map((pattern) => pattern.slice(0, pattern.lastIndexOf('/')) || '/'),
  ]);
  const closed = read.unreadable.filter(
    (path) => needed.has(path) || [...needed].some((other) => other.startsWith(`${path}/`)),
  );
  if (closed.length > 0) return unreadable(`cannot read ${closed.slice(0, 3).join(', ')}: needs root`);
  if (!read.trees.has(places.config)) {
    return unreadable(
      binary === '' && !processes.master
        ? 'nginx is not installed: no nginx program was found and none is running'
        : `nginx's configuration ${places.config} does not exist`,
    );
  }
  const stats = config.files.flatMap((file) => read.stats.get(file) ?? []);
  const folders = new Map([...read.folders].filter(([folder]) => needed.has(folder)));
  const faults = config.files.flatMap((file) =>
    (read.trees.get(file)?.faults ?? []).map((fault) => `${file}: ${fault}`),
  );
  return {
    processes,
    places,
    binary,
    config,
    commandLine: parseConfig(places.directives),
    stats,
    folders,
    faults: faults.slice(0, 20),
    truncated: truncated || read.truncated || config.truncated || config.wanted.length > 0,
  };
}
