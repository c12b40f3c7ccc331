import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from './guest.ts';
import { mustRun } from './run-program.ts';
import { breakPrelude, type Look, type Request, type Scenario } from './scenario.ts';

/** Brings a fresh guest into the scenario's broken state. */
export async function breakGuest(guest: Guest, scenario: Scenario): Promise<void> {
  if (scenario.packages) await givePackages(guest);
  const script = `${await breakPrelude()}\n${scenario.break}`;
  const answer = await guest.exec('sh -eu -s', { stdin: script });
  if (answer.rc === 0) return;
  throw new Error(`break of ${scenario.name} ended with ${answer.rc}: ${answer.stdout}${answer.stderr}`);
}

/**
 * What is missing of the symptom, as sentences; none: the guest shows it. Logs are written by other processes, so looks
 * are repeated for a while; the request is made once.
 */
export async function missingFromSymptom(guest: Guest, scenario: Scenario): Promise<readonly string[]> {
  const { request, error_log, shows = [] } = scenario.symptom;
  const missing = request === undefined ? [] : await requestProblems(guest, request);
  const errorLog: Look[] = error_log === undefined ? [] : [{ run: 'cat /var/log/nginx/error.log', match: error_log }];
  return [...missing, ...(await lookProblems(guest, [...errorLog, ...shows]))];
}

/** Whether a client outside gets this status; if not, what it got. */
export async function requestProblems(guest: Guest, request: Request): Promise<readonly string[]> {
  const got = await statusOf(`http://127.0.0.1:${guest.httpPort}${request.path}`);
  return got === String(request.status) ? [] : [`GET ${request.path} gives ${got}, not ${request.status}`];
}

/** A connection of its own: one kept from before a reset is dead. */
function statusOf(url: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: 60_000 }, (answer) => {
      answer.resume();
      resolve(String(answer.statusCode));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer within 60 s')));
    asked.once('error', (error) => resolve(error.message));
  });
}

/** The looks that don't show what they should within `withinMs`, each with the end of what they show. */
export async function lookProblems(
  guest: Guest,
  looks: readonly Look[],
  withinMs = 10_000,
): Promise<readonly string[]> {
  const problems: string[] = [];
  // What must not be there could still be on its way.
  if (looks.some((look) => look.no_match !== undefined)) await sleep(1500);
  for (const look of looks) {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const problem = await lookProblem(guest, look);
      if (problem === undefined) break;
      // What must not be there doesn't go away.
      if (look.no_match !== undefined || performance.now() > deadline) {
        problems.push(problem);
        break;
      }
      await sleep(500);
    }
  }
  return problems;
}

async function lookProblem(guest: Guest, look: Look): Promise<string | undefined> {
  const answer = await guest.exec(look.run, { user: look.as ?? 'root' });
  const shown = answer.stdout;
  const wanted = look.match !== undefined;
  const matches = new RegExp(look.match ?? look.no_match ?? '', 'm').test(shown);
  if (matches === wanted) return undefined;
  const pattern = look.match ?? look.no_match;
  return `${look.run}: ${wanted ? 'no line like' : 'a line like'} ${pattern}; it shows: ${shown.slice(-2000)}${answer.stderr.slice(-500)}`;
}

const packageFolder = '/var/cache/lab-packages';

/** Copies the package files that the minimal disk lacks, and makes them the only source of the guest's apt. */
async function givePackages(guest: Guest): Promise<void> {
  const archive = join(guest.folder, 'packages.tar');
  await mustRun('tar', ['-cf', archive, '-C', join(dirname(guest.keyFile), 'debs'), '.']);
  const script = `set -eu
mkdir -p ${packageFolder}
cd ${packageFolder}
base64 -d | tar -x
for file in *.deb; do
  dpkg-deb -f "$file"
  echo "Filename: ./$file"
  echo "Size: $(stat -c %s "$file")"
  echo "SHA256: $(sha256sum "$file" | cut -d' ' -f1)"
  echo
done >Packages
rm -rf /etc/apt/sources.list.d/* /etc/apt/sources.list
echo 'deb [trusted=yes] file:${packageFolder} ./' >/etc/apt/sources.list
apt-get update -qq`;
  const answer = await guest.exec(script, { stdin: (await readFile(archive)).toString('base64') });
  if (answer.rc !== 0) throw new Error(`giving packages to ${guest.name} failed: ${answer.stderr}`);
}
