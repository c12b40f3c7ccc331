import type { ForeseenProbe } from '../../model/action.ts';
import type { Json } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { typeOf } from './context.ts';
import { isJsonObject } from './json-object.ts';
import { opensType } from './known-booleans.ts';

interface Setting {
  readonly name: string;
  readonly to: boolean;
}

/** What a probe would answer once these booleans are set; `undefined` where that is not certain. */
export function predictAfterBoolean(
  settings: readonly Setting[],
  persistent: readonly Setting[],
  probe: ForeseenProbe,
): Json | undefined {
  const wanted = (name: unknown) => settings.find((setting) => setting.name === name);
  const after = (value: { readonly [key: string]: Json }, setting: Setting): Json => ({
    ...value,
    value: setting.to,
    ...(persistent.includes(setting) ? { persistent: setting.to } : {}),
  });
  if (probe.name === 'selinux.boolean' && isObject(probe.params)) {
    const setting = wanted(probe.params['name']);
    return setting && isJsonObject(probe.now) ? after(probe.now, setting) : undefined;
  }
  if (probe.name === 'selinux.booleans' && Array.isArray(probe.now)) {
    return probe.now.map((entry: Json) => {
      const setting = isJsonObject(entry) ? wanted(entry['name']) : undefined;
      return setting && isJsonObject(entry) ? after(entry, setting) : entry;
    });
  }
  if (probe.name === 'selinux.access') return predictAccess(settings, probe);
  return undefined;
}

/** Setting a boolean opens more and closes nothing; what it opens is known for a few of them. */
function predictAccess(settings: readonly Setting[], probe: ForeseenProbe): Json | undefined {
  if (!isJsonObject(probe.now) || !isObject(probe.params)) return undefined;
  if (!settings.every((setting) => setting.to)) return undefined;
  if (probe.now['allowed'] === true) return probe.now;
  const { source, target, class: className, permission } = probe.params;
  const connects = typeOf(String(source)) === 'httpd_t' && className === 'tcp_socket' && permission === 'name_connect';
  const opened = connects && settings.some(({ name }) => opensType(name, typeOf(String(target))));
  return opened ? { ...probe.now, allowed: true } : undefined;
}
