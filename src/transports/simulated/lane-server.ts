import type { Answer } from '../../model/command.ts';
import type { SimulatedHost } from '../../model/simulated-host.ts';
import { readyLine } from '../../shell/bootstrap.ts';
import { programKinds } from '../../shell/frame.ts';
import { parseLabel } from '../../shell/label.ts';
import { markerLine, spentLine } from '../../shell/marker.ts';
import { type FoundState, foundCode } from '../../shell/marker-reply.ts';
import { freshNonce } from '../nonce.ts';
import { applied, toAnswer } from './answer-label.ts';
import { deadManAnswer } from './dead-men.ts';
import { lockAnswer } from './locks.ts';
import { markersOf, type SimulatedMarker, simulatedBoot } from './markers.ts';

/** A simulated shell's way to the client. */
export interface ShellOutput {
  stdout(text: string): void;
  stderr(text: string): void;
  exit(code: number): void;
}

/** A `/bin/sh` that understands only what shell/ writes, and lets a simulated host answer. Feed it stdin. */
export interface SimulatedShell {
  stdin(chunk: Buffer): void;
  end(): void;
}

/** Greets as the bootstrap does, then serves as lane, fix or kill, whichever program arrives. */
export function simulatedShell(host: SimulatedHost, become: boolean, output: ShellOutput): SimulatedShell {
  let buffered: Buffer = Buffer.alloc(0);
  let program: 'lane' | undefined;
  /** Of a fix that has ended: it waits to hear that this is written down. */
  let ended: { readonly name: string; readonly nonce: string } | undefined;
  let over = false;
  output.stdout(readyLine);

  function exit(code: number): void {
    over = true;
    output.exit(code);
  }

  function serve(nonce: string, script: string): void {
    if (program === 'lane') {
      answerFrame(nonce, script);
      return;
    }
    const [kind = ''] = script.split('\n', 1);
    output.stdout(`${nonce} hello 2 2 ${simulatedBoot}\n`);
    if (kind === programKinds.lane) program = 'lane';
    else {
      if (kind === programKinds.fix) claim(script);
      if (kind === programKinds.ask) ask(script);
      if (ended === undefined) exit(0);
    }
  }

  function answerFrame(nonce: string, script: string): void {
    const [line = ''] = script.split('\n', 1);
    const label = parseLabel(line);
    const {
      rc,
      stdout = '',
      stderr = '',
    } = label === undefined
      ? { rc: 127, stderr: 'this simulated host answers labels only\n' }
      : label.kind === 'lock'
        ? lockAnswer(host, label)
        : label.kind === 'dead_man'
          ? deadManAnswer(host, label, become)
          : host.answer(label, become);
    output.stdout(`${nonce} b\n${stdout}${nonce} r ${rc}\n${nonce} e\n`);
    output.stderr(`${nonce} b\n${stderr}${nonce} r\n${nonce} e\n`);
  }

  function claim(script: string): void {
    const { name, nonce } = markerIn(script);
    const found = markersOf(host).get(name);
    if (found !== undefined) {
      tell(nonce, found);
      return;
    }
    output.stdout(`${nonce} fresh 0\n`);
    markersOf(host).set(name, answerFix(script, nonce));
    ended = { name, nonce };
  }

  function ask(script: string): void {
    const { name, nonce } = markerIn(script);
    const found = markersOf(host).get(name) ?? 'cancelled';
    markersOf(host).set(name, found);
    tell(nonce, found);
  }

  function tell(nonce: string, marker: SimulatedMarker): void {
    const state: FoundState = marker === 'cancelled' ? 'cancelled' : 'ended';
    output.stdout(`${nonce} found ${foundCode(state)}\n`);
    if (marker === 'cancelled') {
      output.stdout(`${simulatedBoot}\n`);
      return;
    }
    const first = freshNonce();
    output.stdout(`${[first, ...marker.map(({ rc }) => rc)].join(' ')}\n`);
    for (const [index, answer] of marker.entries()) say(first, index, answer);
  }

  /** A label is the line in front of a begin marker: no data can stand there, since none knows the nonce. */
  function answerFix(script: string, nonce: string): readonly Answer[] {
    const lines = script.split('\n');
    const commands = lines.flatMap((line, at) => {
      const [, found] = /^echo '([0-9a-f]{32}) b \d+'; echo '\1 b \d+' >&2$/.exec(line) ?? [];
      return found === nonce ? [lines[at - 1] ?? ''] : [];
    });
    const answers: Answer[] = [];
    for (const [index, line] of commands.entries()) {
      const label = parseLabel(line);
      // Only a part's first command has a label, and only it is for the host to answer.
      const answer = toAnswer(label === undefined ? { rc: 0 } : applied(host, label, become));
      answers.push(answer);
      say(nonce, index, answer);
      if (answer.rc !== 0) break;
    }
    output.stdout(`${nonce} done\n`);
    output.stderr(`${nonce} done\n`);
    return answers;
  }

  function say(nonce: string, index: number, { rc, stdout, stderr }: Answer): void {
    output.stdout(`${nonce} b ${index}\n${stdout}${nonce} e ${index} ${rc}\n`);
    output.stderr(`${nonce} b ${index}\n${stderr}${nonce} e ${index}\n`);
  }

  return {
    stdin(chunk) {
      buffered = Buffer.concat([buffered, chunk]);
      while (!over) {
        const lineEnd = buffered.indexOf(0x0a);
        if (lineEnd < 0) return;
        if (ended !== undefined) {
          if (buffered.toString('latin1', 0, lineEnd + 1) === spentLine(ended.nonce))
            markersOf(host).delete(ended.name);
          exit(0);
          return;
        }
        const [, nonce, , bytes] =
          /^([0-9a-f]{32}) (\d{1,9}) (\d{1,9})(?: [12])?$/.exec(buffered.toString('latin1', 0, lineEnd)) ?? [];
        if (nonce === undefined) {
          exit(97);
          return;
        }
        const end = lineEnd + 1 + Number(bytes);
        if (buffered.length < end) return;
        const script = buffered.toString('utf8', lineEnd + 1, end);
        buffered = buffered.subarray(end);
        serve(nonce, script);
      }
    },
    end() {
      if (!over) exit(buffered.length > 0 ? 98 : 0);
    },
  };
}

/** The line of shell/marker.ts that names a marker and this program's nonce. */
function markerIn(script: string): { readonly name: string; readonly nonce: string } {
  const line = script.split('\n').find((text) => text.startsWith(markerLine)) ?? '';
  const [, name = '', nonce = ''] = /^([0-9a-f]{64})'; mg_n=([0-9a-f]{32})$/.exec(line.slice(markerLine.length)) ?? [];
  return { name, nonce };
}
