/** A part of a stream: bytes that belong to whoever is writing, or a marker (its words after the nonce). */
export interface ScanHandlers {
  bytes(bytes: Buffer): void;
  marker(words: readonly string[]): void;
}

/** Finds the markers `NONCE WORD…` of one stream, one nonce at a time, however the stream is cut into chunks. */
export interface MarkerScanner {
  push(chunk: Buffer): void;
  /** The nonce to look for from here on; `undefined`: nothing more is a marker. May be called from a handler. */
  lookFor(nonce: string | undefined): void;
  /** Hands out what was held back because a marker might have begun in it. */
  flush(): void;
}

const markerPattern = /^ ([a-z]+(?: \d{1,10})*)\n/;
const longestMarker = 64;
const nothing = Buffer.alloc(0);

/** A scanner that looks for no nonce yet. What only looks like the nonce, without a marker's words, is bytes. */
export function markerScanner(handlers: ScanHandlers): MarkerScanner {
  let nonce: Buffer | undefined;
  let held: Buffer = nothing;

  /** Gives what may be the beginning of a marker. */
  function take(data: Buffer): Buffer {
    // All before it was handed out.
    let start = 0;
    let from = 0;
    while (nonce !== undefined) {
      const at = data.indexOf(nonce, from);
      if (at < 0) break;
      const after = at + nonce.length;
      const tail = data.toString('latin1', after, after + longestMarker);
      const [found, words] = markerPattern.exec(tail) ?? [];
      if (found === undefined || words === undefined) {
        if (!tail.includes('\n') && tail.length < longestMarker) {
          emit(data, start, at);
          return data.subarray(at);
        }
        from = at + 1;
        continue;
      }
      emit(data, start, at);
      start = after + found.length;
      from = start;
      handlers.marker(words.split(' '));
    }
    const end = data.length - (nonce === undefined ? 0 : partialLength(data, start, nonce));
    emit(data, start, end);
    return end === data.length ? nothing : data.subarray(end);
  }

  function emit(data: Buffer, start: number, end: number): void {
    if (end > start) handlers.bytes(data.subarray(start, end));
  }

  return {
    push(chunk) {
      held = take(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
    },
    lookFor(next) {
      nonce = next === undefined ? undefined : Buffer.from(next, 'latin1');
    },
    flush() {
      emit(held, 0, held.length);
      held = nothing;
    },
  };
}

/** How many bytes at the end of `data`, from `start` on, are a beginning of `nonce`. */
function partialLength(data: Buffer, start: number, nonce: Buffer): number {
  // Nearly all chunks end with a line, and no nonce has a line end in it.
  if (data[data.length - 1] === 0x0a) return 0;
  for (let length = Math.min(nonce.length - 1, data.length - start); length > 0; length -= 1) {
    if (data.compare(nonce, 0, length, data.length - length) === 0) return length;
  }
  return 0;
}

/** A marker's word as an exit code; `undefined` for what no shell can mean. */
export function exitCode(word: string | undefined): number | undefined {
  const code = Number(word);
  return word !== undefined && code <= 255 ? code : undefined;
}
