import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { unreadable } from '../../model/probe.ts';
import type { Unknown } from '../../model/unknown.ts';
import { bytes, type Fields, fieldFunctions, integer, parseFields, text, word, words } from '../core/fields.ts';
import { findLocalRuleScript, writeLocalRuleScript } from './local-rule-script.ts';

const folder = '/etc/apparmor.d';

interface State {
  /** The file that defines the profile. */
  readonly profileFile: string;
  /** The file for the site's own rules, which the profile includes. */
  readonly local: string;
  readonly exists: boolean;
  readonly text: string;
}
interface Change {
  readonly profile: string;
  readonly profileFile: string;
  readonly local: string;
  readonly rule: string;
  readonly before: string;
  readonly after: string;
}

export default defineAction({
  name: 'apparmor.local_rule',
  summary: 'A loaded AppArmor profile also has this rule, in its file for local rules.',
  params: {
    type: 'object',
    properties: {
      profile: {
        type: 'string',
        pattern: '^[A-Za-z0-9/][A-Za-z0-9/_.{},*+@-]{0,200}$',
        description: 'Name of the profile, as the kernel and `apparmor.denials` give it',
      },
      rule: {
        type: 'string',
        // No wildcard, variable or quote: a path that comes from a log must mean that one file. No execute.
        pattern:
          '^(?:(?:owner )?/[A-Za-z0-9._/+:=@-]{1,400} [rwkl]{1,4},|network (?:inet|inet6|unix)(?: (?:stream|dgram))?,)$',
        description: 'One rule: `/run/app.sock rw,` (no wildcards, no execute) or `network inet stream,`',
      },
    },
    required: ['profile', 'rule'],
  },
  reads: () => [`file:${folder}/*`, 'apparmor'],
  touches: ({ local }: Change) => [`file:${local}`, 'apparmor', 'http', 'tcp'],
  async inspect(host, { profile }): Promise<State | Unknown> {
    const answer = await host.run({
      script: `${fieldFunctions}${findLocalRuleScript}`,
      variables: { PROFILE: profile, DIR: folder, SECURITYFS: '/sys/kernel/security/apparmor' },
    });
    return readLocalRule(parseFields(answer.stdout), profile);
  },
  diff(state: State, { profile, rule }): Change | undefined {
    const present = state.text.split('\n').some((line) => line.trim() === rule);
    if (present) return undefined;
    const { profileFile, local, text: before } = state;
    const gap = before === '' || before.endsWith('\n') ? '' : '\n';
    return { profile, profileFile, local, rule, before, after: `${before}${gap}${rule}\n` };
  },
  describe: ({ profile, rule }: Change) => `AppArmor profile ${profile}: also allows "${rule}"`,
  contents: ({ local, before, after }: Change) => [{ label: local, before, after }],
  apply: ({ local, profileFile, after }: Change) => [write(local, profileFile, after)],
  rollback: undo(({ local, profileFile }: Change, { exists, text: before }: State) => [
    exists ? write(local, profileFile, before) : write(local, profileFile, undefined),
  ]),
});

function write(local: string, profileFile: string, content: string | undefined): Command {
  const variables = { LOCAL: local, PROFILEFILE: profileFile, REMOVE: content === undefined ? '1' : '' };
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
  const files = words(fields, 'file');
  const file = text(fields, 'file');
  if (file === undefined) return unreadable(`no file in ${folder} defines the profile ${profile}`);
  if (files.length > 1) return unreadable(`${files.length} files in ${folder} define the profile ${profile}`);
  const name = text(fields, 'local') ?? '';
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/.test(name)) {
    return unreadable(`${file} does not include a file of ${folder}/local: add the rule by hand`);
  }
  if ((integer(fields, 'size') ?? 0) > 65_536) return unreadable(`${folder}/local/${name} is larger than 64 KiB`);
  const content = bytes(fields, 'text');
  const before = content?.toString('utf8') ?? '';
  if (content && !content.equals(Buffer.from(before))) return unreadable(`${folder}/local/${name} is not UTF-8 text`);
  return { profileFile: file, local: `${folder}/local/${name}`, exists: content !== undefined, text: before };
}
