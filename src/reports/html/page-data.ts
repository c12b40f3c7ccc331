import type { Reason } from '../../model/plan.ts';
import type { ChangeReport, End, HostReport, ItemReport, Moment, Report, StepReport } from '../report.ts';

// What the page's script reads: the report in less space. Types only: nothing of src/ runs in the page.

/** All but the hosts' evidence; read when the page opens. */
export interface PageIndex
  extends Pick<
    Report,
    | 'run'
    | 'kind'
    | 'of'
    | 'runbook'
    | 'operators'
    | 'startedAt'
    | 'lastAt'
    | 'ended'
    | 'changes'
    | 'inventoryHosts'
    | 'damage'
    | 'verdicts'
    | 'warnings'
    | 'commands'
  > {
  readonly mendgate: string;
  readonly diagnoses: readonly {
    readonly diagnosis: string;
    /** `web[01-37]`. */
    readonly names: string;
    readonly hosts: number;
    readonly verdicts: Report['verdicts'];
  }[];
  readonly hosts: readonly PageEntry[];
}

/** A host in the list. */
export interface PageEntry {
  readonly host: string;
  readonly verdict: End;
  readonly needsLook: boolean;
  /** Place in `diagnoses`. */
  readonly diagnosis: number;
  readonly reason?: string;
  readonly ms: number;
  /** What else a search finds it by. */
  readonly words: string;
}

/** A host's evidence; read when the host is opened. */
export interface PageHost
  extends Pick<
    HostReport,
    'help' | 'see' | 'symptom' | 'hostKey' | 'machineId' | 'bootId' | 'notes' | 'standing' | 'underWay' | 'commands'
  > {
  readonly looks: readonly (readonly [ms: number, look: PageLook])[];
  readonly steps: readonly PageStep[];
  readonly timeLine: readonly (readonly [ms: number, moment: Pick<Moment, 'tone' | 'what' | 'text'>])[];
  readonly readings: readonly (readonly [ms: number, took: number, reading: PageReading])[];
  /** JSON texts. */
  readonly outputs: readonly (readonly [name: string, value: string])[];
}

export interface PageLook {
  readonly when: 'first' | 'after_fix' | 'last';
  readonly present: boolean | 'unknown';
  readonly reasons: readonly Reason[];
}

export type PageStep = Omit<StepReport, 'items'> & { readonly items: readonly PageItem[] };

export type PageItem = Omit<ItemReport, 'changes' | 'verify'> & {
  readonly changes: readonly PageChange[];
  readonly verify: readonly (readonly [
    ms: number,
    look: { readonly held: boolean; readonly reasons: readonly Reason[] },
  ])[];
};

/** `before` and `change` as JSON texts. */
export type PageChange = Omit<ChangeReport, 'before' | 'change'> & { readonly before: string; readonly change: string };

export interface PageReading {
  readonly step?: string;
  readonly name: string;
  readonly probe: string;
  /** The host that was looked at, where that is another. */
  readonly on?: string;
  /** JSON texts; `value` is absent when unknown. */
  readonly params: string;
  readonly value?: string;
  readonly unknown?: string;
  readonly predicted?: true;
}

/** JSON in which a part that was pooled stands as `{"$":PLACE}`. Our own members have no such name, and hosts' JSON travels as text. */
export type Pooled = string | number | boolean | null | readonly Pooled[] | { readonly [name: string]: Pooled };
