import { everyPort, knownBooleans } from './known-booleans.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { type PolicyRule, ruleHolds } from './policy-rule.ts';
import { covers, knownBoolean, portsOfType } from './reach.ts';

/** Booleans that are on now and will be off after a reboot (`setsebool` without -P), as far as that is known. */
export function fleetingBooleans(facts: PolicyFacts): readonly string[] {
  return [...facts.booleans.values()]
    .filter(({ value, persistent }) => value && persistent === false)
    .map(({ name }) => name)
    .sort();
}

/**
 * Booleans by which the worker reaches these port types now, and which a reboot switches off, where nothing that lasts
 * opens the type too. By this host's rules where sesearch read them; else, of those that are known to open a type, the
 * narrowest.
 */
export function untilReboot(facts: PolicyFacts, worker: string, types: readonly string[]): readonly string[] {
  const open = types.filter((type) => facts.ask(worker, type, 'tcp_socket', 'name_connect') === 'yes');
  const { rules } = facts;
  const names = open.flatMap((type) => (rules ? fleetingByRules(facts, rules, type) : narrowestFleeting(facts, type)));
  return [...new Set(names)].sort();
}

/**
 * The same host after a reboot: its booleans have their lasting values, and the kernel's answers are those that its rules
 * then give. An answer that no rule explains stays as it is. Only for hosts whose rules sesearch read.
 */
export function afterReboot(facts: PolicyFacts, rules: readonly PolicyRule[]): PolicyFacts {
  const booleans = [...facts.booleans].map(([name, found]) => {
    const value = found.persistent ?? found.value;
    return [name, { ...found, value }] as const;
  });
  return {
    ...facts,
    later: true,
    booleans: new Map(booleans),
    ask(source, target, className, permission) {
      const now = facts.ask(source, target, className, permission);
      const connects = className === 'tcp_socket' && permission === 'name_connect';
      return now === 'yes' && connects && fleetingByRules(facts, rules, target).length > 0 ? 'no' : now;
    },
  };
}

/** Fleeting booleans that hold up the rules for a type; empty where a rule that lasts opens it too. */
function fleetingByRules(facts: PolicyFacts, rules: readonly PolicyRule[], type: string): readonly string[] {
  const now = (name: string) => facts.booleans.get(name)?.value ?? false;
  const later = (name: string) => facts.booleans.get(name)?.persistent ?? now(name);
  const connects = rules.filter((rule) => rule.class === 'tcp_socket' && rule.permissions.includes('name_connect'));
  // Which types an attribute holds is not read: one that a lasting boolean opens may hold this type too.
  const lasts = connects.filter(
    ({ target, condition }) => covers(target, type) || (condition.length > 0 && target.endsWith('_port_type')),
  );
  if (lasts.some((rule) => ruleHolds(rule, later))) return [];
  const held = connects.filter((rule) => covers(rule.target, type) && ruleHolds(rule, now));
  return fleetingBooleans(facts).filter((name) => held.some(({ condition }) => condition.includes(name)));
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
