// The public door: what the command line can do, the library can do; docs/library.md has programs to begin with. What a signature
// names, a program can name too: scripts/generate-api.mjs holds that, and writes all of it down in api/.

export type { NamedBranch } from './cases/branches.ts';
export type { Came, Mismatch } from './cases/compare.ts';
export type { Answered } from './cases/fake-host.ts';
export type { BookCoverage, BrokenFile, FileResult, Shortfall } from './cases/file-result.ts';
export type { Mutation, Survivor } from './cases/mutate.ts';
export type { CaseRun } from './cases/run-cases.ts';
export type { RunResult } from './engine/execute-plan.ts';
export type { Approval } from './engine/host-run.ts';
export type { PingAnswer } from './engine/ping-hosts.ts';
export type { AskStep, StepAnswer } from './engine/step-answer.ts';
export type { UnlockAnswer } from './engine/unlock-hosts.ts';
export type { Trace, TracedPart } from './expr/trace.ts';
export type { Manifest } from './journal/bundle/manifest.ts';
export type { Damage } from './journal/check-records.ts';
export type { Retention } from './journal/kept-runs.ts';
export type { NeededRun } from './journal/settled-runs.ts';
export { formatDiagnostic } from './load/format-diagnostic.ts';
export type { LoadOptions } from './load/load-runbook.ts';
export type { Files } from './load/read-source.ts';
export { asMendgate, packAtWork, packsRan } from './load/user-packs/pack-at-work.ts';
export {
  checkRunbook,
  chooseHosts,
  chooseRunHosts,
  createReporter,
  type DemoFleet,
  type DemoHost,
  type ExpectedVerdicts,
  exitCodeOf,
  loadRegistry,
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
  type ContentDiff,
  defineAction,
  type ForeseenProbe,
  irreversible,
  nothing,
  type Rollback,
  type Shared,
  undo,
} from './model/action.ts';
export type { Branch } from './model/branch.ts';
export type {
  CaseAnswer,
  CaseFile,
  CaseHost,
  CaseMode,
  Expectation,
  Expected,
  ExpectedStep,
  TestCase,
  Waiver,
} from './model/case-file.ts';
export type { Clock } from './model/clock.ts';
export type { Answer, ArgvCommand, Command, ScriptCommand } from './model/command.ts';
export type { Checked, Diagnostic, SourceRange } from './model/diagnostic.ts';
export type { AuthoredDocument } from './model/document.ts';
export { parseDuration } from './model/duration.ts';
export type { Event, EventSink } from './model/event.ts';
export { foldNames } from './model/fold-names.ts';
export type { DelegateIds, OwnRollback, RecordedCall, RunRequest, UnitKey } from './model/history.ts';
export { type FailurePhase, HostFailure } from './model/host-failure.ts';
export type { Connect, Host, Inventory, TransportName } from './model/inventory.ts';
export type { Json, JsonObject, JsonOf } from './model/json.ts';
export {
  type ActionDeclaration,
  buildRegistry,
  type Catalog,
  type Pack,
  type ProbeDeclaration,
  type Registry,
  type UserPack,
} from './model/pack.ts';
export {
  alsoReached,
  changedElsewhere,
  type HostOutcome,
  type HostPlan,
  type ItemPlan,
  type Plan,
  type PlannedChange,
  type PlannedHost,
  type Reason,
  type Snapshot,
  type StepPlan,
} from './model/plan.ts';
export { defineProbe, type Inspector, type Probe, type ProbeDefinition, unreadable } from './model/probe.ts';
export type { Heard, Question, Reader } from './model/reader.ts';
export type { Resource } from './model/resource.ts';
export { type StepOutcome, type StepResult, type Verdict, verdicts } from './model/result.ts';
export { resumeOptions } from './model/resume-options.ts';
export { type Count, parseCount, type Rollout } from './model/rollout.ts';
export type {
  ActionCall,
  Alternative,
  Become,
  BecomeMethod,
  Cel,
  Check,
  Conclusion,
  ConclusionVerdict,
  Cond,
  CondPart,
  OnFailure,
  ParamDeclaration,
  ParamType,
  ProbeCall,
  Remediation,
  Risky,
  Runbook,
  Step,
  StepRollback,
  Symptom,
  Text,
  Tree,
} from './model/runbook.ts';
export { safeLine, safeText } from './model/safe-text.ts';
export type { SavedDelegate, SavedHost, SavedPlan } from './model/saved-plan.ts';
export type {
  AnySchema,
  ArraySchema,
  BooleanSchema,
  IntegerSchema,
  NumberSchema,
  ObjectSchema,
  Schema,
  StringSchema,
  TypeOf,
} from './model/schema.ts';
export { Secret } from './model/secret.ts';
export type {
  AdoptRequest,
  Again,
  Connection,
  FixOutcome,
  FixPart,
  FixRequest,
  Foreseen,
  Label,
  LaneRequest,
  OpenOptions,
  Transport,
} from './model/transport.ts';
export { Unknown } from './model/unknown.ts';
export type { Value } from './model/value.ts';
export type { OpenedVault, Vault } from './model/vault.ts';
export type { RunHosts } from './plan/build-plan.ts';
export type { Selection } from './plan/select-hosts.ts';
export { type PackOptions, printSchema, type RegistryOptions, readPacks } from './registry.ts';
export type { DocsOptions } from './reporters/print-docs.ts';
export type { PlanPrintOptions } from './reporters/print-plan.ts';
export type { Output, Outputs, Reporter, ReporterKind, ReporterOptions } from './reporters/reporter.ts';
export type { ReportSource } from './reports/build-report.ts';
export type { AgeKeys } from './secrets/age-file.ts';
export type { SecretWays } from './secrets/read-secret.ts';
export { splitWords } from './secrets/split-words.ts';
export { shellWord } from './shell/quote.ts';
export { stateOption } from './shell/state-option.ts';
export { type CheckedFile, checkFile } from './uses/check-file.ts';
export {
  type AskedProbe,
  type EvalEnd,
  type EvalRequest,
  type EvaluatedHost,
  evaluateOnHosts,
} from './uses/eval-expression.ts';
export { explainHost } from './uses/explain-host.ts';
export { type CheckedBundle, checkExport, exportRun } from './uses/export-run.ts';
export {
  type GivenSecret,
  openVaultWith,
  readGivenSecret,
  readPasswordFile,
  type SecretSurroundings,
  type VaultPassword,
} from './uses/given-secrets.ts';
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
  type SaveRequest,
  savePlan,
} from './uses/plan-file.ts';
export { type RecordEnd, type RecordRequest, recordHost } from './uses/record-host.ts';
export { annotateRun, compareRuns, type ReportKind, reportRun } from './uses/report-run.ts';
export { type ResumeEnd, type ResumeRequest, resumeRun } from './uses/resume-run.ts';
export { type GivenSetting, readSettings, type SettingKind } from './uses/settings.ts';
export { type SweepEnd, type SweepRequest, type SweptHost, sweepHosts } from './uses/sweep-hosts.ts';
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
