import { isObject } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import { ansibleKey, playbook } from './ansible-words.ts';
import { describeViolations, type ExplainKey } from './describe-violation.ts';
import type { Located } from './parse-yaml.ts';
import type { Report } from './report.ts';
import { skeletonSchema } from './skeleton-schema.ts';
import { schemaValidator } from './validators.ts';

/** Schema = shape; the `read-*.ts` files = meaning. Reports every violation of the skeleton, at its key or value. */
export function checkShape({ value }: Located, registry: Registry, report: Report): void {
  if (Array.isArray(value)) {
    report.at([], playbook.code, playbook.message, { help: playbook.help });
    return;
  }
  const subject = { schema: skeletonSchema, value, prefix: 'runbook', explainKey: explainer(registry) };
  for (const problem of describeViolations(schemaValidator(skeletonSchema)(value), subject)) {
    report.at(problem.path, problem.code, problem.message, { help: problem.help, part: problem.part });
  }
}

/** Keys that make sense somewhere else, or in Ansible. */
function explainer(registry: Registry): ExplainKey {
  return (key, container) => {
    const isStep = container === skeletonSchema.$defs.step;
    const isCall = container === skeletonSchema.$defs.actionCall || container === skeletonSchema.$defs.probeCall;
    if (isStep && registry.probes.has(key)) {
      const help = `probes: { name: { ${key}: { … } } }`;
      return { code: 'ansible/register', message: 'a probe is named by its key in `probes`', help };
    }
    if (isStep && registry.actions.has(key)) {
      return {
        code: 'runbook/call-outside-fix',
        message: `\`${key}\` is an action: it stands in \`fix\``,
        help: `fix:\n  - ${key}: { … }`,
      };
    }
    if (key === 'hosts' || key === 'name' || !isObject(container['properties'])) {
      return isStep || container === skeletonSchema ? ansibleKey(key) : undefined;
    }
    return isStep || isCall || container === skeletonSchema || container === skeletonSchema.$defs.check
      ? ansibleKey(key)
      : undefined;
  };
}
