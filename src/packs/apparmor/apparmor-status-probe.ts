import { defineProbe, unreadable } from '../../model/probe.ts';
import { bytes, word, words } from '../core/fields.ts';
import { lookAtProfile, profileFolder, profileModes, readProfile } from './profile-facts.ts';

export default defineProbe({
  name: 'apparmor.status',
  summary: 'Whether AppArmor is on, how a profile is loaded, and where its file takes the site’s own rules.',
  params: {
    type: 'object',
    properties: {
      profile: {
        type: 'string',
        pattern: '^(?:[A-Za-z0-9/][A-Za-z0-9/_.{},*+@-]{0,200})?$',
        description: 'Name of the profile, as `nginx.worker` gives it; empty: only whether AppArmor is on',
      },
    },
    required: ['profile'],
  },
  result: {
    type: 'object',
    properties: {
      enabled: { type: 'boolean', description: 'The kernel runs AppArmor' },
      profile: { type: 'string', description: 'The profile asked for' },
      loaded: { type: 'boolean', description: 'The kernel has it' },
      mode: { type: 'string', enum: profileModes, description: 'How it is loaded; empty when it is not' },
      loaded_epoch_ms: {
        type: 'integer',
        description:
          'When the kernel got it, epoch ms (whole seconds): older denials need not hold any more; 0 = unknown',
      },
      file: { type: 'string', description: 'The file that defines it; empty when none or several do' },
      local: { type: 'string', description: 'The file for the site’s own rules that it includes; empty when none' },
      included: { type: 'boolean', description: 'It includes such a file' },
      local_exists: { type: 'boolean', description: 'That file is there' },
      current: {
        type: 'string',
        enum: ['yes', 'no', 'unknown'],
        description: 'Whether the kernel has what the file says today; unknown where several profiles share the file',
      },
    },
    required: [
      'enabled',
      'profile',
      'loaded',
      'mode',
      'loaded_epoch_ms',
      'file',
      'local',
      'included',
      'local_exists',
      'current',
    ],
  },
  reads: () => [`file:${profileFolder}/*`, 'apparmor'],
  async read(host, { profile }) {
    const fields = await lookAtProfile(host, profile);
    const facts = readProfile(fields);
    const { enabled, mode, loadedMs, files, local, current } = facts;
    if (enabled && profile !== '' && word(fields, 'loaded_read') === undefined)
      return unreadable('the loaded AppArmor profiles cannot be read: needs root');
    const denied = words(fields, 'denied');
    if (enabled && profile !== '' && denied.length > 0) return unreadable(`cannot read ${denied[0]}: needs root`);
    const [file = ''] = files.length === 1 ? files : [];
    const included = file !== '' && local !== '';
    return {
      enabled,
      profile,
      loaded: mode !== '',
      mode,
      loaded_epoch_ms: loadedMs,
      file,
      local: included ? `${profileFolder}/local/${local}` : '',
      included,
      local_exists: bytes(fields, 'text') !== undefined,
      current,
    };
  },
});
