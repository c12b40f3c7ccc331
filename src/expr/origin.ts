import { macroParts, type Node, parseCel } from './syntax.ts';

/** Where a value may come from: paths like `confirm.denials.port`. An element of a list has its list's path. */
export interface Origin {
  readonly paths: readonly string[];
  /** Members that come from elsewhere: what an element of a `for_each` probe was asked for. */
  readonly members?: ReadonlyMap<string, Origin>;
}

export const nowhere: Origin = { paths: [] };

/**
 * Where an expression's value may come from, told of names whose origin is known. `read` hears every path that the
 * expression looks at on the way. Never throws; what it cannot follow comes from nowhere.
 */
export function originOf(source: string, names: ReadonlyMap<string, Origin>, read: (path: string) => void): Origin {
  const parsed = parseCel(source);
  return parsed.ok ? follow(parsed.node, names, read) : nowhere;
}

type Names = ReadonlyMap<string, Origin>;

function follow(node: Node, names: Names, read: (path: string) => void): Origin {
  const each = (nodes: readonly Node[]): Origin => together(nodes.map((one) => follow(one, names, read)));
  switch (node.op) {
    case 'value':
      return nowhere;
    case 'id':
      return heard(names.get(node.args) ?? nowhere, read);
    case '.':
    case '.?':
      return heard(memberOf(follow(node.args[0], names, read), String(node.args[1])), read);
    case '[]':
    case '[?]': {
      const [list] = node.args.map((one) => follow(one, names, read));
      return list ?? nowhere;
    }
    case 'call':
      return each(node.args[1]);
    case 'rcall': {
      const macro = macroParts(node);
      if (macro === undefined) return each([node.args[1], ...node.args[2]]);
      const range = follow(macro.range, names, read);
      const inside = new Map([...names, [macro.variable, range]]);
      const bodies = macro.bodies.map((body) => follow(body, inside, read));
      if (macro.name === 'filter') return range;
      return macro.name === 'map' ? (bodies.at(-1) ?? nowhere) : nowhere;
    }
    case 'list':
      return each(node.args);
    case 'map':
      return each(node.args.flat());
    case '?:': {
      const [condition, yes, no] = node.args;
      follow(condition, names, read);
      return each([yes, no]);
    }
    case '!_':
    case '-_':
      follow(node.args, names, read);
      return nowhere;
    case '+':
      return each(node.args);
    default:
      each(node.args);
      return nowhere;
  }
}

function heard(origin: Origin, read: (path: string) => void): Origin {
  for (const path of origin.paths) read(path);
  return origin;
}

function memberOf({ paths, members }: Origin, name: string): Origin {
  return members?.get(name) ?? { paths: paths.map((path) => `${path}.${name}`) };
}

function together(origins: readonly Origin[]): Origin {
  const members = new Map(origins.flatMap((origin) => [...(origin.members ?? [])]));
  const paths = [...new Set(origins.flatMap((origin) => origin.paths))];
  return members.size === 0 ? { paths } : { paths, members };
}
