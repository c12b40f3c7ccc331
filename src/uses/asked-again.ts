import type { MendRequest } from '../mend-request.ts';
import type { RunRequest } from '../model/history.ts';

/** What is given anew where an earlier request is carried out again: how hosts are reached, and secrets. */
type GivenNow = Pick<MendRequest, 'reach' | 'extra' | 'allowIrreversible'>;

/**
 * The part of a request that an earlier one says: that of a run that is gone on with, or of a plan that is carried out. What is
 * given now wins; a secret is in neither a journal nor a plan, and has to be given again.
 */
export function askedAgain(asked: RunRequest, now: GivenNow) {
  return {
    runbook: asked.runbook,
    // What was named then is named now; that it is the same is checked with the runbook.
    packs: asked.packs?.map(({ file }) => file) ?? [],
    inventory: asked.inventory,
    reach: { ...asked.reach, ...now.reach },
    extra: new Map([
      ...asked.extra.flatMap(({ name, text }) => (text === '***' ? [] : [[name, text] as const])),
      ...(now.extra ?? []),
    ]),
    mode: 'apply',
    becomeByDefault: asked.becomeByDefault,
    tags: asked.tags,
    skipTags: asked.skipTags,
    startAt: asked.startAt,
    ...(asked.until === undefined ? {} : { until: asked.until }),
    ...(asked.rollout === undefined ? {} : { rollout: asked.rollout }),
    ...(asked.maxChanged === undefined ? {} : { maxChanged: asked.maxChanged }),
    allowIrreversible: asked.allowIrreversible || now.allowIrreversible === true,
  } as const satisfies Partial<MendRequest>;
}
