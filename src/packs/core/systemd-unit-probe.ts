import { defineProbe, unreadable } from '../../model/probe.ts';
import { bytes, fieldFunctions, parseFields, word } from './fields.ts';
import { logLines, logLinesParam } from './log-lines.ts';
import { serviceResource, unitFileResources, unitName, unitNameParam } from './unit-name.ts';
import { isActive, isEnabled, isInstallable, parseUnit, showUnit } from './unit-properties.ts';
import { firstLine, saysForbidden, whyNot } from './why-not.ts';

const script = `${fieldFunctions}
shown=$(${showUnit} 2>&1); rc=$?
plain rc "$rc"
printf '%s\\n' "$shown" | hex unit
if [ "$log_lines" -gt 0 ]; then
  lines=$(journalctl -q -u "$unit" -n "$log_lines" --no-pager -o cat 2>&1); rc=$?
  plain log_rc "$rc"
  printf '%s' "$lines" | hex log
  if [ "$(id -u)" != 0 ]; then case " $(id -Gn) " in *' adm '*|*' systemd-journal '*|*' wheel '*) ;; *) plain log_blind 1 ;; esac; fi
fi
:`;

export default defineProbe({
  name: 'systemd.unit',
  summary: 'Whether a systemd unit runs, since when, and whether it starts at boot.',
  params: {
    type: 'object',
    properties: {
      name: { ...unitNameParam, description: 'Unit; .service may be left out' },
      log_lines: logLinesParam(1000),
    },
    required: ['name'],
  },
  result: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Full name of the unit' },
      exists: { type: 'boolean', description: 'There is such a unit' },
      load_state: { type: 'string', description: 'loaded, not-found, masked, bad-setting, error' },
      active: { type: 'boolean', description: 'It runs (or, for a oneshot, has run)' },
      active_state: { type: 'string', description: 'active, reloading, inactive, failed, activating, deactivating' },
      sub_state: {
        type: 'string',
        description: "The unit type's own word: running, exited, dead, auto-restart, listening, …",
      },
      enabled: { type: 'boolean', description: 'It starts at every boot' },
      unit_file_state: {
        type: 'string',
        description: 'enabled, disabled, static, masked, generated, …; empty without a file',
      },
      masked: { type: 'boolean', description: 'It cannot be started' },
      installable: { type: 'boolean', description: 'It can be enabled: its file has an [Install] section' },
      result: {
        type: 'string',
        description: 'How it ended last: success, exit-code, signal, oom-kill, timeout, start-limit-hit, …',
      },
      restarts: { type: 'integer', description: 'How often systemd restarted it by itself since it was last started' },
      main_pid: { type: 'integer', description: 'Main process; 0 when none runs' },
      started_epoch: { type: 'integer', description: 'When it became active, in seconds since 1970' },
      fragment_path: { type: 'string', description: 'Its unit file' },
      need_reload: { type: 'boolean', description: 'Its files differ from what systemd has loaded' },
      log: logLines,
    },
    required: [
      'name',
      'exists',
      'load_state',
      'active',
      'active_state',
      'sub_state',
      'enabled',
      'unit_file_state',
      'masked',
      'installable',
      'result',
      'restarts',
      'main_pid',
      'need_reload',
      'log',
    ],
  },
  reads: ({ name }) => [serviceResource(name), ...unitFileResources(name)],
  fingerprint: ({ exists, active, enabled, masked, result }) => ({ exists, active, enabled, masked, result }),
  async read(host, { name, log_lines }) {
    const unit = unitName(name);
    const answer = await host.run({ script, variables: { unit, log_lines: String(log_lines) } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${unit}`));
    const fields = parseFields(answer.stdout);
    const shown = bytes(fields, 'unit')?.toString('utf8') ?? '';
    if (word(fields, 'rc') === '127') return unreadable(`cannot look at ${unit}: this host has no systemd (systemctl)`);
    const properties = word(fields, 'rc') === '0' ? parseUnit(shown) : undefined;
    if (properties === undefined) return unreadable(`cannot look at ${unit}: ${firstLine(shown)}`);
    const log = bytes(fields, 'log')?.toString('utf8') ?? '';
    if (log_lines > 0 && word(fields, 'log_rc') !== '0')
      return unreadable(`cannot read the journal of ${unit}: ${firstLine(log)}`);
    if (log_lines > 0 && (saysForbidden(firstLine(log)) || (log === '' && fields.has('log_blind')))) {
      return unreadable(`reading the journal of ${unit} needs root or the group systemd-journal`);
    }
    const { loadState, activeState, subState, fileState, result, restarts, mainPid, started, fragmentPath } =
      properties;
    return {
      name: unit,
      exists: loadState !== 'not-found',
      load_state: loadState,
      active: isActive(activeState),
      active_state: activeState,
      sub_state: subState,
      enabled: isEnabled(fileState),
      unit_file_state: fileState,
      masked: loadState === 'masked',
      installable: isInstallable(fileState),
      result,
      restarts,
      main_pid: mainPid,
      ...(started === undefined ? {} : { started_epoch: started }),
      ...(fragmentPath === '' ? {} : { fragment_path: fragmentPath }),
      need_reload: properties.needReload,
      log: log === '' ? [] : log.split('\n'),
    };
  },
});
