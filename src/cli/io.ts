/** The process as commands may see it; tests give their own. */
export interface Io {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: { readonly [name: string]: string | undefined };
  /** Calls back at each Ctrl-C (or SIGTERM, SIGHUP); gives a function that stops listening. */
  readonly onInterrupt: (handler: (signal?: NodeJS.Signals) => void) => () => void;
}
export interface Stream {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** The real process. */
export function processIo(): Io {
  const { env } = process;
  return {
    stdout: streamOf(process.stdout, env),
    stderr: streamOf(process.stderr, env),
    stdin: process.stdin,
    env,
    onInterrupt: (handler) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, handler);
      return () => {
        for (const signal of signals) process.off(signal, handler);
      };
    },
  };
}

function streamOf(stream: NodeJS.WriteStream, env: Io['env']): Stream {
  // A closed pipe (`| head`) must not end a run that is changing hosts.
  stream.on('error', () => {});
  const isTty = stream.isTTY === true;
  return {
    write: (text) => {
      if (stream.writable) stream.write(text);
    },
    isTty,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    colour: colourOf(isTty, env),
  };
}

/** Whether a stream is coloured: FORCE_COLOR says so either way; else a terminal is, unless NO_COLOR (no-color.org). */
export function colourOf(isTty: boolean, env: Io['env']): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused = '', TERM: terminal } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTty && refused === '' && terminal !== 'dumb';
}
