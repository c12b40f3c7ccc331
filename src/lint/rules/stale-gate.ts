import { namesUsed } from '../../expr/check.ts';
import type { Finding, Rule } from '../rule.ts';

export default {
  id: 'lint/stale-gate',
  severity: 'warning',
  title: 'a gate over what an earlier fix has changed since',
  reason:
    'A name is a snapshot: it keeps what was read then, and no fix renews it. In a runbook without a symptom every step runs, so a gate that rests only on what was read before an earlier fix of the same kind decides by what is no longer so.',
  instead: 'read it again in this step, under a name of its own, or ask for the earlier step: steps.ID.changed',
  example: {
    bad: 'steps:\n  - id: label\n    probes: { policy: { selinux.status: {} } }\n    gate: policy.mode == "enforcing"\n    fix:\n      - selinux.port: { port: 8081, protocol: tcp, type: http_port_t }\n    verify: { probes: { p: { selinux.port: { port: 8081 } } }, that: p.type == "http_port_t" }\n  - id: relay\n    gate: policy.mode == "enforcing"\n    fix:\n      - selinux.boolean: { name: httpd_can_network_relay, value: true }\n    verify: { probes: { b: { selinux.boolean: { name: httpd_can_network_relay } } }, that: b.value }',
    good: 'steps:\n  - id: label\n    probes: { policy: { selinux.status: {} } }\n    gate: policy.mode == "enforcing"\n    fix:\n      - selinux.port: { port: 8081, protocol: tcp, type: http_port_t }\n    verify: { probes: { p: { selinux.port: { port: 8081 } } }, that: p.type == "http_port_t" }\n  - id: relay\n    probes: { policy_now: { selinux.status: {} } }\n    gate: policy_now.mode == "enforcing"\n    fix:\n      - selinux.boolean: { name: httpd_can_network_relay, value: true }\n    verify: { probes: { b: { selinux.boolean: { name: httpd_can_network_relay } } }, that: b.value }',
  },
  check({ steps, symptom }) {
    // With a symptom the later steps are left out as soon as an earlier one has helped.
    if (symptom !== undefined) return [];
    const read = new Map<string, { readonly domain: string; readonly step: number }>();
    for (const [step, { probes }] of steps.entries())
      for (const { name, call } of probes) if (name !== undefined) read.set(name, { domain: domainOf(call), step });
    return steps.flatMap(({ units, raw, path }, index): readonly Finding[] => {
      if (raw['gate'] === undefined || units.length === 0) return [];
      const gate = units[0]?.opens.filter((part) => part.path[path.length] === 'gate') ?? [];
      const probes = gate.flatMap(({ cel }) => namesUsed(cel)).flatMap((name) => read.get(name) ?? []);
      if (probes.length === 0) return [];
      const changedSince = probes.every(({ domain, step }) =>
        steps.slice(step, index).some((earlier) => fixesOf(earlier).includes(domain)),
      );
      const message = 'this gate rests on what was read before an earlier step changed things of that kind';
      return changedSince ? [{ path: [...path, 'gate'], message }] : [];
    });
  },
} satisfies Rule;

function fixesOf({ units }: { readonly units: readonly { readonly calls: readonly { readonly call: string }[] }[] }) {
  return units.flatMap(({ calls }) => calls.map(({ call }) => domainOf(call)));
}

/** `service.state` changes what `systemd.unit` reads. */
function domainOf(call: string): string {
  const domain = call.split('.')[0] ?? call;
  return domain === 'systemd' ? 'service' : domain;
}
