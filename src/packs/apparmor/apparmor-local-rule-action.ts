import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { bytes, type Fields, integer, word, words } from '../core/fields.ts';
import { writeLocalRuleScript } from './local-rule-script.ts';
import { profileFolder as folder, lookAtProfile, profileName, readProfile } from './profile-facts.ts';

interface State {
  /** The file that defines the profile. */
  readonly profileFile: string;
  /** The file for the site's own rules, which the profile includes. */
  readonly local: string;
  readonly exists: boolean;
  readonly text: string;
  /** Whether the kernel has what the files say today. */
  readonly current: 'yes' | 'no' | 'unknown';
}
interface Change {
  readonly profile: string;
  readonly profileFile: string;
  readonly local: string;
  /** Those that the file lacks. */
  readonly missing: readonly string[];
  readonly rules: readonly string[];
  readonly before: string;
  readonly after: string;
  /** The files were changed since the profile was loaded: all of that takes effect too. */
  readonly stale: boolean;
}

export default defineAction({
  name: 'apparmor.local_rule',
  summary: 'A loaded AppArmor profile also has these rules, in its file for local rules.',
  params: {
    type: 'object',
    properties: {
      profile: {
        ...profileName,
        description: 'Name of the profile, as the kernel and `apparmor.denials` give it',
      },
      rules: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: {
          type: 'string',
          // No wildcard, variable or quote: a path that comes from a log must mean that one file. No execute.
          pattern:
            '^(?:(?:owner )?/[A-Za-z0-9._/+:=@-]{1,400} [rwkl]{1,4},|network (?:inet|inet6|unix)(?: (?:stream|dgram))?,)$',
          description: 'One rule: `/run/app.sock rw,` (no wildcards, no execute) or `network inet stream,`',
        },
        description: 'Rules that it has, each as a line of its own',
      },
    },
    required: ['profile', 'rules'],
  },
  reads: () => [`file:${folder}/*`, 'apparmor'],
  touches: ({ local }: Change) => [`file:${local}`, 'apparmor', 'http', 'tcp'],
  async inspect(host, { profile }): Promise<State | Unknown> {
    return readLocalRule(await lookAtProfile(host, profile), profile);
  },
  diff(state: State, { profile, rules }): Change | undefined {
    const { profileFile, local, text: before, current } = state;
    const stale = current === 'no';
    const lines = before.split('\n').map((line) => line.trim());
    const missing = [...new Set(rules)].filter((rule) => !lines.includes(rule));
    if (missing.length === 0 && !stale) return undefined;
    const gap = before === '' || before.endsWith('\n') ? '' : '\n';
    const after = missing.length === 0 ? before : `${before}${gap}${missing.join('\n')}\n`;
    return { profile, profileFile, local, rules, missing, before, after, stale };
  },
  describe({ profile, profileFile, local, rules, missing, stale }: Change) {
    const quoted = (list: readonly string[]) => list.map((rule) => `"${rule}"`).join(', ');
    const how =
      missing.length === 0 ? `load ${quoted(rules)} of ${local}` : `also allows ${quoted(missing)}, in ${local}`;
    const more = stale ? `; what else changed in ${profileFile} since it was loaded takes effect too` : '';
    return `AppArmor profile ${profile}: ${how}${more}`;
  },
  contents: ({ local, before, after }: Change) => (before === after ? [] : [{ label: local, before, after }]),
  apply: ({ local, profileFile, after }: Change) => [write(local, profileFile, after)],
  rollback: undo(({ local, profileFile }: Change, { exists, text: before }: State) => [
    exists ? write(local, profileFile, before) : write(local, profileFile, undefined),
  ]),
});

function write(local: string, profileFile: string, content: string | undefined): Command {
  const variables = {
    LOCAL: local,
    PROFILEFILE: profileFile,
    CACHE: '/var/cache/apparmor',
    REMOVE: content === undefined ? '1' : '',
  };
  return { script: writeLocalRuleScript, variables, ...(content === undefined ? {} : { stdin: content }) };
}

/** What `findLocalRuleScript` found, or why a rule cannot be added there. */
export function readLocalRule(fields: Fields, profile: string): State | Unknown {
  if (word(fields, 'parser') === undefined) return unreadable('apparmor_parser is not installed: package apparmor');
  if (word(fields, 'loaded_read') === undefined)
    return unreadable('the loaded AppArmor profiles cannot be read: needs root, or AppArmor is off');
  if (word(fields, 'loaded') === undefined) return unreadable(`the profile ${profile} is not loaded`);
  const denied = words(fields, 'denied');
  if (denied.length > 0) return unreadable(`cannot read ${denied[0]}: needs root`);
  const { files, local: name, current } = readProfile(fields);
  const [file] = files;
  if (file === undefined) return unreadable(`no file in ${folder} defines the profile ${profile}`);
  if (files.length > 1) return unreadable(`${files.length} files in ${folder} define the profile ${profile}`);
  if (name === '') return unreadable(`${file} does not include a file of ${folder}/local: add the rule by hand`);
  if ((integer(fields, 'size') ?? 0) > 65_536) return unreadable(`${folder}/local/${name} is larger than 64 KiB`);
  const content = bytes(fields, 'text');
  const before = content?.toString('utf8') ?? '';
  if (content && !content.equals(Buffer.from(before))) return unreadable(`${folder}/local/${name} is not UTF-8 text`);
  return { profileFile: file, local: `${folder}/local/${name}`, exists: content !== undefined, text: before, current };
}
