import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions, parseFields, text, word } from '../core/fields.ts';
import { logLines, logLinesParam } from '../core/log-lines.ts';
import { serviceResource, unitFileResources, unitName, unitNameParam } from '../core/unit-name.ts';
import { firstLine, whyNot } from '../core/why-not.ts';
import { readFailure } from './failure.ts';

/** Properties that an older systemd does not know are left out by it. */
const properties = [
  'LoadState,LoadError,ActiveState,SubState,Type,Result,ExecMainPID,ExecMainCode,ExecMainStatus,NRestarts',
  'UnitFileState,NeedDaemonReload,ActiveEnterTimestamp,MemoryMax,MemoryLimit,Requires,Requisite,BindsTo',
].join(',');

/**
 * What the properties alone do not tell (measured with 252): a unit that nothing refers to is forgotten with its unmet
 * condition as soon as it is inactive, and one that hit its start limit keeps the result it had before; what systemd
 * itself wrote into the journal tells both. A kernel that killed for want of memory names the process; only systemd 243 and later says `oom-kill` by itself.
 */
const script = `${fieldFunctions}
[ "$(id -u)" = 0 ] || { echo 'reading the journal needs root (become: true)' >&2; exit 1; }
shown=$(TZ=UTC systemctl show -p ${properties} -- "$unit" 2>&1); rc=$?
plain rc "$rc"
printf '%s\\n' "$shown" | hex unit
[ "$rc" = 0 ] || exit 0
plain now "$(date +%s)"
needs=$(printf '%s\\n' "$shown" | sed -n -e 's/^Requires=//p' -e 's/^Requisite=//p' -e 's/^BindsTo=//p' | tr '\\n' ' ')
set -f
set -- $needs
[ $# = 0 ] || systemctl show -p Id,LoadState,ActiveState -- "$@" 2>/dev/null | hex needs
manager() { journalctl -q _PID=1 UNIT="$unit" -n "$1" --no-pager -o cat 2>/dev/null; }
manager 1 | grep -E ' skipped because of |^Condition check resulted in ' | hex unmet
manager 1 | grep -qE "^Dependency failed for |failed with result 'dependency'" && plain dependency 1
manager 5 | grep -q 'Start request repeated too quickly' && plain limited 1
pid=$(printf '%s\\n' "$shown" | sed -n 's/^ExecMainPID=\\([1-9][0-9]*\\)$/\\1/p')
if [ -n "$pid" ] && journalctl -kq --no-pager -o cat -n 5000 2>/dev/null | grep -q "Killed process $pid "; then plain oom 1; fi
[ "$log_lines" = 0 ] || journalctl -q -u "$unit" -n "$log_lines" --no-pager -o cat 2>&1 | hex log
:`;

const stateOf = { type: 'string', description: 'active, inactive, failed, activating, …' } as const;

export default defineProbe({
  name: 'systemd.failure',
  summary: 'Why a systemd unit does not run, and what stands in the way of a start.',
  params: {
    type: 'object',
    properties: {
      name: { ...unitNameParam, description: 'Unit; .service may be left out' },
      log_lines: logLinesParam(100),
    },
    required: ['name'],
  },
  result: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Full name of the unit' },
      exists: { type: 'boolean', description: 'There is such a unit' },
      load_state: { type: 'string', description: 'loaded, not-found, masked, bad-setting, error' },
      load_error: { type: 'string', description: 'Why it could not be loaded; empty when it could' },
      active_state: stateOf,
      well: {
        type: 'boolean',
        description: 'It runs; a oneshot also when it ended without a fault, or has not run yet',
      },
      looping: { type: 'boolean', description: 'It ended, and systemd is about to start it again' },
      type: { type: 'string', description: 'Type= of a service: simple, forking, oneshot, notify, …; else empty' },
      result: {
        type: 'string',
        description: 'success, exit-code, signal, core-dump, timeout, watchdog, oom-kill, start-limit-hit, …',
      },
      ended: { type: 'string', enum: ['exit', 'signal', 'none'], description: 'How its main process ended last' },
      status: { type: 'integer', description: 'Its exit code, or the signal that ended it' },
      set_up: { type: 'string', description: 'Where systemd could not set the program up: 203/EXEC: …; else empty' },
      out_of_memory: { type: 'boolean', description: 'The kernel killed it for want of memory' },
      memory_max: { type: 'integer', description: 'Bytes it may use; 0 without a limit of its own' },
      restarts: { type: 'integer', description: 'How often systemd restarted it by itself since it was last started' },
      start_limited: { type: 'boolean', description: 'It failed so often that systemd refuses to start it for now' },
      up_seconds: { type: 'integer', description: 'How long it has been active; 0 when it is not' },
      unit_file_state: { type: 'string', description: 'enabled, disabled, static, masked, …; empty without a file' },
      installable: { type: 'boolean', description: 'It can be enabled' },
      need_reload: { type: 'boolean', description: 'Its files differ from what systemd has loaded' },
      unmet: {
        type: 'array',
        items: { type: 'string' },
        description: 'Why systemd skipped its last start, in its own words: a condition that does not hold',
      },
      dependency_failed: {
        type: 'boolean',
        description: 'Its last start was given up because a unit that it needs failed',
      },
      needs: {
        type: 'array',
        description: 'Units that it cannot run without (Requires, Requisite, BindsTo)',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string', description: 'Unit' },
            load_state: { type: 'string', description: 'loaded, not-found, masked, …' },
            active_state: stateOf,
          },
          required: ['name', 'load_state', 'active_state'],
        },
      },
      log: logLines,
    },
    required: [
      'name',
      'exists',
      'load_state',
      'load_error',
      'active_state',
      'well',
      'looping',
      'type',
      'result',
      'ended',
      'status',
      'set_up',
      'out_of_memory',
      'memory_max',
      'restarts',
      'start_limited',
      'up_seconds',
      'unit_file_state',
      'installable',
      'need_reload',
      'unmet',
      'dependency_failed',
      'needs',
      'log',
    ],
  },
  // What it needs are other units.
  reads: ({ name }) => ['service', ...unitFileResources(name), serviceResource(name)],
  fingerprint: ({ exists, load_state, well, result, status, unit_file_state, need_reload }) => ({
    exists,
    load_state,
    well,
    result,
    status,
    unit_file_state,
    need_reload,
  }),
  async read(host, { name, log_lines }) {
    const unit = unitName(name);
    const answer = await host.run({ script, variables: { unit, log_lines: String(log_lines) } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${unit}`));
    const fields = parseFields(answer.stdout);
    if (word(fields, 'rc') === '127') return unreadable(`cannot look at ${unit}: this host has no systemd (systemctl)`);
    const failure = word(fields, 'rc') === '0' ? readFailure(unit, fields) : undefined;
    return (
      failure ??
      unreadable(`cannot look at ${unit}: ${firstLine(text(fields, 'unit') ?? '') || 'systemctl said nothing'}`)
    );
  },
});
