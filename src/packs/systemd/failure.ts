import { type Fields, integer, text, word } from '../core/fields.ts';
import { count, parseShow, property, type Shown } from '../core/show.ts';
import { isActive, isInstallable, parseTimestamp } from '../core/unit-properties.ts';
import { setUpFailure } from './exit-status.ts';

export interface Need {
  readonly name: string;
  readonly load_state: string;
  readonly active_state: string;
}

type End = 'exit' | 'signal' | 'none';

/** How the main process ended last, as waitid(2) codes it in ExecMainCode. */
const ends: Readonly<Record<number, End>> = { 1: 'exit', 2: 'signal', 3: 'signal' };

/** Reads what the script of `systemd.failure` printed; absent where systemd gave no answer. */
export function readFailure(unit: string, fields: Fields) {
  const [shown] = parseShow(text(fields, 'unit') ?? '');
  const loadState = property(shown, 'LoadState');
  const activeState = property(shown, 'ActiveState');
  if (loadState === '' || activeState === '') return undefined;
  const [active, type, result] = [isActive(activeState), property(shown, 'Type'), property(shown, 'Result')];
  const ended: End = ends[count(shown, 'ExecMainCode')] ?? 'none';
  const status = count(shown, 'ExecMainStatus');
  const unmet = lines(text(fields, 'unmet'));
  const dependencyFailed = word(fields, 'dependency') === '1';
  const hindered = unmet.length > 0 || dependencyFailed;
  const fileState = property(shown, 'UnitFileState');
  return {
    name: unit,
    exists: loadState !== 'not-found',
    load_state: loadState,
    load_error: firstQuoted(property(shown, 'LoadError')),
    active_state: activeState,
    // systemd forgets how a oneshot ended that nothing refers to; a failure it keeps.
    well: active || (activeState === 'inactive' && type === 'oneshot' && result === 'success' && !hindered),
    looping: property(shown, 'SubState') === 'auto-restart',
    type,
    result,
    ended,
    status,
    set_up: ended === 'exit' ? setUpFailure(status) : '',
    out_of_memory: result === 'oom-kill' || word(fields, 'oom') === '1',
    memory_max: count(shown, 'MemoryMax') || count(shown, 'MemoryLimit'),
    restarts: count(shown, 'NRestarts'),
    start_limited: result === 'start-limit-hit' || (activeState === 'failed' && word(fields, 'limited') === '1'),
    up_seconds: active ? upSeconds(shown, integer(fields, 'now')) : 0,
    unit_file_state: fileState,
    installable: isInstallable(fileState),
    need_reload: property(shown, 'NeedDaemonReload') === 'yes',
    unmet,
    dependency_failed: dependencyFailed,
    needs: parseShow(text(fields, 'needs') ?? '').map(
      (need): Need => ({
        name: property(need, 'Id'),
        load_state: property(need, 'LoadState'),
        active_state: property(need, 'ActiveState'),
      }),
    ),
    log: lines(text(fields, 'log')),
  };
}

function upSeconds(shown: Shown | undefined, now: number | undefined): number {
  const since = parseTimestamp(property(shown, 'ActiveEnterTimestamp'));
  return since === undefined || now === undefined ? 0 : Math.max(0, now - since);
}

/** `org.freedesktop.systemd1.BadUnitSetting "Unit x has a bad setting."` → the words. */
function firstQuoted(error: string): string {
  return /"(.*)"/.exec(error)?.[1] ?? error;
}

function lines(block: string | undefined): readonly string[] {
  const trimmed = (block ?? '').replace(/\n+$/, '');
  return trimmed === '' ? [] : trimmed.split('\n');
}
