import type { Rule } from '../rule.ts';

export default {
  id: 'lint/unused-param',
  severity: 'warning',
  title: 'a param that nothing uses',
  reason: 'Whoever gives it a value with -e believes that it does something.',
  instead: 'remove it, or use it: ${{ params.NAME }}',
  example: {
    bad: 'params:\n  unit: { type: string, default: app }\nsteps:\n  - id: look\n    probes: { unit: { systemd.unit: { name: app } } }\n    verify: { that: unit.active }',
    good: 'params:\n  unit: { type: string, default: app }\nsteps:\n  - id: look\n    probes: { unit: { systemd.unit: { name: "${{ params.unit }}" } } }\n    verify: { that: unit.active }',
  },
  check({ params, cel }) {
    const all = cel.map((part) => part.cel).join('\n');
    // `params` by itself, or by a computed name: any of them may be meant.
    if (/\bparams\b(?!\s*\.\s*\w)/.test(all)) return [];
    const used = new Set([...all.matchAll(/\bparams\s*\.\s*(\w+)/g)].map((match) => match[1]));
    return params
      .filter((name) => !used.has(name))
      .map((name) => ({ path: ['params', name], part: 'key' as const, message: `nothing uses the param \`${name}\`` }));
  },
} satisfies Rule;
