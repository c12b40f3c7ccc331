import type { PlacedDirective } from './config-includes.ts';

/** Where in the configuration a directive stands. */
export interface Surroundings {
  /** First `server_name` of the enclosing `server`; empty when it has none. */
  readonly server: string;
  /** `http`, `stream`, `mail`; empty outside. */
  readonly area: string;
}

const areas = new Set(['http', 'stream', 'mail']);

/** Calls `visit` for every directive, depth first, in the order in which nginx reads them. */
export function walkConfig(
  directives: readonly PlacedDirective[],
  visit: (directive: PlacedDirective, surroundings: Surroundings) => void,
  surroundings: Surroundings = { server: '', area: '' },
): void {
  for (const directive of directives) {
    visit(directive, surroundings);
    if (directive.block) walkConfig(directive.block, visit, inside(directive, surroundings));
  }
}

function inside({ name, args, block }: PlacedDirective, outer: Surroundings): Surroundings {
  if (areas.has(name) && outer.area === '') return { ...outer, area: name };
  if (name !== 'server' || args.length > 0) return outer;
  const named = block?.find((directive) => directive.name === 'server_name');
  return { ...outer, server: named?.args[0] ?? '' };
}
