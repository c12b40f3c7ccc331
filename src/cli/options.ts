import { Command, InvalidArgumentError, Option } from 'commander';
import type { BecomeMethod, TransportName } from '../index.ts';
import {
  type PasswordFileOptions,
  type SecretOptions,
  type VaultOptions,
  withPasswordFiles,
  withSecrets,
} from './secret-options.ts';

/** Packs that the command line names. */
export interface PackGiven {
  readonly pack?: readonly string[];
  /** The same: whoever gives several types it so. */
  readonly packs?: readonly string[];
}

/** Options of commands that read an inventory. */
export interface InventoryOptions {
  readonly inventory: readonly string[];
  readonly limit?: string;
}

/** How hosts are reached, wherever their names come from. */
export interface ConnectingOptions extends VaultOptions, PasswordFileOptions {
  readonly user?: string;
  readonly privateKey?: string;
  /** The same, as Ansible also calls it. */
  readonly keyFile?: string;
  readonly timeout?: number;
  readonly connection?: TransportName;
  readonly askPass?: boolean;
  readonly askBecomePass?: boolean;
  readonly becomeMethod?: BecomeMethod;
  readonly hostKey: 'strict' | 'accept-new';
  readonly knownHosts?: readonly string[];
  readonly forks: number;
}

/** Options of commands that reach hosts of an inventory. */
export interface ReachingOptions extends InventoryOptions, ConnectingOptions {
  readonly become?: boolean;
  readonly becomeUser?: string;
}

/** Options of commands about runs that are kept. */
export interface StateOptions {
  readonly stateDir?: string;
}

/** How a run is shown. */
export interface ShownOptions {
  readonly diff?: boolean;
  readonly output?: 'live' | 'lines' | 'json' | 'ansible';
  readonly json?: boolean;
  readonly notify?: readonly string[];
  readonly verbose: number;
}

/** In which portions hosts are changed, as typed. */
export interface RolloutOptions {
  readonly batches?: string;
  readonly pause?: string;
  readonly maxFail?: string;
  readonly maxChanged?: number;
}

export interface RetryOptions {
  readonly retryUnreachable?: string;
}

export interface RunOptions
  extends RolloutOptions,
    RetryOptions,
    ReachingOptions,
    StateOptions,
    ShownOptions,
    PackGiven,
    SecretOptions {
  readonly extraVars: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly tags?: string;
  readonly skipTags?: string;
  readonly startAt?: string;
  readonly until?: string;
  readonly trace?: boolean;
  readonly step?: boolean;
  readonly listHosts?: boolean;
  readonly listSteps?: boolean;
  readonly syntaxCheck?: boolean;
  readonly detailedExitcode?: boolean;
  readonly expectHosts?: number;
  readonly allowIrreversible?: boolean;
  readonly lockComment?: string;
}

export interface PlanOptions extends RunOptions {
  readonly out?: string;
  readonly expires?: string;
  readonly show?: string;
}

export interface ApplyOptions extends RetryOptions, ConnectingOptions, StateOptions, ShownOptions, SecretOptions {
  readonly extraVars: readonly string[];
  readonly lockComment?: string;
  readonly yes?: boolean;
}

export interface ResumeOptions extends RetryOptions, ConnectingOptions, StateOptions, ShownOptions, SecretOptions {
  readonly extraVars: readonly string[];
  readonly failed?: boolean;
  readonly unreachable?: boolean;
  readonly allowIrreversible?: boolean;
  readonly yes?: boolean;
  readonly lockComment?: string;
}

export interface UndoOptions extends InventoryOptions, ConnectingOptions, StateOptions, ShownOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detailedExitcode?: boolean;
  readonly lockComment?: string;
}

/** `-i`, `-l`. */
export function withInventory(command: Command): Command {
  return command
    .addOption(
      new Option('-i, --inventory <source>', 'file, folder, program or h1,h2, (repeatable)')
        .argParser(collect)
        .default([]),
    )
    .option('-l, --limit <pattern>', 'only these of the hosts: pattern, or @file');
}

/** Everything about reaching hosts of an inventory. */
export function withReach(command: Command): Command {
  return withConnecting(withInventory(command))
    .option('-b, --become', 'become root where runbook and inventory say nothing')
    .option('--become-user <name>', 'become this user instead of root');
}

