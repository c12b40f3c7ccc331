/** An element of an XML document, with its parts in order. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

/** What XML 1.0 lets a document hold. */
const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#10': '\n' };

/** Reads the XML that we write, strictly: whatever is not well-formed is an error. */
export function parseXml(source: string): Element {
  if (!allowed.test(source)) throw new Error('a character that XML has not');
  const root: Element = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [root];
  const token = /<\?xml[^?]*\?>|<(\/?)([\w.-]+)((?:\s+[\w.:-]+="[^"<]*")*)\s*(\/?)>|([^<>]+)/gy;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) throw new Error(`not well-formed: ${source.slice(at, at + 60)}`);
    const [, close, name, attributes = '', empty, text] = match;
    const inside = open.at(-1);
    if (inside === undefined) throw new Error('after the end');
    if (text !== undefined) inside.text += decoded(text);
    else if (close === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> ends nothing`);
    } else if (name !== undefined) {
      const found = [...attributes.matchAll(/([\w.:-]+)="([^"]*)"/g)].map(
        ([, key = '', value = '']) => [key, decoded(value)] as const,
      );
      const element: Element = { name, attributes: new Map(found), children: [], text: '' };
      inside.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || only === undefined || root.children.length !== 1) throw new Error('not one element');
  return only;
}

function decoded(text: string): string {
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const character = entities[name];
    if (character === undefined) throw new Error(`no entity: ${whole}`);
    return character;
  });
}
