import { parseCel } from '../expr/syntax.ts';
import { quoteScalar } from './quote-cel.ts';

/** What someone who knows Ansible types first, and the answer. Each has a code of its own. */
export interface Answer {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

const modules: Readonly<Record<string, string>> = {
  shell: 'core.script: { script: … }',
  command: 'core.command: { command: [program, argument] }',
  raw: 'core.script: { script: … }',
  script: 'core.script: { script: … }',
  copy: 'file.content: { path: …, content: … }',
  template: 'file.content: { path: …, content: … }, with ${{ }} in the content',
  lineinfile: 'file.line: { path: …, line: … }',
  service: 'service.state: { name: …, state: started }',
  systemd: 'service.state: { name: …, state: started }',
  seboolean: 'selinux.boolean: { name: …, value: true, persistent: true }',
  seport: 'selinux.port: { port: …, protocol: tcp, type: … }',
  sefcontext: 'selinux.fcontext: { path: …, type: … }',
  package: 'package.installed: { name: … }',
  yum: 'package.installed: { name: … }',
  dnf: 'package.installed: { name: … }',
  apt: 'package.installed: { name: … }',
  systemd_service: 'service.state: { name: …, state: started }',
  file: 'file.mode: { path: …, mode: "0644" }; the content itself is file.content',
  stat: 'the probe file.stat: { path: … }',
  slurp: 'the probe file.content: { path: … }',
  uri: 'the probe http.request: { url: … }',
};

const answer = (code: string, message: string, help: string): Answer => ({ code: `ansible/${code}`, message, help });
const asTask = 'a step is not a task: ';

const keys: Readonly<Record<string, Answer>> = {
  name: answer(
    'name',
    '`name` is called `id` (a short name) and `title` here',
    'id: confirm\ntitle: Confirm it in the audit log',
  ),
  tasks: answer('tasks', '`tasks` are called `steps` here', 'steps: [{ id: …, fix: [ … ] }]\nsee docs/from-ansible.md'),
  roles: answer('use', 'there are no roles', 'use: ./other-runbook.yaml in a step'),
  vars: answer('vars', '`vars` of a runbook are its `params`', 'params: { port: { type: int, default: 8080 } }'),
  register: answer(
    'register',
    'nothing is registered: a probe is named by its key',
    'probes: { w: { nginx.worker: {} } }',
  ),
  loop: answer('loop', '`loop` is called `for_each` here', 'for_each: expression, as: name; then ${{ name }}'),
  with_items: answer(
    'loop',
    '`with_items` is called `for_each` here',
    'for_each: expression, as: name; then ${{ name }}',
  ),
  notify: answer(
    'notify',
    'there are no handlers',
    'put `nginx.current: {}` or `service.fresh: { name: … }` last in the same fix: it acts only when files are newer',
  ),
  failed_when: answer('failed-when', '`failed_when` is `verify: { that: … }` here', 'verify: { that: expression }'),
  changed_when: answer('changed-when', '`changed_when` is not needed: changes are inspected', 'remove it'),
  until: answer(
    'until',
    'nothing is retried; a check is looked at again',
    'verify: { that: …, within: 60s, every: 2s }',
  ),
  ignore_errors: answer(
    'ignore-errors',
    '`ignore_errors` is `on_failure: continue` here; the host still counts as bad',
    'on_failure: continue',
  ),
  block: answer('block', 'there are no blocks: a step has a `fix` and a `rollback`', 'fix: [ … ]\nrollback: [ … ]'),
  serial: answer('serial', '`serial` is called `batches` here', 'batches: [1, "25%"]'),
  max_fail_percentage: answer('max-fail', '`max_fail_percentage` is called `max_fail` here', 'max_fail: "20%"'),
  strategy: answer('strategy', 'there are no strategies: each host goes its own way', 'remove it'),
  gather_facts: answer(
    'gather-facts',
    'no facts are gathered: probes read what a step needs',
    'probes: { os: { core.facts: {} } }',
  ),
  no_log: answer('no-log', 'secrets are never logged: declare the param as one', 'params: { token: { type: secret } }'),
  include_tasks: answer('use', 'other runbooks are taken in by `use`', 'use: ./other-runbook.yaml in a step'),
  become_user: answer(
    'become-user',
    "`become` names the user itself; `become: true` is root, whatever an inventory's `ansible_become_user` says",
    'become: postgres',
  ),
  wait_for: answer(
    'until',
    'waiting is a check',
    'verify: { probes: { up: { tcp.connect: { address: …, port: … } } }, that: up.connected, within: 60s }',
  ),
  pause: answer('until', 'nothing is waited for by time alone', 'verify: { that: …, within: 60s, every: 2s }'),
  debug: answer('debug', 'what was found is told by `conclude`', 'conclude: [{ when: …, message: "it is ${{ … }}" }]'),
  assert: answer('assert', 'what must hold is a `verify`', 'verify: { that: [ … ] }'),
  fail: answer(
    'fail',
    'a conclusion with a verdict ends the host',
    'conclude: [{ when: …, message: why, verdict: not_fixed }]',
  ),
  set_fact: answer(
    'set-fact',
    'there are no facts to set: a name is a probe or a param',
    'write the expression where it is needed',
  ),
  environment: answer(
    'environment',
    '`environment` belongs to one command',
    'core.command: { command: [ … ], env: { NAME: … } }',
  ),
  remote_user: answer('remote-user', 'who connects is said in the inventory', 'user: … beside the host'),
  any_errors_fatal: answer('max-fail', '`any_errors_fatal` is `max_fail` here', 'max_fail: 0'),
  args: answer('args', `${asTask}params stand under the call`, 'core.command: { command: [ls, -l] }'),
};

const aliases: Readonly<Record<string, string>> = {
  handlers: 'notify',
  retries: 'until',
  delay: 'until',
  rescue: 'block',
  always: 'block',
  with_dict: 'loop',
  with_list: 'loop',
  loop_control: 'loop',
  import_tasks: 'include_tasks',
  import_role: 'include_tasks',
  include_role: 'include_tasks',
  pre_tasks: 'tasks',
  post_tasks: 'tasks',
  vars_files: 'vars',
  wait_for_connection: 'wait_for',
  setup: 'gather_facts',
  import_playbook: 'include_tasks',
};

/** Every word of Ansible that has an answer, modules among them. */
export const ansibleWords: readonly string[] = [...Object.keys(keys), ...Object.keys(aliases), ...Object.keys(modules)];

/** The answer for a key that is Ansible's, or `undefined`. */
export function ansibleKey(key: string): Answer | undefined {
  const short = key.replace(/^(?:ansible\.(?:builtin|posix|legacy)|community\.[a-z_]+)\./, '');
  const name = Object.hasOwn(aliases, short) ? (aliases[short] ?? short) : short;
  if (Object.hasOwn(keys, name)) return keys[name];
  if (!Object.hasOwn(modules, short)) return undefined;
  return answer(
    'module',
    `\`${key}\` is a module of Ansible`,
    modules[short]?.startsWith('the probe') === true ? `use ${modules[short]}` : `in a fix: ${modules[short]}`,
  );
}

/** A list at the top. */
export const playbook: Answer = answer(
  'playbook',
  'this is a playbook; a runbook is one mapping',
  'runbook: my-runbook\ntitle: …\nhosts: web\nsteps: [ … ]\n(tasks become steps: see docs/from-ansible.md)',
);

/** Nobody writes a longer condition by hand. */
const longest = 2000;

/** `and`, `or`, `not`, `is defined` in a condition, with the condition in CEL. */
export function ansibleExpression(cel: string): Answer | undefined {
  if (cel.length > longest) return undefined;
  const { bare, literals } = withoutLiterals(cel);
  if (/^\s*\{\{.*\}\}\s*$/.test(bare))
    return answer('braces', '`{{ }}` is not interpolated', `write ${cel.trim().slice(2, -2).trim()}`);
  if (!/\s(?:and|or)\s|(?:^|[\s(])not\s|\sis\s+(?:not\s+)?(?:un)?defined\b/.test(bare)) return undefined;
  const written = inCel(bare).replaceAll(/\u0001(\d+)\u0001/g, (_all, index: string) => literals[Number(index)] ?? '');
  const help = parseCel(written).ok ? `write ${asScalar(written)}` : 'put `!( … )` around what `not` means';
  return answer('operators', 'conditions are CEL: `&&`, `||`, `!`, `known(x)`, `has(x.field)`', help);
}

/** Words inside a string are the string's. */
function withoutLiterals(cel: string): { readonly bare: string; readonly literals: readonly string[] } {
  const literals: string[] = [];
  const bare = cel.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (literal) => {
    literals.push(literal);
    return `\u0001${literals.length - 1}\u0001`;
  });
  return { bare, literals };
}

/** To YAML, `!x` would be a tag. */
function asScalar(cel: string): string {
  return /^[!"'[{*&%@`|>]|:\s|\s#/.test(cel) ? quoteScalar(cel) : cel;
}

function inCel(text: string): string {
  const operand = String.raw`[\w.\u0001]+(?:\([^()]*\)|\[[^\[\]]*\])*`;
  const plain = text
    .trim()
    .replaceAll(/([\w.]+)\s+is\s+(?:not\s+defined|undefined)\b/g, (_all, name: string) => `!${ask(name)}`)
    .replaceAll(/([\w.]+)\s+is\s+(?:defined|not\s+undefined)\b/g, (_all, name: string) => ask(name))
    .replaceAll(new RegExp(`(${operand})\\s+not\\s+in\\s+(${operand}|\\[[^\\[\\]]*\\])`, 'g'), '!($1 in $2)')
    .replaceAll(/\s+and\s+/g, ' && ')
    .replaceAll(/\s+or\s+/g, ' || ');
  return negated(plain);
}

/** In Ansible `not` takes in a whole comparison, in CEL `!` only what stands next to it. */
function negated(text: string): string {
  const match = /(?:^|(?<=[\s(!]))not\s+/.exec(text);
  if (match === null) return text;
  const start = match.index + match[0].length;
  const end = scopeEnd(text, start);
  const inner = negated(text.slice(start, end).trim());
  const isOne = /^!?[\w.\u0001]*(?:\([^()]*\))?$/.test(inner);
  const whole = isOne ? `!${inner}` : `!(${inner})`;
  return text.slice(0, match.index) + whole + negated(text.slice(end));
}

/** Where the operand of a `not` ends: before `&&`, `||` or the bracket that closes around it. */
function scopeEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if ('([{'.includes(text.charAt(at))) depth += 1;
    else if (')]}'.includes(text.charAt(at))) depth -= 1;
    if (depth < 0) return at;
    if (depth === 0 && /^ (?:&&|\|\|) /.test(text.slice(at, at + 4))) return at;
  }
  return text.length;
}

/** A probe may be unknown; a param or a variable of the inventory may be absent. */
function ask(name: string): string {
  const [root = name] = name.split('.');
  return ['params', 'host', 'steps'].includes(root) && root !== name ? `has(${name})` : `known(${root})`;
}

/** `{{ item }}` in text. */
export function ansibleText(text: string): (Answer & { readonly start: number; readonly end: number }) | undefined {
  const match = /(?<![$\w{])\{\{\s{0,9}([A-Za-z_][\w.]{0,99})\s{0,9}(?:\|[^}]{0,99})?\}\}/.exec(text);
  if (match === null) return undefined;
  const found = answer('braces', `\`${match[0]}\` is not interpolated`, `write \${{ ${match[1]} }}`);
  return { ...found, start: match.index, end: match.index + match[0].length };
}
