import { relative } from 'node:path';
import { withDemoFleet } from '../../index.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { type Act, playAct } from './demo-act.ts';
import { demoPage, type Shown } from './demo-page.ts';

/**
 * The flagship runbook on eight simulated hosts: dry run, real run, and the same run again with nothing left to do. 0 when
 * every host ends as it must, else 70. `verbose` also prints each run as `mendgate run` does.
 */
export async function demo(io: Io, { verbose = false }: { readonly verbose?: boolean } = {}): Promise<number> {
  const { write } = io.stdout;
  const page = demoPage({ columns: io.stdout.isTty ? io.stdout.columns : 80, colour: io.stdout.colour });
  return await withDemoFleet(async (fleet) => {
    write(page.opening(fleet.hosts));

    write(page.heading(1, 'Dry run', 'every host is really looked at, nothing is changed'));
    const look = await playAct(io, fleet, 'dry_run', verbose);
    if (look.kind === 'ended') return look.exitCode;
    write(page.diagnosis(look.shown));

    write(page.heading(2, 'Real run', 'each fix is verified, then nginx is asked again'));
    const first = await playAct(io, fleet, 'apply', verbose);
    if (first.kind === 'ended') return first.exitCode;
    write(page.questions(first.questions) + page.mended(first.shown) + page.totals(first));

    write(page.heading(3, 'The same run again', 'what is mended stays as it is'));
    const again = await playAct(io, fleet, 'apply', verbose);
    if (again.kind === 'ended') return again.exitCode;
    write(page.verdicts(again.shown) + page.totals(again));

    const wrong = [...unexpected(look, 'dryRun'), ...unexpected(first, 'first'), ...unexpected(again, 'again')];
    for (const line of wrong) io.stderr.write(`mendgate: the demo did not end as it must: ${line}\n`);
    if (wrong.length > 0) return exit.bug;
    const rest = `${shorter(fleet.runbook)} -i web01,web02,`;
    write(page.closing(again.shown, [`npx mendgate plan ${rest}`, `npx mendgate run  ${rest}`]));
    return exit.ok;
  });
}

/** Hosts that ended otherwise than they must, and changes where nothing was left to change. */
function unexpected({ shown, changes }: Act, act: keyof Shown['host']['expected']): readonly string[] {
  const wrong = shown.filter(({ host, verdict }) => verdict !== host.expected[act]);
  return [
    ...wrong.map(({ host, verdict }) => `${host.name} is ${verdict ?? 'without a result'}, not ${host.expected[act]}`),
    ...(act === 'again' && changes > 0 ? [`${changes} changes in the second run`] : []),
  ];
}

/** Relative to where we are, unless that leads through parents. */
function shorter(file: string): string {
  const near = relative('.', file);
  return near.startsWith('..') ? file : near;
}
