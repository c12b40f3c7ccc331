import { integer, parseFields, text, word, words } from '../core/fields.ts';

export interface Rotation {
  readonly installed: boolean;
  readonly errors: readonly string[];
  readonly covered: readonly string[];
  readonly due: readonly string[];
  readonly schedule: 'timer' | 'cron' | 'none';
  readonly timer_file: string;
  readonly last_epoch?: number;
}

/** Reads the answer of `logrotate.status`; absent when its end is missing, or logrotate failed without saying why. */
export function parseRotation(stdout: string): Rotation | undefined {
  const fields = parseFields(stdout);
  if (word(fields, 'done') !== '1') return undefined;
  const installed = word(fields, 'installed') === '1';
  const told = parseTold(text(fields, 'told') ?? '');
  // 127: a broken installation; another failure that names no fault of a rule is none we understand.
  if (installed && integer(fields, 'rc') !== 0 && told.errors.length === 0) return undefined;
  const last = integer(fields, 'last');
  const cron = words(fields, 'job').length > 0 && word(fields, 'cron') === '1';
  return {
    installed,
    ...told,
    schedule: word(fields, 'timer') === 'active' ? 'timer' : cron ? 'cron' : 'none',
    timer_file: word(fields, 'timer_file') ?? '',
    ...(last === undefined ? {} : { last_epoch: last }),
  };
}

/** Reads what `logrotate -d` tells, as far as it matters; logs that match several rules are there once. */
export function parseTold(told: string): Pick<Rotation, 'errors' | 'covered' | 'due'> {
  const errors: string[] = [];
  const covered = new Set<string>();
  const due = new Set<string>();
  let log = '';
  for (const line of told.split('\n')) {
    const error = /^error: (.{1,300})/.exec(line)?.[1];
    const considered = /^considering log (\/.*)$/.exec(line)?.[1];
    if (error !== undefined) errors.push(error);
    else if (considered !== undefined) {
      log = considered;
      covered.add(log);
    } else if (/^ {2}log needs rotating/.test(line) && log !== '') due.add(log);
  }
  return { errors, covered: [...covered], due: [...due] };
}
