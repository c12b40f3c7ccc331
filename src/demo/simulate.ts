import type { SimulatedAnswer, SimulatedHost } from '../model/simulated-host.ts';
import type { Label } from '../model/transport.ts';
import { carryOut } from './changes.ts';
import { coreAnswers } from './core-answers.ts';
import type { HostState } from './host-state.ts';
import { nginxAnswers } from './nginx-answers.ts';
import { selinuxAnswers } from './selinux-answers.ts';

const answers = { ...coreAnswers, ...nginxAnswers, ...selinuxAnswers };

/** A host that answers probes from its state, and changes it when a fix says so. */
export function simulate(state: HostState): SimulatedHost {
  return {
    answer: (label) => look(state, label),
    apply(label, become) {
      const answer = carryOut(state, label, become);
      state.marked = Math.floor(state.clock.now() / 1000) * 1000;
      return answer;
    },
  };
}

function look(state: HostState, label: Label): SimulatedAnswer {
  switch (label.kind) {
    case 'clock':
      return { rc: 0, stdout: `${Math.floor(state.clock.now() / 1000)}\n` };
    case 'boot_id':
      return { rc: 0, stdout: '5f0c2a4e-93d1-4b7a-8f16-2c9e7d3b1a60\n' };
    case 'busy':
      return { rc: 0, stdout: 'store-free\n' };
    default: {
      const answer = answers[label.name];
      if (answer !== undefined) return answer(state, label.params);
      return label.name === 'ping'
        ? { rc: 0 }
        : { rc: 127, stderr: `${label.name}: this simulated host cannot answer that\n` };
    }
  }
}
