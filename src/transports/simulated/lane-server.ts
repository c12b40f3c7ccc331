import type { SimulatedHost } from '../../model/simulated-host.ts';
import { readyLine } from '../../shell/bootstrap.ts';
import { programKinds } from '../../shell/frame.ts';
import { parseLabel } from '../../shell/label.ts';

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
    output.stdout(`${nonce} hello 2 2\n`);
    if (kind === programKinds.lane) program = 'lane';
    else {
      if (kind === programKinds.fix) answerFix(script);
      exit(0);
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
      : host.answer(label, become);
    output.stdout(`${nonce} b\n${stdout}${nonce} r ${rc}\n${nonce} e\n`);
    output.stderr(`${nonce} b\n${stderr}${nonce} r\n${nonce} e\n`);
  }

  /** A label is the line in front of a begin marker: no data can stand there, since none knows the nonce. */
  function answerFix(script: string): void {
    const lines = script.split('\n');
    const commands = lines.flatMap((line, at) => {
      const [, nonce, index] = /^echo '([0-9a-f]{32}) b (\d+)'; echo '\1 b \2' >&2$/.exec(line) ?? [];
      return nonce === undefined || index === undefined
        ? []
        : [{ nonce, index: Number(index), label: lines[at - 1] ?? '' }];
    });
    const nonce = commands[0]?.nonce ?? /^echo '([0-9a-f]{32}) done'/m.exec(script)?.[1] ?? '';
    let last = { rc: 0, stdout: '', stderr: '' };
    for (const { label: line, index } of commands) {
      const label = parseLabel(line);
      // Only a part's first command has a label, and only it is for the host to answer.
      last = { rc: 0, stdout: '', stderr: '', ...(label === undefined ? {} : host.apply(label, become)) };
      output.stdout(`${nonce} b ${index}\n${last.stdout}${nonce} e ${index} ${last.rc}\n`);
      output.stderr(`${nonce} b ${index}\n${last.stderr}${nonce} e ${index}\n`);
      if (last.rc !== 0) break;
    }
    output.stdout(`${nonce} done\n`);
    output.stderr(`${nonce} done\n`);
  }

  return {
    stdin(chunk) {
      buffered = Buffer.concat([buffered, chunk]);
      while (!over) {
        const lineEnd = buffered.indexOf(0x0a);
        if (lineEnd < 0) return;
        const [, nonce, , bytes] =
          /^([0-9a-f]{32}) (\d{1,9}) (\d{1,9})$/.exec(buffered.toString('latin1', 0, lineEnd)) ?? [];
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
