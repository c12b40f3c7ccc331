import type { Event } from '../../src/model/event.ts';
import { isObject } from '../../src/model/json.ts';
import { change, item, outcome, plan, runFinished, runStarted, stamp, step } from '../reporters/events.ts';
import { request } from './fleet.ts';

/** What a host that wants to be more than read could say. Each sets `window.pwned`, leaves the page, or breaks out of its place. */
export const attacks: readonly string[] = [
  '<script>window.pwned=1</script>',
  '</script><script>window.pwned=1</script>',
  '</ScRiPt ><img src=x onerror=window.pwned=1>',
  '<!--<script>window.pwned=1//',
  '--><svg onload=window.pwned=1>',
  ']]><img src=x onerror=window.pwned=1>',
  '"><img src=x onerror="window.pwned=1">',
  "' onfocus='window.pwned=1' autofocus='",
  '<iframe srcdoc="<script>parent.pwned=1</script>">',
  '<a href="javascript:window.pwned=1">x</a>',
  'javascript:window.pwned=1',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<style>*{display:none!important}</style>',
  '<form action="https://evil.example/"><button>x</button></form>',
  '<link rel="stylesheet" href="https://evil.example/x.css">',
  '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">',
  '<math><mtext></form><form><mglyph><style></math><img src=x onerror=window.pwned=1>',
  '{{constructor.constructor("window.pwned=1")()}}',
  '${window.pwned=1}',
  '`-window.pwned=1-`',
  '\\u003cimg src=x onerror=window.pwned=1\\u003e',
  '\u2028window.pwned=1\u2029',
  '\u202egnp.exe\u2066',
  '{"$":0}',
  '__proto__',
];

const marker = '@@';

/** A run in which everything that a host, a runbook or an inventory may word says `text`. */
export function runThatSays(text: string): readonly Event[] {
  const result = { outcome: 'failed', reason: marker, waitsOn: [marker], rollbackFailed: marker } as const;
  const reasons = [{ check: marker, held: false, because: marker }];
  const evil = {
    ...change,
    action: marker,
    params: { [marker]: marker },
    before: { [marker]: marker },
    change: { [marker]: marker },
    summary: marker,
    become: marker,
    commands: [marker],
    contents: [{ label: marker, before: 'a\n', after: `${marker}\n` }],
    irreversible: marker,
  };
  const steps = [
    step(marker, result, {
      title: marker,
      notes: [marker],
      items: [
        item(result, {
          item: { name: marker, proof_text: marker },
          title: marker,
          gate: reasons,
          changes: [evil],
          alternative: { id: marker, title: marker, others: [marker] },
        }),
      ],
    }),
  ];
  const host = marker;
  const told = {
    verdict: 'not_fixed' as const,
    diagnosis: marker,
    reason: marker,
    see: marker,
    notes: [marker],
    steps,
    standing: [marker],
    outputs: { [marker]: marker },
  };
  const of = { host, step: marker, item: { name: marker, proof_text: marker } };
  const started = runStarted([host], false);
  if (started.type !== 'run.started') throw new Error('no beginning');
  const events = stamp([
    {
      ...started,
      runbook: { id: marker, title: marker, file: marker, sha256: marker },
      request: { ...request, operator: marker },
    },
    { type: 'host.connected', host, ms: 1, hostKey: marker, machineId: marker, bootId: marker },
    {
      type: 'probe.read',
      host,
      step: marker,
      name: marker,
      probe: marker,
      params: { [marker]: marker },
      ms: 1,
      value: [marker],
    },
    { type: 'probe.read', host, name: marker, probe: marker, params: {}, ms: 1, unknown: marker },
    { type: 'symptom.looked', host, when: 'first', present: true, reasons },
    { type: 'host.planned', host, plan: plan(host, { verdict: 'would_fix', diagnosis: marker }) },
    { type: 'fix.intent', ...of, key: [], attempt: 1, changes: [evil] },
    { type: 'fix.result', ...of, key: [], attempt: 1, outcome: 'failed', reason: marker, ms: 1 },
    { type: 'verify.looked', ...of, held: false, reasons, attempt: 1 },
    { type: 'warning', message: marker, host },
    { type: 'host.finished', host, outcome: outcome(host, told), ms: 1 },
    runFinished(2),
  ]);
  return events.map((event) => said(event, text) as Event);
}

/** The marker replaced by the text in every string and name. */
function said(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value.replaceAll(marker, text);
  if (Array.isArray(value)) return value.map((part) => said(part, text));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name.replaceAll(marker, text), said(part, text)]),
  );
}
