import type { Rule } from '../rule.ts';

export default {
  id: 'lint/bare-all',
  severity: 'warning',
  title: '`all` over a list that may be empty',
  reason: '`x.all(…)` is true for an empty list: nothing seen is not "all fine".',
  instead: 'say what an empty list means: size(x) > 0 && x.all(…)',
  example: {
    bad: 'probes: { errors: { nginx.upstream_errors: { since: 1h } } }\nconclude:\n  - { when: "errors.all(e, e.errno == 111)", verdict: not_applicable, message: The backend refuses. }',
    good: 'probes: { errors: { nginx.upstream_errors: { since: 1h } } }\nconclude:\n  - { when: "size(errors) > 0 && errors.all(e, e.errno == 111)", verdict: not_applicable, message: The backend refuses. }',
  },
} satisfies Rule;
