import type { Rule } from '../rule.ts';

const setenforce = 'fix:\n  - core.command: { command: [setenforce, "0"] }';
const example = (comment: string): string => `${setenforce}  # ${comment}`;

/** What is said of waivers themselves; `waivers.ts` finds it. */
export const waiver: Rule = {
  id: 'lint/waiver',
  severity: 'error',
  title: 'a waiver that cannot be read',
  reason:
    "A waiver is somebody's word that a finding is known and why it may stay. Without rule, end and reason it is none.",
  instead: 'write: # lint: allow RULE until YYYY-MM-DD: reason',
  example: {
    bad: example('lint: allow setenforce'),
    good: example('lint: allow setenforce until 2099-01-31: test hosts only, see CHG-1042'),
  },
};

export const waiverExpired: Rule = {
  id: 'lint/waiver-expired',
  severity: 'error',
  title: 'a waiver whose day has come',
  reason: 'A waiver ends, so that somebody looks again whether its reason still holds.',
  instead: 'mend what it allows, or look at the reason again and give it a new day',
  example: {
    bad: example('lint: allow setenforce until 2020-01-31: test hosts only, see CHG-1042'),
    good: example('lint: allow setenforce until 2099-01-31: test hosts only, see CHG-1042'),
  },
};

export const waiverUnused: Rule = {
  id: 'lint/waiver-unused',
  severity: 'warning',
  title: 'a waiver that allows nothing',
  reason: 'What it allowed is gone, or stands on another line; it would hide the next one.',
  instead: 'remove it, or put it on the line of the finding, or alone on the line before',
  example: {
    bad: 'fix:\n  - service.state: { name: app, enabled: true }  # lint: allow setenforce until 2099-01-31: test hosts only',
    good: 'fix:\n  - service.state: { name: app, enabled: true }',
  },
};
