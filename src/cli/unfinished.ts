import { type Event, safeLine } from '../index.ts';

/** What is known of one host while a run is at it. */
interface AtHost {
  /** Steps by their unit's key: how each stands, in words. Those that ended are not here. */
  readonly units: Map<string, string>;
  /** By the same keys: that the host takes it back by itself, or nothing. */
  readonly backs: Map<string, string>;
  /** Of a host that ended so that somebody has to look. */
  verdict?: string;
}

/** Follows a run, so that whatever ends it, it can be said which hosts and steps are not known, or half-done. */
export class Unfinished {
  readonly #hosts = new Map<string, AtHost>();
  /** Of the run that it follows; `undefined`: none has begun. */
  run: string | undefined;

  take(event: Event): void {
    this.run = event.run;
    if (!('host' in event) || event.host === undefined) return;
    const at = this.#hosts.get(event.host) ?? { units: new Map<string, string>(), backs: new Map<string, string>() };
    this.#hosts.set(event.host, at);
    switch (event.type) {
      case 'fix.intent':
        at.backs.set(unitOf(event), takenBack(event.revertAfterMs));
        at.units.set(unitOf(event), `step ${event.step}: its fix was being made; how far it came is unknown`);
        return;
      case 'fix.result':
        if (event.outcome === 'not_started') at.units.delete(unitOf(event));
        else at.units.set(unitOf(event), `step ${event.step}: ${resultWords[event.outcome]}`);
        return;
      case 'rollback.intent':
        at.units.set(unitOf(event), `step ${event.step}: was being taken back; how far that came is unknown`);
        return;
      case 'rollback.result':
        if (event.done) at.units.delete(unitOf(event));
        else at.units.set(unitOf(event), `step ${event.step}: could not be taken back: ${event.reason ?? 'unknown'}`);
        return;
      case 'host.finished': {
        const { verdict, reason = '' } = event.outcome;
        if (verdict === 'unknown' || verdict === 'rollback_failed')
          at.verdict = `${verdict.replace('_', ' ')}: ${reason}`;
        else this.#hosts.delete(event.host);
        return;
      }
      default:
    }
  }

  /** One line for each host and step that somebody has to look at, safe to print. */
  lines(): readonly string[] {
    return [...this.#hosts].flatMap(([host, { units, backs, verdict }]) =>
      (verdict === undefined ? [...units].map(([unit, text]) => text + (backs.get(unit) ?? '')) : [verdict]).map(
        (text) => safeLine(`${host}: ${text}`),
      ),
    );
  }
}

const resultWords = {
  done: 'its fix was made, and what follows it is not done',
  failed: 'its fix failed, and what it did stands',
  unknown: 'whether its fix was made is unknown',
} as const;

/** Of a risky fix. */
function takenBack(afterMs: number | undefined): string {
  if (afterMs === undefined) return '';
  return `; unless it is confirmed, the host takes it back by itself, ${Math.ceil(afterMs / 1000)} s after it began`;
}

function unitOf({ key }: { readonly key: readonly unknown[] }): string {
  return JSON.stringify(key);
}
