import { isObject } from '../model/json.ts';
import { readSource } from './inventory/read-file.ts';
import { parseYaml } from './parse-yaml.ts';

/** What a command line may name of a runbook. */
export interface RunbookOutline {
  readonly steps: readonly { readonly id: string; readonly title: string; readonly tags: readonly string[] }[];
  readonly params: readonly { readonly name: string; readonly isSecret: boolean }[];
}

/**
 * What stands in a runbook's file, unchecked: no pack that it names is loaded, so that nothing of it runs. `undefined`: it is no
 * YAML, or cannot be read.
 */
export async function readOutline(file: string): Promise<RunbookOutline | undefined> {
  const source = await readSource(file);
  if ('message' in source) return undefined;
  const root = parseYaml(source).value?.value;
  if (!isObject(root)) return undefined;
  const steps: unknown = root['steps'];
  const params: unknown = root['params'];
  return {
    steps: (Array.isArray(steps) ? steps : []).flatMap((step: unknown) =>
      isObject(step) && typeof step['id'] === 'string'
        ? [{ id: step['id'], title: String(step['title'] ?? ''), tags: textsIn(step['tags']) }]
        : [],
    ),
    params: Object.entries(isObject(params) ? params : {}).map(([name, param]) => ({
      name,
      isSecret: isObject(param) && param['type'] === 'secret',
    })),
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
