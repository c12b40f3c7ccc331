// The only way in which this page makes elements. A text becomes a text node: there is no way to markup.

export type Child = Node | string | undefined | false;

interface Attributes {
  readonly [name: string]: string | boolean | undefined;
}

/** `class` and every other attribute are ours, never a host's, but `href`, which begins with `#`, and `data-…`. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(attribute, value === true ? '' : value);
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false).map(shown));
  return made;
}

function shown(child: Node | string): Node | string {
  return typeof child === 'string' ? visible(child) : child;
}

/** What would turn the direction of a line, or show nothing, is shown by its number: a host must not hide what it says. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no ${id}`);
  return found;
}
