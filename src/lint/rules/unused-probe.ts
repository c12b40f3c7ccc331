import { namesUsed } from '../../expr/check.ts';
import type { Path } from '../cel-parts.ts';
import type { Rule } from '../rule.ts';

export default {
  id: 'lint/unused-probe',
  severity: 'warning',
  title: 'a probe that nothing uses',
  reason: 'It is read on every host, in every run, and decides nothing.',
  instead: 'remove it, or use its name in a condition, a message or the params of a call',
  example: {
    bad: 'probes:\n  unit: { systemd.unit: { name: app } }\n  answer: { tcp.connect: { address: 127.0.0.1, port: 80 } }\nverify: { that: answer.connected }',
    good: 'probes:\n  answer: { tcp.connect: { address: 127.0.0.1, port: 80 } }\nverify: { that: answer.connected }',
  },
  check({ calls, cel }) {
    const uses = cel.map((part) => ({ path: part.path, names: new Set(namesUsed(part.cel)) }));
    return calls.flatMap(({ role, name, path }) => {
      if (role !== 'probe' || name === undefined) return [];
      if (uses.some((use) => use.names.has(name) && !isWithin(use.path, path))) return [];
      return [{ path, part: 'key' as const, message: `nothing uses what \`${name}\` reads` }];
    });
  },
} satisfies Rule;

function isWithin(inner: Path, outer: Path): boolean {
  return outer.every((segment, at) => inner[at] === segment);
}
