import { defineProbe, unreadable } from '../../model/probe.ts';
import { lineOf } from './answer-lines.ts';
import { kernelFunctions, parseAccess } from './kernel-access.ts';
import { accessSchema } from './schemas.ts';

const script = `${kernelFunctions}
[ -e "$fs/access" ] && echo 'selinux yes' || { echo 'selinux no'; exit 0; }
ask "$source_context" "$target_context" "$class" "$permission"
`;

export default defineProbe({
  name: 'selinux.access',
  summary: 'Whether the policy now allows an access: the kernel’s own answer, which leaves no trace in the audit log.',
  params: accessSchema,
  result: {
    type: 'object',
    properties: {
      allowed: { type: 'boolean', description: 'The policy allows it; also asked while SELinux is permissive' },
      permissive: { type: 'boolean', description: 'The source’s domain is permissive: it is never stopped' },
    },
    required: ['allowed', 'permissive'],
  },
  reads: () => ['selinux.policy'],
  async read(host, { source, target, class: className, permission }) {
    const answer = await host.run({
      script,
      variables: { source_context: source, target_context: target, class: className, permission },
    });
    if (lineOf(answer.stdout, 'selinux') !== 'yes') return unreadable('SELinux is disabled: it decides nothing here');
    const decision = parseAccess(lineOf(answer.stdout, 'access') ?? '');
    if (!decision || decision.allowed === 'unknown') {
      return unreadable(`this host's policy does not know ${source}, ${target} or ${className} ${permission}`);
    }
    return { allowed: decision.allowed === 'yes', permissive: decision.permissive };
  },
});
