import { type Inspector, unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { parseFields, text, word, words } from '../core/fields.ts';
import { firstLine } from '../core/why-not.ts';
import { type ConfigLine, readConfigLines } from './config-lines.ts';
import { daemonScript, filesScript } from './daemon-script.ts';
import { type Effective, readEffective } from './settings.ts';

/** The sshd that this session came through, as its own program reads its files now. */
export interface Daemon {
  /** Process that listens; 0 where each connection starts one (inetd, ssh.socket): then the files count at once. */
  readonly master: number;
  /** systemd's unit; empty when none holds it. */
  readonly unit: string;
  readonly program: string;
  /** Its own options, without which it would read other files or values (-f, -o, -p, -h). */
  readonly options: readonly string[];
  readonly config: string;
  readonly pidFile: string;
  readonly effective: Effective;
  readonly lines: readonly ConfigLine[];
  /** When the listening process read its files, epoch seconds: then it wrote its pid file. */
  readonly loaded: number;
  /** When they changed last, epoch seconds. */
  readonly changed: number;
  /** Who came how: title of the session's process, and SSH_CONNECTION. */
  readonly session: string;
  readonly connection: string;
}

/** In three round trips: which sshd, what it makes of its files (`sshd -T`, which only reads), and the files. */
export async function readDaemon(host: Inspector): Promise<Daemon | Unknown> {
  const found = parseFields((await host.run({ script: daemonScript })).stdout);
  const master = Number(word(found, 'master') ?? '0');
  if (master === 0) return unreadable('no sshd runs here');
  const program = (word(found, 'exe') ?? '')
    .replace(/ \(deleted\)$/, '')
    .replace(/^.*\/sshd-session$/, '/usr/sbin/sshd');
  if (!program.startsWith('/') || word(found, 'uid') !== '0')
    return unreadable('which program sshd is cannot be seen: needs root');
  const title = text(found, 'title') ?? '';
  const listens = isListener(title);
  const options = listens ? startOptions(title) : [];
  const tested = await host.run({ argv: [program, '-T', ...options] });
  if (tested.rc !== 0) return unreadable(`sshd refuses its own files: ${firstLine(tested.stderr)}`);
  const effective = readEffective(tested.stdout);
  const given = options.indexOf('-f');
  const config = given < 0 ? '/etc/ssh/sshd_config' : (options[given + 1] ?? '');
  const pidFile = listens ? (effective.get('pidfile') ?? 'none') : 'none';
  const variables = { CONFIG: config, PIDFILE: pidFile === 'none' ? '' : pidFile };
  const answer = await host.run({ script: filesScript, variables });
  const files = parseFields(answer.stdout);
  const forbidden = word(files, 'forbidden');
  if (forbidden !== undefined) return unreadable(`${firstLine(forbidden)} cannot be read: needs root`);
  if (answer.truncated) return unreadable('sshd’s configuration is too big to be read whole');
  const decoded = (name: string) => words(files, name).map((hex) => Buffer.from(hex, 'hex').toString('utf8'));
  const changed = Math.max(0, ...words(files, 'ctime').map(Number));
  const loaded = listens ? word(files, 'loaded') : String(changed);
  if (loaded === undefined)
    return unreadable(`when sshd read its files cannot be told: it has no pid file (${pidFile})`);
  return {
    master: listens ? master : 0,
    unit: word(found, 'unit') ?? '',
    program,
    options,
    config,
    pidFile,
    effective,
    lines: readConfigLines(config, {
      texts: zip(decoded('file'), decoded('text')),
      matches: gather(decoded('of'), decoded('match')),
    }),
    loaded: Number(loaded),
    changed,
    session: text(found, 'session') ?? '',
    connection: text(found, 'connection') ?? '',
  };
}

/** `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`; before OpenSSH 8.2 the command line itself. */
export function isListener(title: string): boolean {
  return title.includes('[listener]') || title.startsWith('/');
}

/** Options that decide what it reads, out of a title whose words are joined by spaces. */
export function startOptions(title: string): readonly string[] {
  const words = title
    .replace(/^sshd: /, '')
    .replace(/ \[listener\].*$/, '')
    .trim()
    .split(' ')
    .slice(1);
  const kept: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [, letter, attached] = /^-[DdeiqtT46]*([fophCEbcgku])(.*)$/.exec(words[at] ?? '') ?? [];
    if (letter === undefined) continue;
    if (attached === '') at += 1;
    const value = attached || (words[at] ?? '');
    if ('foph'.includes(letter) && value !== '') kept.push(`-${letter}`, value);
  }
  return kept;
}

function zip(names: readonly string[], values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name, at) => [name, values[at] ?? '']));
}

function gather(keys: readonly string[], values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [at, key] of keys.entries()) found.set(key, [...(found.get(key) ?? []), values[at] ?? '']);
  return found;
}
