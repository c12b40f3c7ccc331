import { socketKeptShut } from '../core/kept-shut.ts';
import { typeOf } from './context.ts';
import type { Access, SocketNeed } from './needs.ts';
import { domainNeverOpened } from './never-opened.ts';
import { cilText, moduleNameOf } from './one-rule.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { runtimeDirectory, type TmpfilesRule } from './runtime-directory.ts';
import { type GivenLabel, type LabelFix, labelFix, type Unsolved } from './socket-label.ts';

/** What makes one socket reachable: all of it together. */
export interface SocketRemedy {
  readonly need: SocketNeed;
  readonly fcontexts: readonly GivenLabel[];
  /** Where systemd has to make the directory again after a reboot, so that its label comes back. */
  readonly files: readonly TmpfilesRule[];
  readonly modules: readonly { readonly name: string; readonly cil: string }[];
  readonly opens: readonly Access[];
  /** Those of `opens` that only a rule allows, in `modules` or in one chosen before. */
  readonly ruled: readonly Access[];
}

const rightLabels: LabelFix = { fcontexts: [], rules: [], opens: [], directory: false };

/** The remedy for one socket, or why there is none. Rules in `granted` stand in modules chosen before. */
export function socketRemedy(
  facts: PolicyFacts,
  worker: string,
  need: SocketNeed,
  granted: ReadonlySet<string>,
): SocketRemedy | Unsolved {
  const mislabelled = need.closed.length > 0 || need.labelRefused;
  const refused = neverOpened(need, mislabelled);
  if (refused !== undefined) return { access: `reach the socket ${need.socket.path}`, why: refused };
  const labels = mislabelled ? labelFix(facts, worker, need) : rightLabels;
  if ('why' in labels) return labels;
  const connects = need.listeners.map(
    (listener): Access => ({ source: worker, target: listener, class: 'unix_stream_socket', permission: 'connectto' }),
  );
  const rules = [...labels.rules, ...connects].filter((rule) => !granted.has(moduleNameOf(rule)));
  return {
    need,
    fcontexts: labels.fcontexts,
    files: labels.directory ? runtimeDirectory(need.socket) : [],
    modules: rules.map((rule) => ({ name: moduleNameOf(rule), cil: cilText([rule]) })),
    opens: [...labels.opens, ...connects],
    ruled: [...labels.rules, ...connects],
  };
}

/** Why this socket is never opened: by its path, or by a domain behind it, whose socket's label may be all that guards it. */
function neverOpened({ socket, listeners }: SocketNeed, mislabelled: boolean): string | undefined {
  const path = socketKeptShut(socket.path);
  if (path !== undefined) return `nginx is never let at it: ${path}`;
  // systemd also listens for the services that it starts on demand.
  const behind = mislabelled ? socket.listeners.filter((context) => typeOf(context) !== 'init_t') : [];
  return [...listeners, ...behind]
    .map(typeOf)
    .flatMap((domain) => {
      const why = domainNeverOpened(domain);
      return why === undefined ? [] : [`nginx is never let at ${domain}: ${why}`];
    })
    .at(0);
}
