import { type AskedProbe, evaluateOnHosts, safeLine } from '../../index.ts';
import { createAsker } from '../ask.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import { interrupts } from '../interrupts.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import { type PackGiven, packsGiven, type ReachingOptions } from '../options.ts';
import { becomeOf, reachOf } from '../reach.ts';
import { warnOf } from '../warn.ts';

export interface EvalOptions extends ReachingOptions, PackGiven {
  readonly probe: readonly string[];
}

/** `eval`: what an expression is over probes that are read now. No command that is known to change a host is sent. 2 when it is unknown or in error somewhere. */
export async function evalCommand(io: Io, expression: string, options: EvalOptions): Promise<number> {
  const signals = interrupts(io);
  try {
    const end = await evaluateOnHosts({
      expression,
      probes: options.probe.map(readProbe),
      packs: packsGiven(options),
      inventory: options.inventory,
      limit: readLimit(options.limit),
      forks: options.forks,
      reach: await reachOf(io, options, createAsker(io, signals), signals.stopping),
      becomeByDefault: becomeOf(options),
      sinks: [],
      onPlan: warnOf(io),
      stopping: signals.stopping,
      aborting: signals.aborting,
    });
    switch (end.kind) {
      case 'invalid':
        await printDiagnostics(io, end.diagnostics);
        io.stderr.write('No host was touched.\n');
        return exit.invalid;
      case 'refused':
        for (const problem of end.problems) io.stderr.write(`mendgate: ${safeLine(problem)}\n`);
        return end.exitCode;
      case 'evaluated': {
        await printDiagnostics(io, end.diagnostics);
        for (const { host, trace, reason } of end.hosts) {
          if (trace === undefined) io.stderr.write(`${safeLine(host)}: ${safeLine(reason ?? '')}\n`);
          else io.stdout.write(`${safeLine(host)}: ${safeLine(trace.value)}\n`);
          for (const { text, value, depth } of trace?.parts ?? [])
            io.stdout.write(`${'  '.repeat(depth)}${safeLine(text)} = ${safeLine(value)}\n`);
        }
        if (signals.stopping.aborted) return exit.interrupted;
        if (end.hosts.some(({ trace }) => trace !== undefined && /^(?:unknown|error)\b/.test(trace.value)))
          return exit.failed;
        return end.hosts.some(({ trace }) => trace === undefined) ? exit.unreachable : exit.ok;
      }
    }
  } finally {
    signals.close();
  }
}

/** `NAME=PROBE param=value …`; a value with blanks stands in quotes. */
function readProbe(text: string): AskedProbe {
  const words = [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => splitAt(word));
  const [first, ...params] = words;
  const isProbe = first !== undefined && /^[a-z][a-z0-9_]*$/.test(first[0]) && first[1].includes('.');
  if (!isProbe || params.some(([name]) => name === '')) {
    throw new UsageError(`--probe ${text}: expected NAME=PROBE param=value …, like e=nginx.upstream_errors since=1h`);
  }
  return { name: first[0], probe: first[1], params: new Map(params) };
}

/** `a="b c"` → a, b c. */
function splitAt(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  if (at < 1) return ['', word];
  return [word.slice(0, at), word.slice(at + 1).replace(/^(["'])(.*)\1$/s, '$2')];
}
