const range = /^([\w.-]*)\[(\d{1,15}(?:-\d{1,15})?(?:,\d{1,15}(?:-\d{1,15})?)*)\]([\w.-]*)$/;

/**
 * What {@link foldNames} made one word of: `web[01-03,07]` → `web01 web02 web03 web07`. `undefined`: it is no such word, or
 * stands for more than `most` names.
 */
export function unfoldNames(word: string, most: number): readonly string[] | undefined {
  const [, prefix = '', inside, suffix = ''] = range.exec(word) ?? [];
  if (inside === undefined) return undefined;
  const names: string[] = [];
  for (const part of inside.split(',')) {
    const [from = '', to = from] = part.split('-');
    if (Number(to) < Number(from) || names.length + Number(to) - Number(from) >= most) return undefined;
    for (let number = Number(from); number <= Number(to); number++)
      names.push(`${prefix}${String(number).padStart(from.length, '0')}${suffix}`);
  }
  return names;
}
