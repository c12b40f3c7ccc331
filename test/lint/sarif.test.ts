import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { sarif } from '../../src/lint/sarif.ts';
import { lintText } from './lint-text.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true });
const validate = ajv.compile(JSON.parse(readFileSync(join(fixtures, 'sarif-2.1.0.schema.json'), 'utf8')) as object);

const waived =
  'runbook: x\ntitle: x\nsteps:\n  - id: one\n    fix:\n      - core.command: { command: [setenforce, "0"] }  # lint: allow setenforce until 2099-01-01: lab\n';

describe('SARIF', () => {
  it('is valid 2.1.0 for errors of the check, findings, and what is waived', async () => {
    const texts = [readFileSync(join(fixtures, 'lint/twelve-mistakes.yaml'), 'utf8'), waived];
    const findings = (await Promise.all(texts.map((text) => lintText(text)))).flatMap((linted) => linted.findings);
    expect(findings.length).toBeGreaterThan(12);
    validate(sarif(findings, '1.2.3'));
    expect(validate.errors ?? []).toEqual([]);
    validate(sarif([], '1.2.3'));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('would be refused by the schema if it were wrong', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
  });

  it('tells the place as scanners read it, and suppresses what is waived', async () => {
    const { findings } = await lintText(waived);
    const log = JSON.parse(JSON.stringify(sarif(findings, '1.2.3'))) as {
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: {
          ruleId: string;
          ruleIndex: number;
          suppressions?: { justification: string }[];
          locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
        }[];
      }[];
    };
    const [run] = log.runs;
    const result = run?.results.find(({ ruleId }) => ruleId === 'lint/setenforce');
    expect(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id).toBe('lint/setenforce');
    expect(result?.locations[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'book.yaml' },
      region: { startLine: 6 },
    });
    expect(result?.suppressions).toEqual([{ kind: 'inSource', justification: 'lab (until 2099-01-01)' }]);
  });
});
