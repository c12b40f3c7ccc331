import { type Context, plainType, type Range } from './check-context.ts';
import { didYouMean, nameList } from './suggest.ts';
import { type Node, textOf } from './syntax.ts';
import { any, describeType, isSecret, itemsOf, memberOf, string, type Type } from './type.ts';

type Access = Node & { readonly op: '.' | '[]' };

/** `base.field`, `base["field"]` or `list[0]`: the field must be declared, and surely be there. */
export function checkReference(node: Access, context: Context): Type {
  const base = plainType(node.args[0], context);
  const field = fieldOf(node);
  if (field === undefined) return checkIndex(node, base, context);
  const member = checkField(node, base, field, context);
  if (member === undefined) return any;
  if (member.optional) {
    context.report('cel/maybe-absent', `\`${field.name}\` may be absent`, field, absentHelp(node));
  }
  if (isSecret(member.type) && !context.secrets) {
    context.report('cel/secret', `\`${field.name}\` is a secret and cannot be used here`, field);
    return string;
  }
  return member.type;
}

interface Field extends Range {
  readonly name: string;
}

/** The field's name and where it stands, when it is written out. */
export function fieldOf(node: Access): Field | undefined {
  if (node.op === '.') return { name: node.args[1], start: node.pos, end: node.pos + node.args[1].length };
  const key = node.args[1];
  return key.op === 'value' && typeof key.args === 'string'
    ? { name: key.args, start: key.start, end: key.end }
    : undefined;
}

/** The declared type of a field; `undefined` when it has none, or the problem is reported. */
export function checkField(
  node: Access,
  base: Type,
  field: Field,
  context: Context,
): { readonly type: Type; readonly optional: boolean } | undefined {
  if (base.type === 'any') return undefined;
  const owner = textOf(node.args[0]);
  if (base.type !== 'object') {
    const message = `\`${owner}\` is ${describeType(base)}: it has no \`${field.name}\``;
    context.report('cel/no-such-field', message, field, listHelp(base, owner, field.name));
    return undefined;
  }
  const member = memberOf(base, field.name);
  if (member !== undefined) return { type: member.schema, optional: member.optional };
  const names = Object.keys(base.properties);
  const help = didYouMean(field.name, names) ?? (names.length > 0 ? `it has ${nameList(names)}` : 'it has no fields');
  context.report('cel/no-such-field', `there is no \`${field.name}\` in \`${owner}\``, field, help);
  return undefined;
}

function listHelp(base: Type, owner: string, field: string): string | undefined {
  if (base.type !== 'array') return undefined;
  if (field === 'length') return `\`size(${owner})\``;
  return `ask its elements: \`${owner}.exists(x, x.${field} …)\`, \`${owner}.map(x, x.${field})\` or \`${owner}[0].${field}\``;
}

function absentHelp(node: Access): string {
  const text = textOf(node);
  return node.op === '.' ? `ask first: \`has(${text}) && …\` or \`has(${text}) ? ${text} : …\`` : 'ask `has()` first';
}

function checkIndex(node: Access, base: Type, context: Context): Type {
  if (node.op !== '[]') return any;
  const at = plainType(node.args[1], context);
  const wanted = base.type === 'array' ? ['integer', 'number'] : ['string'];
  if (base.type === 'any') return any;
  if (base.type !== 'array' && base.type !== 'object') {
    context.report('cel/type', `\`${textOf(node.args[0])}\` is ${describeType(base)}: it has no elements`, node);
    return any;
  }
  if (at.type !== 'any' && !wanted.includes(at.type)) {
    const what =
      base.type === 'array' ? "a list's element is named by an integer" : "an object's member is named by a string";
    context.report('cel/type', `${what}, not ${describeType(at)}`, node.args[1]);
  }
  if (base.type === 'array') return itemsOf(base);
  const open = base.additionalProperties;
  return open && Object.keys(base.properties).length === 0 ? open : any;
}
