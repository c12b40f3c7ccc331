import type { Rule } from '../rule.ts';
import type { Call } from '../view.ts';

/** mendgate looks again itself whether the state that an action names is there; of these that is all there is to claim. */
function provesItself({ call, params }: Call): boolean {
  if (call === 'package.installed') return true;
  return call === 'service.state' && params['state'] === undefined;
}

export default {
  id: 'lint/no-verify',
  severity: 'warning',
  title: 'a fix without verify',
  reason:
    'mendgate looks again whether the state is there that an action names: the file has the text, the service is started. Whether that does what it was made for (the service answers, the access is allowed) only `verify` says. Without it a fix that changes nothing for the better counts as made.',
  instead: 'add `verify:` with what must hold afterwards, read anew: verify: { probes: { … }, that: …, within: 30s }',
  example: {
    bad: 'fix:\n  - service.state: { name: app, state: started }',
    good: 'fix:\n  - service.state: { name: app, state: started }\nverify:\n  probes: { answer: { tcp.connect: { address: 127.0.0.1, port: 8080 } } }\n  that: answer.connected\n  within: 30s',
  },
  check: ({ steps }) =>
    steps.flatMap(({ units }) =>
      units
        .filter(({ verify, calls }) => verify === undefined && calls.length > 0 && !calls.every(provesItself))
        .map(({ path }) => ({ path, part: 'key' as const, message: 'nobody looks whether this fix helped' })),
    ),
} satisfies Rule;
