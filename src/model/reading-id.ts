/**
 * A reading's id without the items in it: `symptom.writable[{"path":"/x"}]` → `symptom.writable`. Items are whole answers of other
 * probes, with times and counts in them. No name in an id has a bracket.
 */
export function withoutItems(id: string): string {
  let kept = '';
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < id.length; at += 1) {
    const character = id[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (depth > 0 && character === '"') quoted = true;
    else if (character === '[') depth += 1;
    else if (character === ']' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept;
}
