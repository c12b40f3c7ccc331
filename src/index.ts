// The public door: what the command line can do, the library can do.

export type { RunResult } from './engine/execute-plan.ts';
export type { Approval } from './engine/host-run.ts';
export type { AskStep, StepAnswer } from './engine/step-answer.ts';
export { formatDiagnostic } from './load/format-diagnostic.ts';
export {
  checkRunbook,
  chooseHosts,
  chooseRunHosts,
  createReporter,
  type DemoFleet,
  type DemoHost,
  loadRegistry,
  lookingOnly,
  type MendEnd,
  type MendRequest,
  mend,
  pingHosts,
  printDocs,
  printPlan,
  type ReachOptions,
  readInventory,
  withDemoFleet,
} from './mend.ts';
export {
  type Action,
  type ActionDefinition,
  again,
  defineAction,
  irreversible,
  nothing,
  type Rollback,
  undo,
} from './model/action.ts';
export type { Answer, Command } from './model/command.ts';
export type { Checked, Diagnostic, SourceRange } from './model/diagnostic.ts';
export { parseDuration } from './model/duration.ts';
export type { Event, EventSink } from './model/event.ts';
export { foldNames } from './model/fold-names.ts';
export type { Host, Inventory, TransportName } from './model/inventory.ts';
export { buildRegistry, type Pack, type Registry, type UserPack } from './model/pack.ts';
export { alsoReached, changedElsewhere, type HostOutcome, type HostPlan, type Plan } from './model/plan.ts';
export { defineProbe, type Inspector, type Probe, type ProbeDefinition, unreadable } from './model/probe.ts';
export { type Verdict, verdicts } from './model/result.ts';
export { resumeOptions } from './model/resume-options.ts';
export { type Count, parseCount, type Rollout } from './model/rollout.ts';
export type { Become, BecomeMethod, Runbook } from './model/runbook.ts';
export { safeLine, safeText } from './model/safe-text.ts';
export type { SavedPlan } from './model/saved-plan.ts';
export { Secret } from './model/secret.ts';
export { Unknown } from './model/unknown.ts';
export type { Vault } from './model/vault.ts';
export { type PackOptions, printSchema, readPacks } from './registry.ts';
export type { PlanPrintOptions } from './reporters/print-plan.ts';
export type { Output, Outputs, Reporter, ReporterKind, ReporterOptions } from './reporters/reporter.ts';
export { splitWords } from './secrets/split-words.ts';
export { shellWord } from './shell/quote.ts';
export { type AskedProbe, type EvalEnd, type EvalRequest, evaluateOnHosts } from './uses/eval-expression.ts';
export { explainHost } from './uses/explain-host.ts';
export { type CheckedBundle, checkExport, exportRun } from './uses/export-run.ts';
export { openVaultWith, readGivenSecret, readPasswordFile, type VaultPassword } from './uses/given-secrets.ts';
export { explainLintRule, type LintFinding, type LintResult, lintRunbook, lintSarif } from './uses/lint-runbook.ts';
export { createNotifier, type Notification, type Notifier } from './uses/notify-run.ts';
export {
  cleanRuns,
  type FoundRun,
  findRun,
  type KeptRun,
  listRuns,
  type RunEntry,
  stateDirectory,
} from './uses/past-runs.ts';
export {
  type ApplyRequest,
  applyPlan,
  dueHosts,
  type FoundPlan,
  findPlan,
  planUnfit,
  type SaveEnd,
  savePlan,
} from './uses/plan-file.ts';
export { type RecordEnd, type RecordRequest, recordHost } from './uses/record-host.ts';
export { annotateRun, compareRuns, type ReportKind, reportRun } from './uses/report-run.ts';
export { type ResumeEnd, type ResumeRequest, resumeRun } from './uses/resume-run.ts';
export { type GivenSetting, readSettings, type SettingKind } from './uses/settings.ts';
export {
  printJunit,
  printTestResults,
  printTestSchema,
  type TestEnd,
  type TestRequest,
  testRunbooks,
} from './uses/test-runbooks.ts';
export { type UndoRequest, undoRun } from './uses/undo-run.ts';
export { type UnlockRequest, unlock } from './uses/unlock.ts';
