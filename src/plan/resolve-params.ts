import type { Host } from '../model/inventory.ts';
import type { ParamDeclaration } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { Value } from '../model/value.ts';
import { type Converted, convertText, convertValue } from './convert-param.ts';

/** A host's params, with where each came from, or what is wrong. */
export interface ResolvedParams {
  readonly params: { readonly [name: string]: Value };
  readonly sources: { readonly [name: string]: string };
  readonly problems: readonly string[];
}

/** First found: `--secret`; `-e`; the inventory variable of that name; the default. None and not optional: a problem. */
export function resolveParams(
  declarations: readonly ParamDeclaration[],
  extra: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, Secret>,
  host: Host,
): ResolvedParams {
  const params: Record<string, Value> = {};
  const sources: Record<string, string> = {};
  const problems: string[] = [];
  for (const param of declarations) {
    const found = find(param, extra, secrets, host);
    if (found === undefined) {
      if (!param.optional)
        problems.push(`param ${param.name} has no value: add ${optionFor(param)} or set it in the inventory`);
      continue;
    }
    if (found.converted.ok) {
      params[param.name] = found.converted.value;
      sources[param.name] = found.source;
    } else {
      problems.push(`param ${param.name} (${found.source}): ${found.converted.problem}`);
    }
  }
  return { params, sources, problems };
}

function optionFor({ name, type }: ParamDeclaration): string {
  return type === 'secret' ? `--secret ${name}=prompt` : `-e ${name}=…`;
}

function find(
  param: ParamDeclaration,
  extra: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, Secret>,
  host: Host,
): { readonly converted: Converted; readonly source: string } | undefined {
  const secret = secrets.get(param.name);
  if (secret !== undefined) return { converted: convertValue(param, secret), source: '--secret' };
  const given = extra.get(param.name);
  if (given !== undefined) return { converted: convertText(param, given), source: '-e' };
  const variable = host.vars[param.name];
  if (variable !== undefined) {
    return { converted: convertValue(param, variable), source: `inventory (${host.origins[param.name] ?? 'host'})` };
  }
  if (param.default !== undefined) return { converted: convertValue(param, param.default), source: 'default' };
  return undefined;
}

/** A used runbook's params: what `with` gives, by the declared types, and defaults for the rest. */
export function convertGiven(
  declarations: readonly ParamDeclaration[],
  given: { readonly [name: string]: Value },
): Pick<ResolvedParams, 'params' | 'problems'> {
  const params: Record<string, Value> = {};
  const problems: string[] = [];
  for (const param of declarations) {
    const value = given[param.name] ?? param.default;
    if (value === undefined) {
      if (!param.optional) problems.push(`param ${param.name} is missing`);
      continue;
    }
    const converted = convertValue(param, value);
    if (converted.ok) params[param.name] = converted.value;
    else problems.push(`param ${param.name}: ${converted.problem}`);
  }
  return { params, problems };
}
