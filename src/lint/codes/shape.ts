import type { Explanations } from './explanation.ts';

/** The shape of anything: runbooks, params of calls, files of test cases, answers, recordings. */
export const shape: Explanations = {
  '*/unknown-key': { means: 'No such key stands here.', instead: 'Take the one that the help names, or remove it.' },
  '*/missing-key': { means: 'A key that must be there is not.', instead: 'Add it; the help says what it is for.' },
  '*/wrong-type': {
    means: 'The value is of another type: text for a number, one value for a list.',
    instead: 'Write it as the message says; a number in quotes is text.',
  },
  '*/not-one-of': {
    means: 'Only some words may stand here, and this is none of them.',
    instead: 'Take one of those that the message lists.',
  },
  '*/bad-name': {
    means: 'This is no name: those of steps, probes and params are a, a1, a_b.',
    instead: 'Small letters, digits and _, beginning with a letter.',
    not: 'Web-1',
    but: 'web_1',
  },
  '*/bad-duration': {
    means: 'A duration has a unit.',
    instead: 'Write the unit.',
    not: 'within: 30',
    but: 'within: 30s',
  },
  '*/bad-form': {
    means: 'The text does not have the form that is asked for.',
    instead: 'The help says what it must look like.',
  },
  '*/bad-resource': {
    means: 'What a command reads or touches is named as a resource.',
    instead: 'file:/path, service:name, or a domain.',
    not: 'touches: [/etc/x]',
    but: 'touches: ["file:/etc/x"]',
  },
  '*/out-of-range': { means: 'The number is too small or too large.', instead: 'The message says the bounds.' },
  '*/empty': {
    means: 'A list, a condition or a check that holds nothing: it would always hold, or do nothing.',
    instead: 'Say what is meant, or remove it.',
  },
  '*/too-many': {
    means: 'More entries than anybody can oversee.',
    instead: 'Split it; `for_each` says a thing once for many.',
  },
  '*/wrong-size': {
    means: 'The text is too short or too long.',
    instead: 'Shorten it, or write the one that is meant.',
  },
  '*/secret': {
    means: 'A secret stands where it would be seen.',
    instead: 'Only params marked for it can hold one: `mendgate docs NAME` says which.',
  },
};
