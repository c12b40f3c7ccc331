import type { Json } from './json.ts';
import type { UserPack } from './pack.ts';
import type { Resource } from './resource.ts';
import type { Rollout } from './rollout.ts';
import type { Schema } from './schema.ts';

/** CEL source, already free of a surrounding `${{ }}`. */
export type Cel = string;
/** A string in which `${{ CEL }}` may stand. */
export type Text = string;
/** JSON in whose strings `${{ CEL }}` may stand; a string that is wholly one interpolation yields that value. */
export type Tree = Json;

/** All parts must hold, each reported by itself. Empty: true. */
export type Cond = readonly CondPart[];

/** One part of a condition, reported by itself. */
export interface CondPart {
  readonly check: Cel;
  readonly message?: Text;
}

/** `false`: as the connecting user. A name: through become as that user; `true` in YAML is `root`. */
export type Become = false | string;

/** The program on a host that makes one user another. */
export type BecomeMethod = 'sudo' | 'doas' | 'su';

export function isBecomeMethod(text: unknown): text is BecomeMethod {
  return text === 'sudo' || text === 'doas' || text === 'su';
}

/** `type:` of a param; `enum` where it has `enum:` instead. */
export type ParamType = 'string' | 'int' | 'number' | 'bool' | 'dur' | 'bytes' | 'secret' | 'list' | 'map' | 'enum';

/** One entry of `params:`. */
export interface ParamDeclaration {
  readonly name: string;
  readonly type: ParamType;
  /** For `list` and `map`: the elements' type; absent: any. */
  readonly of?: Exclude<ParamType, 'secret' | 'enum'>;
  /** For `enum`. */
  readonly choices?: readonly string[];
  readonly default?: Json;
  readonly optional: boolean;
  readonly description?: string;
}

interface CallModifiers {
  /** The probe's or action's name, `domain.noun`. */
  readonly call: string;
  readonly params: Tree;
  /** CEL yielding a list, or a literal list. */
  readonly forEach?: Cel | readonly Tree[];
  /** Name of the element; default `item`. */
  readonly as: string;
  readonly become?: Become;
  readonly timeoutMs?: number;
  /** Carried out on this host of the inventory; `params` and `host` alone tell its name. */
  readonly delegateTo?: Text;
}

/** One entry of `probes:`. */
export interface ProbeCall extends CallModifiers {
  /** The name its snapshot gets. */
  readonly name: string;
  /** Author's word for commands; absent: the probe's own. */
  readonly reads?: readonly Resource[];
  /** Declared commands: the shape of their result, when the author gives one. */
  readonly result?: Schema;
}

/** One entry of a `fix:` or a `rollback:`. */
export interface ActionCall extends CallModifiers {
  readonly when?: Cond;
  readonly touches?: readonly Resource[];
}

/** The shape of `verify` and `symptom.gone`. */
export interface Check {
  /** In an order in which each finds those it uses. */
  readonly probes: readonly ProbeCall[];
  readonly that: Cond;
  readonly withinMs: number;
  readonly everyMs: number;
  /** Over a new connection. */
  readonly fresh: boolean;
}

/** How a conclusion can end a host. */
export type ConclusionVerdict = 'not_applicable' | 'not_fixed' | 'healthy';

/** One entry of `conclude:`. */
export interface Conclusion {
  readonly when: Cond;
  readonly message: Text;
  /** Absent: a note, and the step goes on. */
  readonly verdict?: ConclusionVerdict;
  /** Id of the runbook to turn to. */
  readonly see?: string;
}

/** How a step is taken back: by what its actions know, by calls of its own, or not at all. */
export type StepRollback =
  | { readonly kind: 'own' }
  | { readonly kind: 'calls'; readonly calls: readonly ActionCall[] }
  | { readonly kind: 'irreversible'; readonly why: string };

/** A fix that may cut its host off: the host takes it back by itself, unless its verify held over a new connection in time. */
export interface Risky {
  /** From just before the fix begins. */
  readonly revertAfterMs: number;
}

/** One entry of `alternatives:`; the first whose gate is open is tried, and the next where it did not help. */
export interface Alternative {
  readonly id: string;
  readonly title: Text;
  readonly gate: Cond;
  readonly confirm?: Text;
  readonly fix: readonly ActionCall[];
  readonly verify?: Check;
  readonly rollback: StepRollback;
  readonly risky?: Risky;
}

/** What a step does when its gate is open. */
export type Remediation =
  | { readonly kind: 'none' }
  | { readonly kind: 'fix'; readonly calls: readonly ActionCall[] }
  | { readonly kind: 'alternatives'; readonly alternatives: readonly Alternative[] }
  | { readonly kind: 'use'; readonly runbook: Runbook; readonly with: Tree };

/** What follows a fix that failed: undo the step, or all of them, or leave it, or undo the step and go on. */
export type OnFailure = 'rollback' | 'rollback_all' | 'keep' | 'continue';

/** One entry of `steps:`, with the defaults of the language filled in. */
export interface Step {
  readonly id: string;
  readonly title: Text;
  readonly tags: readonly string[];
  readonly when: Cond;
  /** On one host of a run, for all of them. */
  readonly runOnce?: true;
  readonly forEach?: Cel | readonly Tree[];
  readonly as: string;
  /** In an order in which each finds those it uses. */
  readonly probes: readonly ProbeCall[];
  readonly conclude: readonly Conclusion[];
  readonly gate: Cond;
  readonly confirm?: Text;
  readonly remediation: Remediation;
  readonly verify?: Check;
  readonly rollback: StepRollback;
  readonly risky?: Risky;
  readonly onFailure: OnFailure;
  /** For how long a fix waits for its turn; and, by itself, for how long each of its scripts may run. */
  readonly timeoutMs: number;
  /** Runs also when the symptom is absent or gone. */
  readonly prevent: boolean;
  readonly become?: Become;
  /** For calls that do not say themselves where they are carried out. */
  readonly delegateTo?: Text;
  /** So many hosts at a time; of those that delegate to one host, where it delegates. */
  readonly throttle?: number;
}

/** What the user suffers; it alone decides the verdict. */
export interface Symptom {
  readonly probes: readonly ProbeCall[];
  readonly present: Cond;
  readonly gone: Check;
}

/** A validated runbook: names resolve, expressions type-check, defaults of the language are filled in. */
export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly hosts: string;
  readonly params: readonly ParamDeclaration[];
  readonly become?: Become;
  /** Absent: every step runs, and the verdict follows from their results. */
  readonly symptom?: Symptom;
  readonly steps: readonly Step[];
  readonly ifNotFixed: 'rollback' | 'keep';
  /** Absent: it says nothing of it. */
  readonly rollout?: Rollout;
  /** `type`: what its expression yields, as far as that is known. */
  readonly outputs: readonly { readonly name: string; readonly value: Cel; readonly type?: Schema }[];
  /** Packs of the author's own that this document names. */
  readonly packs?: readonly UserPack[];
  /** As given on the command line. */
  readonly file: string;
  /** Hex SHA-256 of the file's bytes. */
  readonly sha256: string;
}

/** The packs of a runbook and of all that it uses, each once. */
export function packsOf(runbook: Runbook): readonly UserPack[] {
  const used = runbook.steps.flatMap(({ remediation }) =>
    remediation.kind === 'use' ? packsOf(remediation.runbook) : [],
  );
  const all = [...(runbook.packs ?? []), ...used];
  return [...new Map(all.map((pack) => [pack.file, pack])).values()];
}
