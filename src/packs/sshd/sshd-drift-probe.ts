import { defineProbe } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import type { ConfigLine } from './config-lines.ts';
import { readDaemon } from './daemon.ts';
import { dropInContent, dropInPath, shadowedBy, sourceOf } from './drop-in.ts';
import { sshdResources } from './resources.ts';
import { type Drift, findDrift, readEffective, type Wanted, wantedSchema } from './settings.ts';

export default defineProbe({
  name: 'sshd.drift',
  summary:
    'Which settings of the sshd that we came through are laxer than wanted, by its own word (sshd -T), and where they come from.',
  params: { ...wantedSchema },
  result: {
    type: 'object',
    properties: {
      config: { type: 'string', description: 'Its main file' },
      wanted: { ...wantedSchema, description: 'What was asked for, for another look' },
      settings: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            setting: { type: 'string', description: 'As sshd_config spells it' },
            now: { type: 'string', description: 'What it is' },
            wanted: { type: 'string', description: 'What it has to be' },
            source: {
              type: 'string',
              description: 'Where it is said: file:line, or "command line"; empty: it is built in',
            },
            shadowed: {
              type: 'boolean',
              description: 'mendgate’s own file could not change it: that place is read before',
            },
          },
          required: ['setting', 'now', 'wanted', 'source', 'shadowed'],
        },
        description: 'Laxer than wanted, for everybody',
      },
      exceptions: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            match: { type: 'string', description: 'For whom: the criteria of the Match block' },
            setting: { type: 'string', description: 'As sshd_config spells it' },
            now: { type: 'string', description: 'What it is for them' },
            source: { type: 'string', description: 'file:line' },
          },
          required: ['match', 'setting', 'now', 'source'],
        },
        description: 'Laxer than wanted, for some only, and not accepted',
      },
      drop_in: {
        type: 'string',
        description: 'Path for mendgate’s own file; empty: sshd includes no folder of *.conf files',
      },
      content: { type: 'string', description: 'What that file has to hold' },
      current: {
        type: 'boolean',
        description: 'The running sshd has loaded its files as they are; also true where each connection reads them',
      },
    },
    required: ['config', 'wanted', 'settings', 'exceptions', 'drop_in', 'content', 'current'],
  },
  reads: () => sshdResources,
  async read(host, wanted) {
    const daemon = await readDaemon(host);
    if (daemon instanceof Unknown) return daemon;
    const { lines, options, config } = daemon;
    const drift = findDrift(daemon.effective, wanted);
    const path = dropInPath(lines);
    const given = new Set(
      options.flatMap((option, at) =>
        options[at - 1] === '-o' ? [(option.split(/[\s=]/)[0] ?? '').toLowerCase()] : [],
      ),
    );
    return {
      config,
      wanted,
      settings: drift.map((each) => {
        const onCommandLine = given.has(each.setting.toLowerCase());
        return {
          ...each,
          source: onCommandLine ? 'command line' : sourceOf(each.setting, lines),
          shadowed: onCommandLine || shadowedBy(each.setting, path, lines) !== '',
        };
      }),
      exceptions: findExceptions(lines, wanted),
      drop_in: path,
      content: path === '' ? '' : dropInContent(path, lines, drift),
      current: daemon.loaded >= daemon.changed,
    };
  },
});

/** A Match block overrules what is said for everybody. */
function findExceptions(lines: readonly ConfigLine[], wanted: Wanted) {
  return lines.flatMap(({ match, keyword, value, file, line }) => {
    if (match === '' || wanted.accepted_exceptions.includes(match)) return [];
    const lax: readonly Drift[] = findDrift(readEffective(`${keyword} ${value.toLowerCase()}`), wanted);
    return lax.map(({ setting, now }) => ({ match, setting, now, source: `${file}:${line}` }));
  });
}
