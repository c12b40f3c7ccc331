import type { Catalog } from '../model/pack.ts';
import { ansibleKey, playbook } from './ansible-words.ts';
import { describeViolations, type ExplainKey } from './describe-violation.ts';
import type { Located, Path } from './parse-yaml.ts';
import type { Report } from './report.ts';
import { skeletonSchema } from './skeleton-schema.ts';
import { schemaValidator } from './validators.ts';

/** Schema = shape; the `read-*.ts` files = meaning. Reports every violation of the skeleton, at its key or value. */
export function checkShape({ value, writtenAt }: Located, registry: Catalog, report: Report): void {
  if (Array.isArray(value)) {
    report.at([], playbook.code, playbook.message, { help: playbook.help });
    return;
  }
  const subject = {
    schema: skeletonSchema,
    value,
    prefix: 'runbook',
    explainKey: explainer(registry),
    writtenAt: (path: Path) => writtenAt(path)?.text,
  };
  for (const problem of describeViolations(schemaValidator(skeletonSchema)(value), subject)) {
    report.at(problem.path, problem.code, problem.message, { help: problem.help, part: problem.part });
  }
}

const { step, actionCall, probeCall, check, alternative } = skeletonSchema.$defs;
const ansiblePlaces: readonly object[] = [skeletonSchema, step, actionCall, probeCall, check, alternative];

/** Keys that make sense somewhere else, or in Ansible. */
function explainer(registry: Catalog): ExplainKey {
  return (key, container) => {
    const isStep = container === step;
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
    return ansiblePlaces.includes(container) ? ansibleKey(key) : undefined;
  };
}
