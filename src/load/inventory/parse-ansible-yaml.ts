import type { Diagnostic } from '../../model/diagnostic.ts';
import { type Located, parseYaml, saysNothing } from '../parse-yaml.ts';
import type { Source } from '../source.ts';
import { type Findings, withoutWords } from './place.ts';

/** The way out where only Ansible itself can read something. */
export const ansibleItself = 'give -i an executable that says: exec ansible-inventory -i THIS_FILE --list';

/** A YAML file of Ansible's, without its tags. */
export interface AnsibleYaml extends Located {
  /** Offsets at which texts begin that were tagged `!unsafe`. */
  readonly unsafe: ReadonlySet<number>;
}

/**
 * A YAML file written for Ansible. Its tags `!vault` and `!unsafe` are blanked out, in place, so that positions stay
 * true; the vault's own header still tells an encrypted value. `undefined`: nothing in it, or nothing that can be read.
 */
export function parseAnsibleYaml(source: Source, findings: Findings): AnsibleYaml | undefined {
  if (saysNothing(source.text)) return undefined;
  const unsafe = new Set<number>();
  const text = source.text.replace(
    /^([ \t]*(?:-[ \t]+)*(?:[\w."'-]+[ \t]*:[ \t]+)?)(!(?:vault-encrypted|vault|unsafe))(\s+)/gm,
    (whole: string, before: string, tag: string, blanks: string, at: number) => {
      if (tag === '!unsafe') unsafe.add(at + whole.length);
      return before + ' '.repeat(tag.length) + blanks;
    },
  );
  const parsed = parseYaml({ ...source, text });
  findings.add(parsed.diagnostics.map(source.sealed === true ? withoutWords : withWayOut));
  return parsed.value && { ...parsed.value, unsafe };
}

/** What Ansible's own reader allows and ours does not, Ansible can resolve. */
function withWayOut(diagnostic: Diagnostic): Diagnostic {
  if (!['yaml/alias', 'yaml/merge-key'].includes(diagnostic.code)) return diagnostic;
  const help = `Ansible allows anchors, aliases and <<, files here do not: write the value out, or ${ansibleItself}`;
  return { ...diagnostic, help };
}
