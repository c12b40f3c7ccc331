import { again, defineAction } from '../../model/action.ts';
import { Unknown } from '../../model/unknown.ts';
import { readDaemon } from './daemon.ts';
import { reloadScript } from './reload-script.ts';
import { sshdResources } from './resources.ts';

interface State {
  /** 0: each connection reads the files. */
  readonly master: number;
  readonly unit: string;
  readonly program: string;
  readonly options: readonly string[];
  readonly pid_file: string;
  /** The files are newer than what it has loaded. */
  readonly stale: boolean;
}
type Change = State;

export default defineAction({
  name: 'sshd.current',
  summary:
    'The running sshd has loaded its files as they are now: tested (sshd -t), then reloaded, only when they are newer. Open sessions stay.',
  params: { type: 'object', properties: {} },
  reads: () => sshdResources,
  touches: (_change: Change) => ['sshd', 'service:ssh', 'service:sshd', 'tcp'],
  async inspect(host) {
    const daemon = await readDaemon(host);
    if (daemon instanceof Unknown) return daemon;
    const { master, unit, program, options, pidFile, loaded, changed } = daemon;
    return {
      master,
      unit,
      program,
      options,
      pid_file: pidFile === 'none' ? '' : pidFile,
      stale: loaded < changed,
    };
  },
  diff: (state: State): Change | undefined => (state.master > 0 && state.stale ? state : undefined),
  // Files that an earlier call of the same fix writes are tested in any case: sshd may read them only at its next start.
  diffAfter: (state: State): Change | undefined => state,
  describe: ({ master }) =>
    master === 0 ? 'sshd: test its files' : 'sshd: test its files, then reload; open sessions stay',
  apply: ({ master, unit, program, options, pid_file }) => [
    {
      script: reloadScript,
      variables: {
        MASTER: String(master),
        UNIT: unit,
        PROGRAM: program,
        OPTIONS: options.join('\n'),
        PIDFILE: pid_file,
      },
    },
  ],
  rollback: again,
});
