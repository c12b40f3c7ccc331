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

const markerPattern = /^ [a-z]+(?: \d{1,10})*\n/;
const longestMarker = 64;

/** A scanner that looks for no nonce yet. What only looks like the nonce, without a marker's words, is bytes. */
export function markerScanner(handlers: ScanHandlers): MarkerScanner {
  let nonce: Buffer | undefined;
  let held: Buffer = Buffer.alloc(0);

  function take(data: Buffer): Buffer {
    let rest = data;
    let from = 0;
    while (nonce !== undefined) {
      const at = rest.indexOf(nonce, from);
      if (at < 0) break;
      const tail = rest.subarray(at + nonce.length, at + nonce.length + longestMarker).toString('latin1');
      const [found] = markerPattern.exec(tail) ?? [];
      if (found === undefined) {
        if (!tail.includes('\n') && tail.length < longestMarker) {
          emit(rest.subarray(0, at));
          return rest.subarray(at);
        }
        from = at + 1;
        continue;
      }
      emit(rest.subarray(0, at));
      rest = rest.subarray(at + nonce.length + found.length);
      from = 0;
      handlers.marker(found.trim().split(' '));
    }
    const keep = nonce === undefined ? 0 : partialLength(rest, nonce);
    emit(rest.subarray(0, rest.length - keep));
    return rest.subarray(rest.length - keep);
  }

  function emit(bytes: Buffer): void {
    if (bytes.length > 0) handlers.bytes(bytes);
  }

  return {
    push(chunk) {
      held = take(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
    },
    lookFor(next) {
      nonce = next === undefined ? undefined : Buffer.from(next, 'latin1');
    },
    flush() {
      emit(held);
      held = Buffer.alloc(0);
    },
  };
}

/** How many bytes at the end of `data` are a beginning of `nonce`. */
function partialLength(data: Buffer, nonce: Buffer): number {
  // Nearly all chunks end with a line, and no nonce has a line end in it.
  if (data.length === 0 || data[data.length - 1] === 0x0a) return 0;
  for (let length = Math.min(nonce.length - 1, data.length); length > 0; length -= 1) {
    if (data.compare(nonce, 0, length, data.length - length) === 0) return length;
  }
  return 0;
}

/** A marker's word as an exit code; `undefined` for what no shell can mean. */
export function exitCode(word: string | undefined): number | undefined {
  const code = Number(word);
  return word !== undefined && code <= 255 ? code : undefined;
}
