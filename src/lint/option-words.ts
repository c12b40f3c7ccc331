import { takesNext, type ValuedOptions } from '../shell/carriers.ts';

/** The words of a command line that are neither options nor their values; behind `--` all of them. */
export function operands(args: readonly string[], valued: ValuedOptions = {}): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return [...found, ...args.slice(at + 1)];
    if (!/^-./.test(word)) found.push(word);
    else if (takesNext(valued, word)) at += 1;
  }
  return found;
}

/** The value of an option: `-o X`, `-qo X`, `-oX`, `--output X`, `--output=X`; `undefined`: it isn't there. */
export function optionValue(args: readonly string[], letter: string, name: string): string | undefined {
  for (const [at, word] of args.entries()) {
    const inside = new RegExp(`^(?:-[A-Za-z]*${letter}|--${name}(?:=|$))(.*)$`, 's').exec(word);
    if (inside !== null) return inside[1] === '' ? (args[at + 1] ?? '') : inside[1];
  }
  return undefined;
}
