import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

/** The pack whose code runs, also in what that code left for later: timers, callbacks, promises. */
const atWork = new AsyncLocalStorage<string | undefined>();

/** Runs code of a pack under its name. */
export function asPack<T>(pack: string, work: () => T): T {
  guardProcess();
  return atWork.run(pack, work);
}

/** A pack, or a part of one, whose functions run under its name. */
export function inItsName<T extends object>(pack: string, part: T): T {
  const members = Object.entries(part).map(([name, member]: [string, unknown]) => [name, named(pack, part, member)]);
  // Every member is what it was, but for the name under which it runs.
  return Object.fromEntries(members) as T;
}

function named(pack: string, part: object, member: unknown): unknown {
  if (typeof member === 'function')
    return (...given: readonly unknown[]): unknown => asPack(pack, () => Reflect.apply(member, part, given));
  return member;
}

/** Runs mendgate's own code, which a pack calls. */
export function asMendgate<T>(work: () => T): T {
  return atWork.run(undefined, work);
}

/** The pack whose code runs now, as a person may find it; `undefined`: mendgate's own. */
export function packAtWork(): string | undefined {
  return atWork.getStore();
}

let guarded = false;

/** Whether code of packs has run in this process. */
export function packsRan(): boolean {
  return guarded;
}

/** From now on the process is mendgate's where a pack's code runs. */
function guardProcess(): void {
  if (guarded) return;
  guarded = true;
  guardStdout();
  guardExit();
  // For those who import it from node:process.
  syncBuiltinESMExports();
}

/** What a pack prints goes to stderr: programs read mendgate's stdout. */
function guardStdout(): void {
  const { stdout, stderr } = process;
  const { write } = stdout;
  stdout.write = (...given: readonly unknown[]): boolean =>
    packAtWork() === undefined ? Reflect.apply(write, stdout, given) : Reflect.apply(stderr.write, stderr, given);
}

/** `process.exit` throws where a pack calls it: how a run ends is not for a pack to say. */
function guardExit(): void {
  const exit = process.exit.bind(process);
  process.exit = function guardedExit(code) {
    if (packAtWork() === undefined) return exit(code);
    const error = new Error(`it calls process.exit(${code ?? ''}), and a pack must not end the run`);
    // The first line of the stack is the pack's own.
    Error.captureStackTrace(error, guardedExit);
    throw error;
  };
}
