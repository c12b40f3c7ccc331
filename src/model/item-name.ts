import { canonicalJson, isObject, type Json } from './json.ts';

/** What an item of a `for_each` step is called: its own name, where it has one, else its JSON. Not yet safe. */
export function itemName(item: Json): string {
  if (typeof item === 'string') return item;
  const own = isObject(item) ? [item['name'], item['id'], item['path'], item['port'], item['title']] : [];
  const name = own.find((value) => typeof value === 'string' || typeof value === 'number');
  return name === undefined ? canonicalJson(item) : String(name);
}
