import { defineProbe } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { onCommandLine } from './config-includes.ts';
import { findErrorLogs } from './error-logs.ts';
import { configResources, pidFile } from './params.ts';
import { readConfig } from './read-config.ts';

/**
 * The files are read, nginx is not asked: `nginx -t` and `-T` create missing logs and folders. So it cannot say that
 * nginx would accept them; that is tested where it matters, inside `nginx.current`. No file's text is in the result:
 * configurations hold passwords.
 */
export default defineProbe({
  name: 'nginx.config',
  summary: 'Which files make up nginx’s configuration, and where it logs errors.',
  params: { type: 'object', properties: { pid_file: pidFile } },
  result: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The main file' },
      files: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'Absolute path' },
            mtime_epoch: { type: 'integer', description: 'Last change of its content, epoch seconds' },
            size: { type: 'integer', description: 'Bytes' },
          },
          required: ['path', 'mtime_epoch', 'size'],
        },
        description: 'Every file that takes part, main file first',
      },
      error_logs: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            kind: {
              type: 'string',
              enum: ['file', 'stderr', 'syslog', 'remote', 'none'],
              description: 'A file, the journal (stderr, syslog), another machine’s syslog, or nowhere',
            },
            target: { type: 'string', description: 'Path of the file; else as the configuration writes it' },
            level: { type: 'string', description: 'The least level that is written' },
            server: { type: 'string', description: 'First server_name it belongs to; empty outside of servers' },
          },
          required: ['kind', 'target', 'level', 'server'],
        },
        description: 'Every error_log in force somewhere',
      },
      user: { type: 'string', description: 'The `user` directive’s user; empty when there is none' },
      includes_missing: {
        type: 'array',
        items: { type: 'string' },
        description: 'Included files that do not exist: nginx would not start',
      },
      faults: { type: 'array', items: { type: 'string' }, description: 'What nginx would refuse: FILE: line N: why' },
      truncated: {
        type: 'boolean',
        description: 'Too much to read (2,000 files, 2.7 MB of text): something is left out',
      },
    },
    required: ['path', 'files', 'error_logs', 'user', 'includes_missing', 'faults', 'truncated'],
  },
  reads: () => ['nginx:processes', ...configResources],
  async read(host, { pid_file }) {
    const read = await readConfig(host, pid_file);
    if (read instanceof Unknown) return read;
    const { config, places, stats, faults, truncated } = read;
    const atTop = [...onCommandLine(read.commandLine), ...config.directives];
    return {
      path: places.config,
      files: stats.map(({ path, modified, size }) => ({ path, mtime_epoch: Math.floor(modified), size })),
      error_logs: findErrorLogs(config.directives, onCommandLine(read.commandLine), places).map((log) => ({ ...log })),
      user: atTop.find((directive) => directive.name === 'user')?.args[0] ?? '',
      includes_missing: config.missing,
      faults,
      truncated,
    };
  },
});
