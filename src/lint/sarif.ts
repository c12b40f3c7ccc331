import type { SourceRange } from '../model/diagnostic.ts';
import type { JsonObject } from '../model/json.ts';
import { explanationOf } from './codes/index.ts';
import type { LintFinding } from './lint.ts';
import { findRule, rules } from './rules/index.ts';

/** Findings as SARIF 2.1.0, for code scanning. What is waived comes as suppressed in source. */
export function sarif(findings: readonly LintFinding[], version: string): JsonObject {
  const others = [...new Set(findings.map(({ code }) => code))].filter((code) => findRule(code) === undefined);
  const ids = [...rules.map(({ id }) => id), ...others];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mendgate', version, rules: ids.map(describe) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => result(finding, ids)),
      },
    ],
  };
}

function describe(id: string): JsonObject {
  const rule = findRule(id);
  if (rule === undefined) {
    const { means, instead } = explanationOf(id) ?? {};
    if (means === undefined) return { id };
    return { id, shortDescription: { text: means }, help: { text: instead ?? means } };
  }
  return {
    id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.reason },
    help: { text: `${rule.instead}\n\nNot:\n${rule.example.bad}\n\nBut:\n${rule.example.good}` },
    defaultConfiguration: { level: rule.severity },
  };
}

function result(finding: LintFinding, ids: readonly string[]): JsonObject {
  const { code, severity, message, help, at, waived, excerpt } = finding;
  const text = help === undefined ? message : `${message}\n${help}`;
  const suppressions =
    waived === undefined
      ? {}
      : { suppressions: [{ kind: 'inSource', justification: `${waived.reason} (until ${waived.until})` }] };
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code),
    level: severity,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(at.file) },
          region: { ...region(at), ...(excerpt === '' ? {} : { snippet: { text: excerpt } }) },
        },
      },
    ],
    ...suppressions,
  };
}

function region({ line, col, endLine, endCol }: SourceRange): JsonObject {
  return { startLine: line, startColumn: col, endLine, endColumn: endCol };
}

/** Relative paths stay so: scanners resolve them against the repository. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
