/** What the stderr of a command that ran over a master consists of. */
export interface MuxStderr {
  /** The next bytes; gives those that came from the host. */
  feed(chunk: Buffer): Buffer;
  /** The stream is over: what was kept back of the host's. */
  end(): Buffer;
  /** The session is open: the host has been asked to run the command. */
  readonly opened: boolean;
  /** How ssh says that it ended; known after {@link end}. */
  readonly status: MuxStatus | undefined;
  /** Everything in front of the opening, for messages. */
  readonly beginning: string;
}
/** `code` as the host gave it; without: the session ended and no exit code came. */
export interface MuxStatus {
  readonly code?: number;
}

const openedLine = /debug1: (?:[a-z_]+: )?master session id: \d+\r?\n/;
/** The last line ssh writes, when the master has closed the session and all of its output has been written. */
const lastLine =
  /debug2: (?:Received exit status from master (\d{1,10})|Control master terminated unexpectedly|Exiting on signal[^\r\n]{0,40})\r?\n$/;
/** The end of the stream so far may be the beginning of that line. */
const maybeLast = /d(?:e(?:b(?:u(?:g(?:2(?::(?: [^\n]{0,80}\n?)?)?)?)?)?)?)?$/;
const keptBytes = 128;
const keptBeginning = 64 * 1024;

/**
 * Tells ssh's own lines from what the host writes: both come on one stream. ssh writes a line when the session opens, and
 * one at the very end; between the two everything is the host's, to the byte. A host that writes such lines itself can
 * only forge what it may say anyway: the end that counts is the last line of the stream.
 */
export function muxStderr(): MuxStderr {
  let opened = false;
  let beginning = '';
  let kept = '';
  let status: MuxStatus | undefined;

  function pass(text: string): Buffer {
    kept += text;
    const at = kept.slice(-keptBytes).search(maybeLast);
    const from = at < 0 ? kept.length : Math.max(0, kept.length - keptBytes) + at;
    const passed = kept.slice(0, from);
    kept = kept.slice(from);
    return Buffer.from(passed, 'latin1');
  }

  return {
    get opened() {
      return opened;
    },
    get status() {
      return status;
    },
    get beginning() {
      return beginning;
    },
    feed(chunk) {
      const text = chunk.toString('latin1');
      if (opened) return pass(text);
      beginning = (beginning + text).slice(-keptBeginning);
      const found = openedLine.exec(beginning);
      if (found === null) return Buffer.alloc(0);
      opened = true;
      // The host may be quicker with its first words than ssh with its line.
      const early = beginning.slice(0, found.index).replace(/debug[123]: [^\r\n]*\r?\n/g, '');
      return pass(early + beginning.slice(found.index + found[0].length));
    },
    end() {
      const found = lastLine.exec(kept);
      if (found !== null) {
        const code = found[1] === undefined ? undefined : Number(found[1]);
        status = code !== undefined && code <= 255 ? { code } : {};
        kept = kept.slice(0, found.index);
      }
      const rest = Buffer.from(kept, 'latin1');
      kept = '';
      return rest;
    },
  };
}
