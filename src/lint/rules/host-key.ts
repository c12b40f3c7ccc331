import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/host-key',
  severity: 'error',
  title: 'ssh to whoever answers',
  reason:
    'Without the check of its key anybody on the way can be the other host: read what is sent, and answer what they like.',
  instead: 'put the key into known_hosts first, or name the other machine in the inventory and let mendgate reach it',
  example: {
    bad: script('ssh -o StrictHostKeyChecking=no backup true'),
    good: script('ssh -o StrictHostKeyChecking=yes backup true'),
  },
  finds: ({ argv }) =>
    runs(argv, /^(?:ssh|scp|sftp|rsync)$/) &&
    /StrictHostKeyChecking[= ]"?(?:no|off)\b|UserKnownHostsFile[= ]"?\/dev\/null/i.test(argv.join(' '))
      ? 'this believes any key'
      : undefined,
});
