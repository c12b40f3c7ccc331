import type { Catalog } from '../model/pack.ts';
import type { Located } from './parse-yaml.ts';
import type { LoadUsed } from './read-use.ts';
import type { Report } from './report.ts';

/** What every reader of one document's parts has at hand. */
export interface Context {
  readonly located: Located;
  readonly report: Report;
  readonly registry: Catalog;
  /** A pack is broken: names that nobody knows may be its own, and that is no second error. */
  readonly incomplete: boolean;
  readonly loadUsed: LoadUsed;
}
