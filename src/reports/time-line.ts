import { formatDuration } from '../model/duration.ts';
import { itemName } from '../model/item-name.ts';
import type { Json } from '../model/json.ts';
import { type StepOutcome, whyOf } from '../model/result.ts';
import type { OfHost } from './host-report.ts';
import type { Moment } from './report.ts';

type Told = Pick<Moment, 'tone' | 'what' | 'text'>;

/** What happened on a host, in order, without what was only read, or is told elsewhere (notes). `startMs`: when the run began, epoch ms. */
export function timeLine(events: readonly OfHost[], startMs: number): readonly Moment[] {
  return events.flatMap((event) => {
    const told = tell(event);
    if (told === undefined) return [];
    return [{ at: event.at, ms: Math.max(0, Date.parse(event.at) - startMs), ...told }];
  });
}

function tell(event: OfHost): Told | undefined {
  switch (event.type) {
    case 'host.connected':
      return { tone: 'plain', what: 'connected', text: `in ${formatDuration(event.ms)}` };
    case 'host.unreachable':
      return { tone: 'bad', what: 'unreachable', text: `${event.phase}: ${event.reason}` };
    case 'symptom.looked': {
      const how = event.present === 'unknown' ? 'unknown' : event.present ? 'present' : 'absent';
      const tone = event.present === 'unknown' ? 'open' : event.present ? 'bad' : 'good';
      return { tone, what: 'symptom', text: `${how} (${event.when.replace('_', ' ')} look)` };
    }
    case 'step.finished':
      return stepFinished(event);
    case 'host.finished': {
      const { verdict, reason } = event.outcome;
      return { tone: 'plain', what: 'ended', text: verdict.replaceAll('_', ' ') + (reason ? `: ${reason}` : '') };
    }
    default:
      return tellFix(event);
  }
}

function tellFix(event: OfHost): Told | undefined {
  switch (event.type) {
    case 'fix.intent': {
      const by = event.alternative === undefined ? '' : ` by ${event.alternative}`;
      const changes = event.changes.map(({ summary }) => summary).join('; ');
      const attempt = event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
      return { tone: 'change', what: 'fix begins', text: `${place(event)}${by}: ${changes}${attempt}` };
    }
    case 'fix.result': {
      const tone = event.outcome === 'done' ? 'change' : event.outcome === 'unknown' ? 'open' : 'bad';
      const why = event.reason === undefined ? '' : `: ${event.reason}`;
      const how = event.outcome.replace('_', ' ');
      return { tone, what: 'fix ended', text: `${place(event)}: ${how}${why} (${formatDuration(event.ms)})` };
    }
    case 'fix.waiting':
      return { tone: 'open', what: 'waits', text: `${place(event)}: ${event.reason}` };
    case 'verify.looked': {
      const text = `${place(event)}: ${event.held ? 'holds' : 'does not hold'}`;
      return { tone: event.held ? 'good' : 'bad', what: 'verify', text };
    }
    case 'rollback.intent': {
      const text = `${place(event)}: ${event.changes.map(({ summary }) => summary).join('; ')}`;
      return { tone: 'bad', what: 'rollback begins', text };
    }
    case 'rollback.result': {
      const why = event.reason === undefined ? '' : `: ${event.reason}`;
      const what = event.done ? 'put back' : 'rollback fails';
      return { tone: event.done ? 'change' : 'bad', what, text: place(event) + why };
    }
    default:
      return undefined;
  }
}

const tones: { readonly [O in StepOutcome]: Moment['tone'] } = {
  ok: 'good',
  changed: 'change',
  skipped: 'plain',
  failed: 'bad',
  rolled_back: 'bad',
  unreachable: 'bad',
  unknown: 'open',
  would_change: 'change',
  undetermined: 'open',
};

/** Steps that did nothing are told by their evidence. */
function stepFinished(event: Extract<OfHost, { type: 'step.finished' }>): Told | undefined {
  const { outcome } = event.result;
  if (outcome === 'skipped') return undefined;
  const why = whyOf(event.result);
  const text = `${place(event)}: ${outcome.replace('_', ' ')}${why === '' ? '' : `: ${why}`}`;
  return { tone: tones[outcome], what: 'step', text };
}

function place({ step, item }: { readonly step: string; readonly item?: Json }): string {
  return item === undefined || item === null ? step : `${step} [${itemName(item)}]`;
}
