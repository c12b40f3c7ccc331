import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createNotifier, type Notifier, safeLine, splitWords } from '../index.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Where somebody is told how a run ended: a URL, or a program and its arguments. */
export type NotifyTarget = string | readonly string[];

/** What `--notify` names, parted as a shell would. What nobody can be told with ends the command before anything is done. */
export function notifyTargets({ env }: Pick<Io, 'env'>, given: readonly string[] = []): readonly NotifyTarget[] {
  return given.map((text) => {
    if (isUrl(text)) return checkedUrl(text);
    const words = splitWords(text);
    const [program] = words ?? [];
    if (words === undefined || program === undefined)
      throw new UsageError('--notify: expected a URL, or a program and its arguments');
    if (!canRun(program, env['PATH'])) throw new UsageError(`--notify: there is no program ${safeLine(program)}`);
    return words;
  });
}

/** Whether a target is told by POST, and is no program. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** An address may hold a token, so that none is quoted. */
function checkedUrl(text: string): string {
  const scheme = text.slice(0, text.indexOf(':'));
  if (!/^https?$/i.test(scheme)) throw new UsageError(`--notify: ${scheme}:// is not spoken here; http and https are`);
  if (!URL.canParse(text)) throw new UsageError('--notify: this is no URL: https://HOST/PATH');
  return text;
}

function canRun(program: string, path = ''): boolean {
  const places = program.includes('/') ? [program] : path.split(delimiter).map((folder) => join(folder, program));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return statSync(place).isFile();
    } catch {
      return false;
    }
  });
}

/** Tells all of `targets`, and warns where that goes wrong. */
export function notifierOf(io: Io, targets: readonly NotifyTarget[]): Notifier {
  const notifier = createNotifier(targets);
  return {
    sink: notifier.sink,
    async send() {
      const problems = await notifier.send();
      for (const problem of problems)
        io.stderr.write(`warning: --notify: ${safeLine(problem)}; the run itself is over\n`);
      return problems;
    },
  };
}
