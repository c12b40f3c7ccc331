import type { Template } from './template.ts';

/** A runbook that starts a unit which should run, with its cases. */
export function runbookTemplate(name: string): Template {
  return {
    files: [
      { path: `${name}.yaml`, text: runbook.replaceAll('NAME', name) },
      { path: `${name}.test.yaml`, text: cases.replaceAll('NAME', name) },
    ],
    next: [
      `mendgate lint ${name}.yaml`,
      `mendgate test ${name}.test.yaml --coverage`,
      `mendgate run ${name}.yaml -i INVENTORY --dry-run`,
    ],
  };
}

const runbook = `# What this mends, in a sentence: a service that should run, and does not.
runbook: NAME
title: A service that should run does not
params:                                           # -e unit=…, or a variable of the inventory, or the default
  unit: { type: string, default: app.service, description: The unit that should run }
become: true                                      # as root; a probe or a step may say otherwise

symptom:                                          # what users suffer; it alone decides whether a host is fixed
  probes:
    unit: { systemd.unit: { name: "\${{ params.unit }}" } }
  present: "!unit.active"
  gone:                                           # looked at anew after each fix, and at the end
    probes:
      now: { systemd.unit: { name: "\${{ params.unit }}" } }
    that: now.active
    within: 10s

steps:
  - id: confirm
    title: Find out why \${{ params.unit }} does not run
    conclude:                                     # the first true one with a verdict ends this host here
      - when: "!unit.exists"
        verdict: not_applicable
        message: There is no \${{ params.unit }} here.
      - when: unit.masked
        verdict: not_applicable
        message: \${{ params.unit }} is masked; somebody wants it not to run.

  - id: start
    title: Start \${{ params.unit }}
    gate:                                         # does this fix apply here? Every part must hold
      - { check: unit.load_state == "loaded", message: its unit file cannot be loaded }
    fix:                                          # one unit: taken back together when it does not help
      - service.state: { name: "\${{ params.unit }}", state: started }
    verify:                                       # this step's own claim
      probes:
        after: { systemd.unit: { name: "\${{ params.unit }}" } }
      that:
        - { check: after.active && after.restarts == 0, message: it does not stay up }
      within: 5s
`;

const cases = `# Cases of NAME.yaml. No host is needed:  mendgate test NAME.test.yaml --coverage --mutate
runbook: NAME.yaml

hosts:
  dead:                                           # answers that are not written are blank: false, 0, an empty text
    answers:
      systemd.unit: { exists: true, load_state: loaded }
    states:
      service.state: { active: false, enabled: true }
    after:
      start:                                      # what it answers once the fix of this step stands
        answers:
          systemd.unit: { exists: true, load_state: loaded, active: true }

cases:
  - name: it is dead, and is started
    host: dead
    dry:
      verdict: would_fix
      changes: ["app.service: stopped → started"]
    real:
      verdict: fixed
      steps: { confirm: ok, start: changed }
  - name: it runs
    host: { answers: { systemd.unit: { exists: true, load_state: loaded, active: true } } }
    real: { verdict: healthy, changes: [] }
  - name: there is no such unit
    host: { answers: { systemd.unit: { load_state: not-found } } }
    real: { verdict: not_applicable, changes: [] }
  - name: it is masked
    host: { answers: { systemd.unit: { exists: true, load_state: masked, masked: true } } }
    real: { verdict: not_applicable, changes: [] }
  - name: its unit file is broken
    host: { answers: { systemd.unit: { exists: true, load_state: bad-setting } } }
    real: { verdict: not_fixed, steps: { start: skipped }, changes: [] }
  - name: it is started, and dies again
    host:
      like: dead
      after:
        start:
          answers:
            after: { restarts: 2 }             # laid over what it is like
    real: { verdict: rolled_back, steps: { start: rolled_back } }
  - name: it stays up, and what users see stays broken
    host:
      like: dead
      after:
        start:
          answers:
            now: { active: false }
    real: { verdict: rolled_back, steps: { start: changed } }
`;
