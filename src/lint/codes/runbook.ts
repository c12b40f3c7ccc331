import type { Explanations } from './explanation.ts';

/** What a runbook means. */
export const runbook: Explanations = {
  'runbook/run-once-for-each': {
    means: '`run_once` stands beside `for_each`: which item would stand for the others is not said.',
    instead: 'Put the list into the action, or give the step to every host.',
  },
  'runbook/is-inventory': { means: 'The file is an inventory.', instead: 'mendgate hosts -i FILE' },
  'runbook/is-cases': { means: 'The file holds test cases of a runbook.', instead: 'mendgate test FILE' },
  'runbook/is-recording': {
    means: 'The file is what `mendgate record` wrote of a host.',
    instead: 'Name it in a case: host: { recording: FILE }',
  },
  'runbook/no-call': {
    means: 'An entry of `probes` or `fix` names no probe or action.',
    instead: 'One key with a dot.',
    not: '{ name: app }',
    but: 'service.state: { name: app }',
  },
  'runbook/two-calls': { means: 'One entry names two probes or actions.', instead: 'Make each an entry of its own.' },
  'runbook/not-a-probe': {
    means: 'An action stands among probes: it would change what should only be looked at.',
    instead: 'Put it into `fix:`, and look with a probe.',
  },
  'runbook/not-an-action': {
    means: 'A probe stands in a `fix`: it only looks.',
    instead: 'Put it into `probes:`, and mend with an action.',
  },
  'runbook/unknown-probe': {
    means: 'No pack has a probe of that name.',
    instead: '`mendgate docs` lists them; a pack of your own stands in `packs:`.',
  },
  'runbook/unknown-action': {
    means: 'No pack has an action of that name.',
    instead: '`mendgate docs` lists them; a pack of your own stands in `packs:`.',
  },
  'runbook/call-outside-fix': {
    means: 'An action stands beside the keys of a step.',
    instead: 'Put it into `fix:`, which is a list.',
  },
  'runbook/shadowed-name': {
    means: 'Two things would have the same name on one path, and a reader could not tell which is meant.',
    instead: 'Rename one; the message says where the other is.',
  },
  'runbook/reserved-name': {
    means: 'The name is a word of CEL, or means something already (params, host, run, steps).',
    instead: 'Take another one.',
  },
  'runbook/duplicate-id': {
    means: 'Two steps, or two alternatives, have the same id: results and markers could not be told apart.',
    instead: 'Rename one.',
  },
  'runbook/probe-cycle': {
    means: 'Probes use each other in a circle: none can be read first.',
    instead: 'Let one of them do without the other.',
  },
  'runbook/gate-never-opens': {
    means: 'The gate is always false.',
    instead: 'Mend the condition; to leave a step out, remove it.',
  },
  'runbook/nothing-to-do': {
    means: 'A key is about a fix, and the step has none.',
    instead: 'Remove it, or add the fix.',
  },
  'runbook/exclusive-keys': {
    means: 'Two keys stand together of which only one can count.',
    instead: 'Keep the one that is meant.',
  },
  'runbook/as-without-for-each': {
    means: '`as` names the item of a `for_each`, and there is none.',
    instead: 'Remove it, or add for_each.',
  },
  'runbook/with-without-use': {
    means: '`with` gives params to a used runbook, and none is used.',
    instead: 'Remove it, or add use.',
  },
  'runbook/declared-by-itself': {
    means: 'Built-in probes and actions say themselves what they read and touch.',
    instead: 'Remove `reads` or `touches`.',
  },
  'runbook/command-without-proof': {
    means: 'Of a command nobody knows whether it is due, nor whether it worked.',
    instead: 'Add a gate that says when, or a verify that says what must hold.',
    but: 'verify: { probes: { … }, that: … }',
  },
  'runbook/command-without-rollback': {
    means: 'A command cannot undo itself.',
    instead: 'Add calls that put it back, or say why nothing can.',
    but: 'rollback: { irreversible: The cache is gone. }',
  },
  'runbook/irreversible-alternative': {
    means: 'An alternative that cannot be undone would stay when the next one is tried.',
    instead: 'Put it last.',
  },
  'runbook/risky-keep': {
    means: '`risky` takes an unproved change back, and `keep` would leave it.',
    instead: 'Remove one of the two.',
  },
  'runbook/risky-without-verify': {
    means: 'A host takes a risky fix back unless it is told that all is well, and nothing would tell it.',
    instead: 'Add a verify: it is looked at over a new connection.',
  },
  'runbook/risky-too-soon': {
    means: 'The host would take the fix back while its verify is still waiting.',
    instead: 'Make `revert_after` longer than `within` and the fix together.',
  },
  'runbook/risky-irreversible': {
    means: '`risky` takes the fix back, and `rollback` says that nothing can.',
    instead: 'Remove one of the two.',
  },
  'runbook/risky-rollback': {
    means: 'A host that takes a fix back by itself cannot look before it acts, as this action does.',
    instead: 'Let the rollback of a risky fix be commands.',
  },
  'runbook/risky-become': {
    means: 'What takes a risky fix back runs as one user, and its calls run as several.',
    instead: 'Give the step one `become`, or make it several steps.',
  },
  'runbook/risky-secret': {
    means: 'What takes a risky fix back waits on the host, and a secret would wait there with it.',
    instead: 'Make it a step of its own, or let the rollback read it on the host.',
  },
  'runbook/since-change': {
    means: 'A probe of a log, looked at after a fix, would see the old lines too, and the symptom would never be gone.',
    instead: 'Read what came since.',
    not: 'since: 1h',
    but: 'since: change',
  },
  'runbook/no-interpolation': {
    means: 'The key is read before any host is known.',
    instead: 'Write the value itself.',
  },
  'runbook/bad-default': {
    means: "The default does not fit the param's own type.",
    instead: 'Mend the one or the other.',
  },
  'runbook/secret-default': {
    means: 'A default would write the secret into the runbook.',
    instead: 'Give it in the inventory, or with -e NAME=….',
  },
  'runbook/bad-shape': {
    means: 'This does not declare the shape of a result.',
    instead: 'A type, or a mapping of members.',
    but: 'result: { count: int }',
  },
  'runbook/bad-version': { means: 'This is no range of versions.', instead: 'Like ">=1.2" or ">=1.2 <2".' },
  'runbook/needs-version': {
    means: 'The runbook asks for another version of mendgate than this one.',
    instead: 'Update mendgate, or look whether it really needs that.',
  },
  'runbook/not-yet': {
    means: 'The language has this key, and this version does not do it yet.',
    instead: 'Do without; it is refused so that nobody relies on it.',
  },
  'runbook/use-missing': {
    means: 'There is no such runbook beside this one.',
    instead: 'Look at the path; it is relative to the file that names it.',
  },
  'runbook/use-outside': {
    means: 'A used runbook must lie in the folder of the one that is run.',
    instead: 'Move or copy it there.',
  },
  'runbook/use-cycle': { means: 'Runbooks use each other in a circle.', instead: 'Take one of the `use:` away.' },
  'runbook/use-depth': { means: 'Runbooks use each other too deeply.', instead: 'Use the inner one directly.' },
  'runbook/use-with-symptom': {
    means: 'A used runbook cannot have a symptom: the one that is run decides by its own.',
    instead: 'Move the steps into a runbook without, and use that in both.',
  },
  'runbook/use-with-rollout': {
    means: 'Batches and their like are said once, by the runbook that is run.',
    instead: 'Move them there.',
  },
  'runbook/unknown-param': {
    means: 'The used runbook has no such param.',
    instead: 'The help names those that it has.',
  },
  'runbook/missing-param': {
    means: 'The used runbook needs a param that `with` does not give.',
    instead: 'Add it to `with`.',
  },
  'runbook/wrong-param': { means: 'What `with` gives is of another type than the param.', instead: 'Mend the value.' },
  'ansible/*': {
    means: 'A word of Ansible that is called otherwise here, or is not needed.',
    instead: 'The help says what to write; docs/from-ansible.md has them all.',
    not: 'loop: x',
    but: 'for_each: x',
  },
};