/** How to connect and log in. */
export function withConnecting(command: Command): Command {
  return withPasswordFiles(command)
    .option('-u, --user <name>', 'log in as; wins over the inventory')
    .option('--private-key <file>', 'wins over the inventory')
    .addOption(new Option('--key-file <file>').hideHelp())
    .option(
      '-T, --timeout <seconds>',
      'for each part of connecting: name, TCP, handshake, login, shell (else 5, 10, 15, 20, 20)',
      seconds,
    )
    .addOption(
      new Option('-c, --connection <kind>', "ssh, openssh for the system's ssh, or local for this machine").choices([
        'ssh',
        'openssh',
        'local',
      ]),
    )
    .option('-k, --ask-pass', 'ask for the login password')
    .option('-K, --ask-become-pass', 'ask for the password of sudo or su')
    .addOption(
      new Option('--become-method <program>', 'where the inventory names none; else sudo').choices([
        'sudo',
        'doas',
        'su',
      ]),
    )
    .addOption(
      new Option('--host-key <policy>', 'unknown host keys').choices(['strict', 'accept-new']).default('strict'),
    )
    .addOption(new Option('--known-hosts <file>', 'instead of the usual files (repeatable)').argParser(collect))
    .option('-f, --forks <n>', 'hosts at a time', count, 20);
}

/** `--state-dir`. */
export function withState(command: Command): Command {
  return command.option(
    '--state-dir <folder>',
    'where runs are kept (else $XDG_STATE_HOME/mendgate or ~/.local/state/mendgate)',
  );
}

/** `run` and `plan`. */
export function withRun(command: Command): Command {
  const whole = withExtraVars(withState(withReach(command)), "a param's value (repeatable)")
    .option('-C, --dry-run', 'look at everything, change nothing')
    .addOption(new Option('--check').hideHelp())
    .option('-y, --yes', 'do not ask about the plan')
    .option('-t, --tags <tags>', 'only fixes with one of these tags')
    .option('--skip-tags <tags>', 'no fixes with one of these tags')
    .option('--start-at <step>', 'only fixes from this step on')
    .option('--until <step>', 'only fixes up to this step')
    .option('--step', 'ask before each step of each host')
    .option('--trace', 'tell each expression with what its parts were')
    .addOption(new Option('--start-at-task <step>').hideHelp())
    .option('--list-hosts', 'only list the hosts')
    .option('--list-steps', 'only list the steps')
    .addOption(new Option('--list-tasks').hideHelp())
    .addOption(new Option('--syntax-check').hideHelp())
    .option('--detailed-exitcode', 'dry run: exit 3 when changes are pending')
    .option('--expect-hosts <n>', 'refuse unless exactly so many hosts are chosen', count)
    .option('--max-changed <n>', 'change no host where more than so many would be changed', count)
    .option('--batches <sizes>', 'change so many hosts at a time: 1,5,20%')
    .option('--pause <duration>', 'between two batches')
    .option('--max-fail <count>', 'with more bad hosts than this nobody else begins: 3, 10%')
    .option('--allow-irreversible', 'steps that cannot be undone may run');
  return withShown(withRetry(withLockComment(withPacks(whole, trustHelp))));
}

/** `--retry-unreachable`. */
export function withRetry(command: Command): Command {
  return command.option(
    '--retry-unreachable <duration>',
    'try hosts that did not answer again, for so long: before batches begin, else at the end',
  );
}

/** `--lock-comment`. */
export function withLockComment(command: Command): Command {
  return command.option('--lock-comment <text>', 'for those whom the locks of the hosts keep away meanwhile');
}

/** `--pack`, also as `--packs`; each takes one, so that neither takes the runbook after it too. */
export function withPacks(command: Command, help: string): Command {
  return command
    .addOption(new Option('--pack <pack>', `${help} (repeatable)`).argParser(collect))
    .addOption(new Option('--packs <pack>').argParser(collect).hideHelp());
}

/** For commands that read a runbook. */
export const trustHelp = 'a pack that the runbook may name though it lies outside of its folder';

/** All packs that were named. */
export function packsGiven({ pack = [], packs = [] }: PackGiven): readonly string[] {
  return [...pack, ...packs];
}

/** `-e`. */
export function withExtraVars(command: Command, help: string): Command {
  return withSecrets(
    command.addOption(new Option('-e, --extra-vars <name=value>', help).argParser(collect).default([])),
  );
}

/** How a run is shown. */
export function withShown(command: Command): Command {
  return command
    .option('-D, --diff', 'show what changes inside files')
    .addOption(new Option('--output <kind>', 'how to show the run').choices(['live', 'lines', 'json', 'ansible']))
    .option('--json', 'one event per line on stdout')
    .addOption(
      new Option('--notify <target>', 'told how it ended, as JSON: a URL, or a program (repeatable)').argParser(
        collect,
      ),
    )
    .option(
      '-v, --verbose',
      'reasons; -vv commands and answers; -vvv the transport',
      (_: string, before: number) => before + 1,
      0,
    );
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 up');
  return Number(text);
}

function seconds(text: string): number {
  return count(text) * 1000;
}

/** A command with our manners: errors are thrown, not printed and exited from deep inside. */
export function newCommand(name: string): Command {
  return new Command(name).exitOverride().showHelpAfterError('(see --help)');
}
