import type { SavedPlan } from '../model/saved-plan.ts';
import type { Secret } from '../model/secret.ts';

/**
 * Which secret is not given from where it came when the plan was made; `undefined`: none. A plan knows no more of them: a hash of
 * a short one would give it away to whoever reads the file.
 */
export function otherSource(
  { request }: SavedPlan,
  secrets: ReadonlyMap<string, Secret> = new Map(),
): string | undefined {
  const other = request.extra.find(({ name, from }) => from !== undefined && secrets.get(name)?.from !== from);
  if (other === undefined) return undefined;
  const now = secrets.get(other.name)?.from ?? 'elsewhere';
  return `param ${other.name} came from ${other.from} when the plan was made, and comes from ${now} now; make a new plan`;
}
