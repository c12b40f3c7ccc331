import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { RunRequest } from '../model/history.ts';
import type { Host } from '../model/inventory.ts';
import { canonicalJson } from '../model/json.ts';
import { packsOf, type Runbook } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';

/** What was asked for on the command line, as far as a run's journal keeps it. */
export interface Asked {
  readonly kind: RunRequest['kind'];
  readonly of?: string;
  readonly mendgate: string;
  readonly runbook: Runbook;
  /** As given. */
  readonly inventory: readonly string[];
  /** The chosen hosts as the inventory gave them. */
  readonly hosts: readonly Host[];
  readonly limit: string | undefined;
  readonly extra: ReadonlyMap<string, string>;
  readonly secrets?: ReadonlyMap<string, Secret>;
  /** Passwords, prompts and the like are left out. */
  readonly reach: RunRequest['reach'];
  readonly becomeByDefault: string | false;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAt: string | undefined;
  readonly until?: string;
  readonly allowIrreversible: boolean;
  readonly rollout?: RunRequest['rollout'];
  readonly maxChanged?: number;
}

/** The request as the journal keeps it: without secrets, and with paths that hold in any directory. */
export function runRequest(asked: Asked): RunRequest {
  const { kind, of, mendgate, runbook, limit, startAt, until, becomeByDefault, tags, skipTags, allowIrreversible } =
    asked;
  const secret = secretParams(runbook);
  const packs = packsOf(runbook);
  return {
    kind,
    ...(of === undefined ? {} : { of }),
    mendgate,
    runbook: resolve(runbook.file),
    runbookSha256: runbookHash(runbook),
    ...(packs.length === 0 ? {} : { packs: packs.map(({ name, file, sha256 }) => ({ name, file, sha256 })) }),
    inventory: asked.inventory.map((source) => (source.includes(',') ? source : resolve(source))),
    inventorySha256: inventoryHash(asked.hosts, runbook),
    ...(limit === undefined ? {} : { limit }),
    extra: [
      ...[...asked.extra].map(([name, text]) => ({ name, text: secret.has(name) ? '***' : text })),
      ...[...(asked.secrets ?? [])].map(([name, { from }]) => ({
        name,
        text: '***',
        ...(from === undefined ? {} : { from }),
      })),
    ],
    reach: reachOf(asked.reach),
    becomeByDefault,
    tags,
    skipTags,
    ...(startAt === undefined ? {} : { startAt }),
    ...(until === undefined ? {} : { until }),
    allowIrreversible,
    ...(asked.rollout === undefined ? {} : { rollout: asked.rollout }),
    ...(asked.maxChanged === undefined ? {} : { maxChanged: asked.maxChanged }),
    operator: operator(),
  };
}

function reachOf(reach: RunRequest['reach']): RunRequest['reach'] {
  const { connection, user, privateKeyFiles, knownHostsFiles, becomeMethod } = reach;
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(user === undefined ? {} : { user }),
    ...(privateKeyFiles === undefined ? {} : { privateKeyFiles: privateKeyFiles.map((file) => resolve(file)) }),
    ...(knownHostsFiles === undefined ? {} : { knownHostsFiles: knownHostsFiles.map((file) => resolve(file)) }),
    ...(becomeMethod === undefined ? {} : { becomeMethod }),
  };
}

/** Hex SHA-256 over the bytes of a runbook, of its packs and of all that it uses, in the order in which they are used. */
export function runbookHash(runbook: Runbook): string {
  return sha256(JSON.stringify(filesOf(runbook)));
}

function filesOf(runbook: Runbook): readonly string[] {
  const used = runbook.steps.flatMap(({ remediation }) =>
    remediation.kind === 'use' ? filesOf(remediation.runbook) : [],
  );
  return [runbook.sha256, ...(runbook.packs ?? []).map(({ sha256: pack }) => pack), ...used];
}

/** Hex SHA-256 over what the inventory says of these hosts. A secret counts as `***`: a new password is the same host. */
export function inventoryHash(hosts: readonly Host[], runbook: Runbook): string {
  const secret = secretParams(runbook);
  const shown = hosts.map(({ name, connect, vars, groups }) => {
    const clear = Object.entries(vars).map(([variable, value]) => [variable, secret.has(variable) ? '***' : value]);
    return { name, connect, groups, vars: Object.fromEntries(clear) };
  });
  shown.sort((a, b) => (a.name < b.name ? -1 : 1));
  return sha256(canonicalJson(shown));
}

/** Whoever runs this: `ann@control`; through sudo `root@control (ann)`. */
export function operator(): string {
  const machine = `${userName()}@${hostname()}`;
  const sudo = process.env['SUDO_USER'];
  return sudo === undefined || sudo === '' ? machine : `${machine} (${sudo})`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as in a container.
    return `uid ${process.geteuid?.() ?? 'unknown'}`;
  }
}

function secretParams(runbook: Runbook): ReadonlySet<string> {
  return new Set(runbook.params.flatMap(({ name, type }) => (type === 'secret' ? [name] : [])));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
