import { shellWord } from './quote.ts';

/** What is added to a command that a person is to type about a run that is kept elsewhere than usual; `''`: it isn't. */
export function stateOption(stateDir: string | undefined): string {
  return stateDir === undefined ? '' : ` --state-dir ${shellWord(stateDir)}`;
}
