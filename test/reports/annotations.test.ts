import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/reports/build-report.ts';
import { printAnnotations } from '../../src/reports/print-annotations.ts';
import { fleetEvents } from './fleet.ts';
import { runThatSays } from './hostile.ts';

const annotations = (events: Parameters<typeof buildReport>[0]): readonly string[] => {
  const report = buildReport(events);
  return report === undefined ? [] : printAnnotations(report).trimEnd().split('\n');
};

describe("GitHub's annotations of a run", () => {
  it('are one error for all hosts that went wrong alike, and one notice', async () => {
    const lines = annotations(await fleetEvents(100));
    expect(lines[1]).toBe(
      '::error title=3 hosts unreachable,file=runbooks/nginx-502-permission-denied.yaml::web[0001-0003]%0Atcp: connect ETIMEDOUT 192.0.2.7:22',
    );
    expect(lines.slice(0, -1).every((line) => line.startsWith('::error '))).toBe(true);
    expect(lines.at(-1)).toMatch(
      /^::notice title=mendgate nginx-502-permission-denied::100 hosts: 1 no result, 1 rolled back, /,
    );
  });

  it.each(['%', '100%25', 'a\r\n::add-mask::x', 'x::y', 'a,b=c', '##[add-mask]x'])(
    'hold what a host said in one place: %j',
    (text) => {
      const lines = annotations(runThatSays(text));
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        const [, name, properties = '', message = ''] = /^::(error|notice) ([^:\r\n]*)::([^\r\n]*)$/.exec(line) ?? [];
        expect(name).toBeDefined();
        expect(properties.split(',').every((property) => /^(title|file)=/.test(property))).toBe(true);
        expect(`${properties}${message}`.replaceAll(/%(25|0D|0A|3A|2C)/g, '')).not.toContain('%');
      }
    },
  );
});
