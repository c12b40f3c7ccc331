import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Guest, type GuestPlace, startGuest } from './guest.ts';
import { guestKinds, isKindName, type KindName } from './kinds.ts';
import { sshArgs } from './login.ts';
import { runningGuests } from './running-guests.ts';
import { provideSnapshot, staleFiles } from './snapshot.ts';

const usage = `usage: npm run lab -- COMMAND

  build [KIND…]             image and snapshots (all kinds), when they aren't cached
  up [NAME] [--kind KIND]   a guest from its snapshot; default name: its kind
  list                      the guests that run
  ssh NAME [USER] [-- CMD]  log in: root, ops, opspw, plain
  inventory                 the running guests as a mendgate inventory
  reset NAME                back to the snapshot
  down NAME… | --all        end guests
  prune                     remove images and snapshots of other recipes from the cache

kinds:
${Object.entries(guestKinds)
  .map(([name, kind]) => `  ${name.padEnd(12)}${kind.summary}`)
  .join('\n')}
`;

/** Runs one command of the lab and gives its exit code; 64: not understood. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'build':
        return await build(rest);
      case 'up':
        return await up(rest);
      case 'list':
        return await list();
      case 'inventory':
        return await inventory();
      case 'prune':
        return await prune();
      case 'ssh':
        return await ssh(rest);
      case 'reset':
        return await reset(rest);
      case 'down':
        return await down(rest);
      default:
        process.stderr.write(usage);
        return 64;
    }
  } catch (error) {
    process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function build(names: readonly string[]): Promise<number> {
  const kinds = names.length === 0 ? Object.keys(guestKinds) : names;
  for (const name of kinds) say(`${name}: ${(await provideSnapshot(kindNamed(name), say)).disk}`);
  return 0;
}

async function up(args: readonly string[]): Promise<number> {
  const flag = args.indexOf('--kind');
  const [first] = args.filter((_, index) => flag < 0 || (index !== flag && index !== flag + 1));
  const kind = kindNamed(flag >= 0 ? args[flag + 1] : first !== undefined && isKindName(first) ? first : 'selinux');
  await runningGuests();
  const guest = await startGuest({ kind, name: first ?? kind, keep: true, say });
  say(`${describe(guest)}\nkey ${guest.keyFile}\nknown hosts ${guest.knownHostsFile}`);
  return 0;
}

async function list(): Promise<number> {
  for (const guest of await runningGuests()) say(describe(guest));
  return 0;
}

async function inventory(): Promise<number> {
  const guests = await runningGuests();
  say('inventory: lab\nconnect: { user: ops }\nhosts:');
  for (const guest of guests) {
    say(
      `  ${guest.name}: { connect: { address: 127.0.0.1, port: ${guest.port}, private_key_file: ${guest.keyFile} } }`,
    );
  }
  return 0;
}

/** Guests that run keep their disks: those are copies, but they stand on an image, which must stay. */
async function prune(): Promise<number> {
  if ((await runningGuests()).length > 0) throw new Error('end the running guests first: npm run lab -- down --all');
  for (const path of await staleFiles(say)) {
    say(`removing ${path}`);
    await rm(path, { recursive: true });
  }
  return 0;
}

async function ssh(args: readonly string[]): Promise<number> {
  const [name, ...more] = args;
  const at = more.indexOf('--');
  const [user = 'root'] = at < 0 ? more : more.slice(0, at);
  const command = at < 0 ? [] : more.slice(at + 1);
  const ended = spawnSync('ssh', [...sshArgs(await guestNamed(name), user), ...command], { stdio: 'inherit' });
  return ended.status ?? 1;
}

async function reset(args: readonly string[]): Promise<number> {
  const guest = await guestNamed(args[0]);
  const started = performance.now();
  await guest.reset();
  say(`${guest.name} is back at its snapshot (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return 0;
}

async function down(args: readonly string[]): Promise<number> {
  const guests = args.includes('--all') ? await runningGuests() : await Promise.all(args.map(guestNamed));
  for (const guest of guests) await guest.stop();
  return 0;
}

function describe(guest: GuestPlace): string {
  return `${guest.name} (${guest.kind}): ssh 127.0.0.1:${guest.port}, http 127.0.0.1:${guest.httpPort}, pid ${guest.pid}`;
}

function kindNamed(name: string | undefined): KindName {
  if (name !== undefined && isKindName(name)) return name;
  throw new Error(`no such kind: ${name ?? ''} (${Object.keys(guestKinds).join(', ')})`);
}

async function guestNamed(name: string | undefined): Promise<Guest> {
  const guests = await runningGuests();
  const guest = guests.find((each) => each.name === name);
  if (guest !== undefined) return guest;
  throw new Error(`no guest named ${name ?? ''}; running: ${guests.map((each) => each.name).join(', ') || 'none'}`);
}
