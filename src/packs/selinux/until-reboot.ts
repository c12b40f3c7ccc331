import { everyPort, knownBooleans } from './known-booleans.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { ruleHolds } from './policy-rule.ts';
import { covers, knownBoolean, portsOfType } from './reach.ts';

/**
 * Booleans that open these port types to the worker now and will be off after a reboot (`setsebool` without -P): for each
 * type the narrowest, where nothing that lasts opens it too. What will be after a reboot must be known; a boolean of
 * which it is not is left alone.
 */
export function untilReboot(facts: PolicyFacts, worker: string, types: readonly string[]): readonly string[] {
  const open = types.filter((type) => facts.ask(worker, type, 'tcp_socket', 'name_connect') === 'yes');
  return [...new Set(open.flatMap((type) => (lastingRule(facts, type) ? [] : narrowestFleeting(facts, type))))].sort();
}

/** A rule of this host opens the type after a reboot too. Without sesearch: nobody knows one. */
function lastingRule(facts: PolicyFacts, type: string): boolean {
  const later = (name: string) => {
    const found = facts.booleans.get(name);
    return found?.persistent ?? found?.value ?? false;
  };
  return (facts.rules ?? []).some(
    (rule) =>
      rule.class === 'tcp_socket' &&
      rule.permissions.includes('name_connect') &&
      covers(rule.target, type) &&
      ruleHolds(rule, later),
  );
}

function narrowestFleeting(facts: PolicyFacts, type: string): readonly string[] {
  const openers = [...new Set(knownBooleans.map(({ name }) => name))]
    .map((name) => ({ now: facts.booleans.get(name), opens: knownBoolean(facts, name)?.opens ?? [] }))
    .flatMap(({ now, opens }) =>
      now?.value && (opens.includes(everyPort) || opens.includes(type)) ? [{ now, opens }] : [],
    );
  if (openers.some(({ now }) => now.persistent !== false)) return [];
  const size = portsOfType(facts);
  const reach = (opens: readonly string[]) =>
    opens.includes(everyPort) ? Infinity : opens.reduce((sum, each) => sum + size(each), 0);
  const [first] = openers.sort((a, b) => reach(a.opens) - reach(b.opens));
  return first ? [first.now.name] : [];
}
