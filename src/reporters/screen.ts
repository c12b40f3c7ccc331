import type { Output } from './reporter.ts';

/** A block of lines that is drawn over itself at the bottom of a terminal; other lines are printed above it for good. */
export interface Screen {
  draw(lines: readonly string[]): void;
  print(lines: readonly string[]): void;
  /** Takes the block away and shows the cursor, until `resume`. */
  pause(): void;
  resume(): void;
  /** Leaves the block as it is and shows the cursor. */
  finish(): void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseLineEnd = '\x1b[K';
const eraseBelow = '\x1b[J';
const sgr = /\x1b\[[0-9;]*m/g;

/** Writes each picture at once, so that nothing flickers. */
export function createScreen(output: Output): Screen {
  let drawn: readonly string[] = [];
  let cursorHidden = false;
  let paused = false;

  /** To the block's first column. After the terminal got narrower a line stands on several. */
  function back(): string {
    const columns = Math.max(1, output.columns);
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.replace(sgr, '').length / columns)), 0);
    return rows === 0 ? '' : `\r\x1b[${rows}A`;
  }
  function picture(lines: readonly string[]): string {
    return lines.map((line) => `${line}${eraseLineEnd}\n`).join('');
  }
  /** What fits; the rest is counted. */
  function fitted(lines: readonly string[]): readonly string[] {
    const room = Math.max(2, (output.rows ?? 24) - 1);
    if (lines.length <= room) return lines;
    return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
  }
  function showAgain(): string {
    const text = cursorHidden ? showCursor : '';
    cursorHidden = false;
    return text;
  }

  return {
    draw(lines) {
      const next = fitted(lines);
      if (paused || (next.length === drawn.length && next.every((line, at) => line === drawn[at]))) return;
      const hide = cursorHidden ? '' : hideCursor;
      cursorHidden = true;
      output.write(`${hide}${back()}${picture(next)}${eraseBelow}`);
      drawn = next;
    },
    print(lines) {
      output.write(`${back()}${drawn.length > 0 ? eraseBelow : ''}${lines.join('\n')}\n${picture(drawn)}`);
    },
    pause() {
      paused = true;
      const text = `${back()}${drawn.length > 0 ? eraseBelow : ''}${showAgain()}`;
      if (text !== '') output.write(text);
      drawn = [];
    },
    resume() {
      paused = false;
    },
    finish() {
      const text = showAgain();
      if (text !== '') output.write(text);
      drawn = [];
    },
  };
}
