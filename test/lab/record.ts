import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MendRequest } from '../../src/mend.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { HostOutcome } from '../../src/model/plan.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { splitRecording } from '../../src/transports/replay/format-recording.ts';
import { type RecordingTransport, recordTransport } from '../../src/transports/replay/record-transport.ts';
import { type SshOptions, sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { cameTo } from '../recordings/replay-flagship.ts';
import { addTexts, recordingsFolder } from '../recordings/texts.ts';
import { alone } from './alone.ts';
import { cacheDir } from './cache.ts';
import type { Guest } from './guest.ts';
import { provideImage } from './image.ts';
import type { Scenario } from './scenario.ts';

// LAB_RECORD=1 npm run test:lab: what the guests answer while the scenarios live, for tests that have no guest.

/** The runs of a life that are kept. */
export type RecordedRunName = 'dry_run' | 'apply' | 'again';

/** Keeps one scenario's life. */
export interface LifeRecorder {
  /** For `mend`: the guest's transport for this run. */
  transportFor(name: RecordedRunName): Pick<MendRequest, 'transportFor'>;
  /** Writes the recording, with what each run came to. */
  save(outcomes: { readonly [N in RecordedRunName]?: HostOutcome }): Promise<void>;
}

/** The recorder of a life about to begin on a broken guest; `undefined` unless LAB_RECORD=1. */
export async function recordLife(
  guest: Guest,
  scenario: Scenario,
  reach: Pick<SshOptions, 'hostKeyPolicy' | 'knownHostsFiles' | 'privateKeyFiles' | 'becomePassword'>,
): Promise<LifeRecorder | undefined> {
  if (process.env['LAB_RECORD'] !== '1') return undefined;
  const versions = await guestVersions(guest);
  const taped: RecordingTransport[] = [];
  // What is no part of the guest: the password, and the ports of this machine that stand in nginx's log.
  const replaced: readonly (readonly [string, string])[] = [
    [`127.0.0.1:${guest.httpPort}`, '127.0.0.1:80'],
    [`127.0.0.1:${guest.port}`, '127.0.0.1:22'],
    [reach.becomePassword?.reveal() ?? '', '***'],
  ];
  const redact = <T>(value: T): T => {
    const text = replaced.reduce(
      (kept, [from, to]) => (from === '' ? kept : kept.replaceAll(from, to)),
      JSON.stringify(value),
    );
    return JSON.parse(text) as T;
  };
  return {
    transportFor(name) {
      const ssh = sshTransport({ ...reach, agent: false, clock: systemClock });
      const transport = recordTransport(ssh, { name, now: systemClock.now, redact });
      taped.push(transport);
      return { transportFor: () => transport };
    },
    async save(outcomes) {
      await Promise.all(taped.map((transport) => transport.close()));
      const expected = Object.fromEntries(
        Object.entries(outcomes).map(([name, outcome]) => [name, cameTo(outcome)] as const),
      );
      const about: JsonObject = {
        scenario: scenario.name,
        title: scenario.title,
        params: scenario.params,
        guest: { kind: scenario.guest, login: scenario.login, ...versions },
        expect: expected,
      };
      const { lines, texts } = splitRecording({ about, runs: taped.flatMap((transport) => transport.runs()) });
      refuseOwnTraces([...lines, ...texts.values()], guest);
      await alone(
        'recordings',
        () => undefined,
        () => write(scenario, lines, texts),
        'mendgate-lab-recordings',
      );
    },
  };
}

const told = [
  'nginx',
  'selinux-policy-default',
  'policycoreutils',
  'policycoreutils-python-utils',
  'setools',
  'auditd',
  'apparmor',
  'acl',
  'curl',
  'systemd',
  'coreutils',
  'dash',
];

async function guestVersions(guest: Guest): Promise<JsonObject> {
  const { hash } = await provideImage(() => undefined);
  const script = `. /etc/os-release; echo "$PRETTY_NAME"; uname -sr; cat /etc/debian_version
dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' ${told.join(' ')} 2>/dev/null`;
  const { stdout } = await guest.exec(script);
  const [os = '', kernel = '', release = '', ...packages] = stdout.trimEnd().split('\n');
  const installed = packages.flatMap((line) => {
    const [status, name = '', version = ''] = line.split(' ');
    return status === 'installed' ? [[name, version] as const] : [];
  });
  return { os, release, kernel, packages: Object.fromEntries(installed), image: hash };
}

/** A recording goes into the repository: nothing of this machine may stand in it. */
function refuseOwnTraces(texts: readonly string[], guest: Guest): void {
  const traces = [process.cwd(), cacheDir(), guest.folder, guest.keyFile, guest.knownHostsFile, guest.sockets];
  const ports = [guest.port, guest.httpPort].map((port) => `127.0.0.1:${port}`);
  for (const trace of [...traces, ...ports, 'PRIVATE KEY']) {
    const found = texts.find((text) => text.includes(trace));
    if (found !== undefined) throw new Error(`the recording holds ${trace}: ${found.slice(0, 500)}`);
  }
}

async function write(scenario: Scenario, lines: readonly string[], texts: ReadonlyMap<string, string>): Promise<void> {
  const folder = join(recordingsFolder, scenario.guest);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${scenario.name}.jsonl`), lines.map((line) => `${line}\n`).join(''));
  await addTexts(texts);
}
