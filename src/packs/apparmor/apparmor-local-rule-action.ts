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
  /** The folder of local files is there. */
  readonly folder: boolean;
  /** Whether the kernel surely has what the files say today. */
  readonly current: 'yes' | 'unknown';
}
interface Change {
  readonly profile: string;
  readonly profileFile: string;
  readonly local: string;
  /** Those that the file lacks. */
  readonly missing: readonly string[];
  readonly before: string;
  readonly after: string;
  /** Nobody can tell whether the files were changed since the profile was loaded: if so, all of that takes effect too. */
  readonly unsure: boolean;
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
    const missing = missingRules(before, rules);
    if (missing.length === 0) return undefined;
    const after = withRules(before, missing);
    return { profile, profileFile, local, missing, before, after, unsure: current !== 'yes' };
  },
  describe({ profile, profileFile, local, missing, unsure }: Change) {
    const quoted = missing.map((rule) => `"${rule}"`).join(', ');
    const more = unsure
      ? `; if ${profileFile} was changed since it was loaded, which this host does not tell, that takes effect too, and stays after an undo`
      : '';
    return `AppArmor profile ${profile}: also allows ${quoted}, in ${local}${more}`;
  },
  contents: ({ local, before, after }: Change) => [{ label: local, before, after }],
  apply: ({ local, profileFile, after }: Change) => [write(local, profileFile, after)],
  rollback: undo(({ local, profileFile }: Change, { exists, text: before, folder }: State) => [
    exists ? write(local, profileFile, before) : remove(local, profileFile, !folder),
  ]),
  // Its own lines go; what others wrote beside them since stays.
  rebase(before: State, now: State, { rules }): State | undefined {
    const own = missingRules(before.text, rules);
    if (now.text === withRules(before.text, own)) return before;
    const lines = now.text.split('\n');
    const found = own.map((rule) => lines.filter((line) => line.trim() === rule).length);
    if (found.every((count) => count === 0)) return now;
    if (found.some((count) => count !== 1)) return undefined;
    return { ...now, text: lines.filter((line) => !own.includes(line.trim())).join('\n') };
  },
});

function missingRules(text: string, rules: readonly string[]): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(rules)].filter((rule) => !lines.includes(rule));
}

function withRules(text: string, rules: readonly string[]): string {
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${rules.join('\n')}\n`;
}

function write(local: string, profileFile: string, content: string): Command {
  return { script: writeLocalRuleScript, variables: variables(local, profileFile, false, false), stdin: content };
}

function remove(local: string, profileFile: string, withFolder: boolean): Command {
  return { script: writeLocalRuleScript, variables: variables(local, profileFile, true, withFolder) };
}

function variables(local: string, profileFile: string, removes: boolean, withFolder: boolean) {
  return {
    LOCAL: local,
    PROFILEFILE: profileFile,
    CACHE: '/var/cache/apparmor',
    REMOVE: removes ? '1' : '',
    REMOVEFOLDER: withFolder ? '1' : '',
  };
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
  const path = `${folder}/local/${name}`;
  const odd = word(fields, 'odd');
  if (odd !== undefined)
    return unreadable(`${path} is ${odd === 'link' ? 'a symbolic link' : 'no regular file'}: add the rule by hand`);
  if (current === 'no')
    return unreadable(
      `${file}, or what it includes, was changed since the kernel loaded it, and loading it would put all of that in force: look at it, then apparmor_parser -r ${file}`,
    );
  if ((integer(fields, 'size') ?? 0) > 65_536) return unreadable(`${path} is larger than 64 KiB`);
  const content = bytes(fields, 'text');
  const before = content?.toString('utf8') ?? '';
  if (content && !content.equals(Buffer.from(before))) return unreadable(`${path} is not UTF-8 text`);
  const exists = content !== undefined;
  const hasFolder = word(fields, 'no_folder') === undefined;
  return { profileFile: file, local: path, exists, text: before, folder: hasFolder, current };
}
