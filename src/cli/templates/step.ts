import type { Template } from './template.ts';

/** A step made of steps, for `use:`, with its cases. */
export function stepTemplate(name: string): Template {
  const file = `steps/${name}`;
  return {
    files: [
      { path: `${file}.yaml`, text: step.replaceAll('NAME', name) },
      { path: `${file}.test.yaml`, text: cases.replaceAll('NAME', name) },
    ],
    next: [
      `mendgate lint ${file}.yaml`,
      `mendgate test ${file}.test.yaml --coverage`,
      `in a runbook:  - { id: ${name.replaceAll('-', '_')}, use: ./${file}.yaml, with: { unit: app } }`,
    ],
  };
}

const step = `# A step of your own, made of steps: a runbook without a symptom. Another one uses it so:
#
#   - id: app
#     use: ./steps/NAME.yaml
#     with: { unit: app.service }
#   # and then: steps.app.outputs.running
runbook: NAME
title: A unit runs, and starts at boot
params:                                           # what \`with:\` gives; it sees no other names
  unit: { type: string, description: The unit }
  port: { type: int, default: 8080, description: The port on which it answers }

steps:
  - id: run
    title: \${{ params.unit }} runs, and starts at boot
    fix:                                          # nothing is done where it is so already
      - service.state: { name: "\${{ params.unit }}", state: started, enabled: true }
    verify:
      probes:
        answer: { tcp.connect: { address: 127.0.0.1, port: "\${{ params.port }}" } }
      that:
        - { check: answer.connected, message: nothing answers on its port }
      within: 10s

  - id: look
    title: What it is by then
    probes:
      unit: { systemd.unit: { name: "\${{ params.unit }}" } }

outputs:                                          # what the step that uses it sees
  running: unit.active
`;

const cases = `# Cases of NAME.yaml. No host is needed:  mendgate test steps/NAME.test.yaml --coverage --mutate
runbook: NAME.yaml

hosts:
  running:
    answers:
      tcp.connect: { connected: true }
      systemd.unit: { exists: true, active: true, enabled: true }
    states:
      service.state: { active: true, enabled: true }

cases:
  - name: all is well already
    params: { unit: app.service }
    host: running
    real:
      steps: { run: ok }
      changes: []
      outputs: { running: true }
  - name: it is dead, and is started
    params: { unit: app.service }
    host:
      like: running
      states:
        service.state: { active: false, enabled: false }
    dry:
      changes: ["app.service: stopped → started, disabled → enabled"]
    real:
      steps: { run: changed }
      outputs: { running: true }
  - name: it starts, and nothing answers
    params: { unit: app.service }
    host:
      like: running
      answers:
        tcp.connect: { connected: false, error: refused }
      states:
        service.state: { active: false, enabled: true }
    real:
      verdict: rolled_back
      steps: { run: rolled_back }
`;
