// `mendgate record`: one dry run on one real host, and every reading of it kept as answers for test cases.

import { mend, secretsOfReach } from '../mend.ts';
import { type MendEnd, type MendRequest, wholeRequest } from '../mend-request.ts';
import type { Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Question, Reader } from '../model/reader.ts';
import { secretsIn } from '../model/secret.ts';
import { Unknown } from '../model/unknown.ts';

/** What is asked of a recording; the run itself is always a dry one, and is kept nowhere. */
export type RecordRequest = Omit<MendRequest, 'mode' | 'reader' | 'stateDirectory'>;

/** How it ended, and the transcript where the host could be looked at. */
export interface RecordEnd {
  readonly end: MendEnd;
  readonly transcript?: string;
  readonly readings?: number;
}

interface Heard {
  readonly question: Question;
  readonly commands: readonly string[];
  readonly value?: Json;
  readonly unknown?: string;
}

/** Looks at one host as a dry run does. The transcript holds no secret that mendgate knows of, and nothing that looks like one. */
export async function recordHost(asked: RecordRequest): Promise<RecordEnd> {
  const request = wholeRequest({ ...asked, mode: 'dry_run' });
  const [{ displayCommand }, { createRedactor }, { withoutLikelySecrets }, { writeRecording }, { systemClock }] =
    await Promise.all([
      import('../shell/render.ts'),
      import('../engine/redact.ts'),
      import('../cases/likely-secrets.ts'),
      import('../load/cases/write-recording.ts'),
      import('../transports/clock.ts'),
    ]);
  const { mendgateVersion } = await import('../version.ts');
  const { clock = systemClock } = request;
  const heard: Heard[] = [];
  const reader: Reader = async (question, ask) => {
    const commands: string[] = [];
    const result = await ask((command) => commands.push(displayCommand(command)));
    const said = result instanceof Unknown ? { unknown: result.reason } : { value: result as Json };
    heard.push({ question, commands, ...said });
    return result;
  };
  let plan: Plan | undefined;
  const at = new Date(clock.now()).toISOString();
  const end = await mend({
    ...request,
    reader,
    onPlan(made, warnings) {
      plan = made;
      request.onPlan(made, warnings);
    },
  });
  const [looked] = end.kind === 'ran' ? end.result.plans : [];
  const [planned] = plan?.hosts ?? [];
  if (plan === undefined || planned === undefined || looked === undefined) return { end };
  const redactor = createRedactor([...secretsOfReach(request.reach, plan), ...secretsIn(planned.params)]);
  const clean = <T>(value: T): T => withoutLikelySecrets(redactor.value(value));
  const readings = heard.map(({ question: { label, become, on }, ...said }) => ({
    kind: label.kind === 'inspect' ? ('inspect' as const) : ('probe' as const),
    name: label.name,
    params: clean(label.params),
    become,
    ...(on === undefined ? {} : { on }),
    ...clean(said),
  }));
  const { runbook } = plan;
  const about = {
    runbook: runbook.id,
    host: planned.host.name,
    at,
    mendgate: mendgateVersion(),
    verdict: looked.verdict,
    params: clean(JSON.parse(JSON.stringify(planned.params)) as Json),
  };
  return { end, ...writeRecording(about, readings) };
}
