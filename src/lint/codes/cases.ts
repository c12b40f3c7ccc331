import type { Explanations } from './explanation.ts';

/** Files of test cases. */
export const cases: Explanations = {
  'test/runbook': {
    means: 'The file is a runbook; its cases stand beside it.',
    instead: 'mendgate test NAME.test.yaml',
  },
  'test/no-expectation': {
    means: 'A case that expects nothing always passes.',
    instead: 'Add dry: or real:; `mendgate test --update` fills in an empty one.',
  },
  'test/same-name': { means: 'Two cases have the same name.', instead: 'Rename one.' },
  'test/not-one-of': { means: 'This is no verdict, or no result of a step.', instead: 'Take one that the help lists.' },
  'test/pattern': {
    means: 'A text between slashes is a pattern, and this one cannot be read.',
    instead: 'Mend it, or leave the slashes away.',
  },
  'test/unknown-step': {
    means: 'The runbook has no such step.',
    instead: 'The help lists them; one of a used runbook is ID/step.',
  },
  'test/unknown-param': { means: 'The runbook has no such param.', instead: 'The help lists them.' },
  'test/unknown-host': {
    means: '`hosts` of this file has no such entry.',
    instead: 'Add it, or write the answers here.',
  },
  'test/unknown-probe': {
    means: 'This is neither a probe nor the name of a reading.',
    instead: 'Take the name from the runbook.',
  },
  'test/unknown-action': { means: 'There is no such action.', instead: '`mendgate docs` lists them.' },
  'test/answer': { means: 'The answer does not say to which question.', instead: 'probe: NAME, or inspect: NAME.' },
  'test/like-cycle': { means: 'Hosts are like each other in a circle.', instead: 'Let one of them stand by itself.' },
  'test/recording': {
    means: 'The recording that the case names cannot be read.',
    instead: 'Look at the path, which is relative to this file, or record it anew.',
  },
};
