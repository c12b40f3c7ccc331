interface Candidate {
  readonly name: string;
  readonly prefix: string;
  readonly digits: string;
  readonly suffix: string;
}

/**
 * Host names in short: `web01 web02 web03 db1` → `web[01-03], db1`. In each name the number is folded that it shares with
 * most others (`web01.dc2`, `web02.dc2` → `web[01-02].dc2`). Nothing is lost: leading zeros tell the width.
 */
export function foldNames(names: readonly string[]): string {
  const left = new Set(names);
  const folded = new Map<string, string>();
  for (const family of familiesBySize([...left])) {
    const members = family.filter((member) => left.has(member.name));
    for (const sameWidth of byWidth(members)) {
      const first = sameWidth[0];
      if (first === undefined || sameWidth.length < 2) continue;
      for (const { name } of sameWidth) left.delete(name);
      folded.set(first.name, `${first.prefix}[${ranges(sameWidth.map((member) => member.digits))}]${first.suffix}`);
    }
  }
  return [...new Set(names)].flatMap((name) => folded.get(name) ?? (left.has(name) ? [name] : [])).join(', ');
}

/** All names that differ in one number only, the largest such family first. */
function familiesBySize(names: readonly string[]): readonly (readonly Candidate[])[] {
  const families = new Map<string, Candidate[]>();
  for (const name of names) {
    for (const match of [...name.matchAll(/\d{1,15}/g)].reverse()) {
      const prefix = name.slice(0, match.index);
      const suffix = name.slice(match.index + match[0].length);
      const key = JSON.stringify([prefix, suffix]);
      const family = families.get(key) ?? [];
      family.push({ name, prefix, digits: match[0], suffix });
      families.set(key, family);
    }
  }
  return [...families.values()].filter((family) => family.length > 1).sort((a, b) => b.length - a.length);
}

/** Members whose digits are their number padded to one width, sorted by number. */
function byWidth(members: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const shortest = Math.min(...members.map((member) => member.digits.length));
  const fits = (member: Candidate): boolean => String(Number(member.digits)).padStart(shortest, '0') === member.digits;
  const alike = members.filter(fits).sort((a, b) => Number(a.digits) - Number(b.digits));
  const others = members.filter((member) => !fits(member));
  return others.length === 0 || alike.length === 0 ? [alike] : [alike, ...byWidth(others)];
}

/** `01 02 03 07` → `01-03,07`; sorted by number. */
function ranges(digits: readonly string[]): string {
  const parts: { from: string; to: string }[] = [];
  for (const text of digits) {
    const last = parts.at(-1);
    if (last !== undefined && Number(last.to) + 1 === Number(text)) last.to = text;
    else parts.push({ from: text, to: text });
  }
  return parts.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(',');
}
