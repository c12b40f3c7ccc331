import { harmlessJson } from '../model/harmless-json.ts';
import type { Report } from './report.ts';

/** The report as JSON, as schemas/report.schema.json says. */
export function printJson(report: Report): string {
  return `${harmlessJson(report, 2)}\n`;
}
