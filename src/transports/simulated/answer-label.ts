import type { Answer } from '../../model/command.ts';
import type { SimulatedAnswer, SimulatedHost } from '../../model/simulated-host.ts';
import type { FixPart, Label } from '../../model/transport.ts';
import { formatLabel, parseLabel } from '../../shell/label.ts';
import { deadManAnswer } from './dead-men.ts';

/** A simulated host's answer as a real one would come over the wire. */
export function toAnswer({ rc, stdout = '', stderr = '' }: SimulatedAnswer): Answer {
  return { rc, stdout, stderr, truncated: false, ms: 0 };
}

/** The label as a host would read it: secrets are `***`, what JSON cannot carry is gone. */
export function overTheWire(label: Label): Label {
  return parseLabel(formatLabel(label)) ?? label;
}

/** The answer to one part of a fix. */
export function applied(host: SimulatedHost, label: Label, become: boolean): SimulatedAnswer {
  return label.kind === 'dead_man' ? deadManAnswer(host, label, become) : host.apply(label, become);
}

/**
 * Carries a fix out. A host is asked once per part: its first command gets the answer, the part's others end well
 * without output. A part without commands is not asked for.
 */
export function applyParts(host: SimulatedHost, parts: readonly FixPart[], become: boolean): readonly Answer[] {
  const answers: Answer[] = [];
  for (const { label, commands } of parts) {
    for (const index of commands.keys()) {
      const answer = toAnswer(index === 0 ? applied(host, overTheWire(label), become) : { rc: 0 });
      answers.push(answer);
      if (answer.rc !== 0) return answers;
    }
  }
  return answers;
}
