import type { Expectation, ExpectationEdit, ExpectedStep } from '../model/case-file.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { longestCommon } from '../model/longest-common.ts';
import { type Came, type Mismatch, matches } from './compare.ts';

/** What must change in an expectation for this run to pass: what held stays as its author wrote it. */
export function renewed(
  expected: Expectation,
  came: Came,
  mismatches: readonly Mismatch[],
): readonly ExpectationEdit[] {
  if (Object.keys(expected).length === 0) return [edit([], everything(came))];
  return mismatches.flatMap(({ member }) => {
    const [name = '', part] = splitOnce(member);
    switch (name) {
      case 'steps':
        return stepEdits(['steps', part], expected.steps?.[part], came.steps[part]);
      case 'outputs':
        return [edit(['outputs', part], came.outputs[part])];
      case 'changes':
      case 'commands':
      case 'notes':
      case 'asks':
        return [edit([name], mixed(expected[name] ?? [], came[name]))];
      default:
        return [edit([name], (came as unknown as JsonObject)[name])];
    }
  });
}

function edit(path: readonly string[], value: Json | undefined): ExpectationEdit {
  return value === undefined ? { path } : { path, value };
}

/** `steps.start` → steps, start. */
function splitOnce(member: string): readonly [string, string] {
  const at = member.indexOf('.');
  return at === -1 ? [member, ''] : [member.slice(0, at), member.slice(at + 1)];
}

/** A step that the run does not have goes; of others only what does not hold changes. */
function stepEdits(
  path: readonly string[],
  expected: ExpectedStep = {},
  own?: ExpectedStep,
): readonly ExpectationEdit[] {
  if (own === undefined) return [edit(path, undefined)];
  return (['result', 'reason'] as const).flatMap((member) => {
    const wanted = expected[member];
    if (wanted === undefined || matches(wanted, own[member] ?? 'none')) return [];
    return [edit([...path, member], own[member])];
  });
}

/** What came, with the author's own words, patterns too, where they fit. */
function mixed(expected: readonly string[], came: readonly string[]): readonly string[] {
  const kept = new Map(longestCommon(expected, came, matches).map(([left, right]) => [right, expected[left]]));
  return came.map((line, at) => kept.get(at) ?? line);
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
