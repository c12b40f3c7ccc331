import type { Expectation, ExpectedStep } from '../model/case-file.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Came, Mismatch } from './compare.ts';

/** An expectation as it must be for this run to pass, as plain JSON: what held stays as its author wrote it. */
export function renewed(expected: Expectation, came: Came, mismatches: readonly Mismatch[]): JsonObject {
  if (Object.keys(expected).length === 0) return everything(came);
  const wrong = new Set(mismatches.map(({ member }) => member));
  const members: Record<string, Json> = {};
  for (const [name, value] of Object.entries(expected)) {
    if (name === 'steps') {
      members[name] = Object.fromEntries(
        Object.entries(expected.steps ?? {}).flatMap(([id, step]) => {
          const own = came.steps[id];
          if (own === undefined) return [];
          return [[id, shortStep(wrong.has(`steps.${id}`) ? newStep(step, own) : step)] as const];
        }),
      );
    } else if (name === 'outputs') members[name] = came.outputs;
    else if (!wrong.has(name)) members[name] = value as Json;
    else {
      const now = (came as unknown as JsonObject)[name];
      if (now !== undefined) members[name] = now;
    }
  }
  return members;
}

function newStep(expected: ExpectedStep, { result, reason }: ExpectedStep): ExpectedStep {
  return {
    ...(expected.result === undefined || result === undefined ? {} : { result }),
    ...(expected.reason === undefined || reason === undefined ? {} : { reason }),
  };
}

function shortStep({ result, reason }: ExpectedStep): Json {
  if (reason === undefined) return result ?? 'ok';
  return result === undefined ? { reason } : { result, reason };
}

/** A case that says nothing yet: all that came, but for what only repeats the rest. */
function everything(came: Came): JsonObject {
  const { verdict, reason, see, diagnosis, steps, changes, commands, notes, asks } = came;
  const short = commands.every((command) => command.length <= 200 && !command.includes('\n'));
  return {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(see === undefined ? {} : { see }),
    ...(changes.length === 0 ? {} : { diagnosis }),
    steps: Object.fromEntries(Object.entries(steps).map(([id, { result = 'ok' }]) => [id, result])),
    changes,
    ...(short ? { commands } : {}),
    notes,
    ...(asks.length === 0 ? {} : { asks }),
  };
}
