import type { Options } from './interpret.ts';

/**
 * A list of algorithms that ssh_config says otherwise than OpenSSH by itself: `only` these, in this order; beside the usual
 * ones `also` these; or the usual ones `without` these (patterns).
 */
export interface AlgorithmList {
  readonly kind: 'only' | 'also' | 'without';
  readonly names: readonly string[];
}

/** Those of them that ssh_config says. */
export interface AlgorithmLists {
  readonly kex?: AlgorithmList;
  readonly cipher?: AlgorithmList;
  readonly mac?: AlgorithmList;
  readonly hostKey?: AlgorithmList;
  /** Of the operator's keys. */
  readonly publicKey?: AlgorithmList;
}

/** The options that say them; the last have older names. */
const keywords: Readonly<Record<keyof AlgorithmLists, readonly string[]>> = {
  kex: ['kexalgorithms'],
  cipher: ['ciphers'],
  mac: ['macs'],
  hostKey: ['hostkeyalgorithms'],
  publicKey: ['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes'],
};

/** Whether any list stands among the options that are said. */
export function saysAlgorithms(isSaid: (keyword: string) => boolean): boolean {
  return Object.values(keywords).some((names) => names.some(isSaid));
}

/** What options say of algorithms. `usual`: OpenSSH's own options, where there is an ssh to tell them. */
export function algorithmLists(
  options: Options,
  usual: Options | undefined,
  isSaid: (keyword: string) => boolean,
): AlgorithmLists {
  const list = (names: readonly string[]): AlgorithmList | undefined => {
    if (!names.some(isSaid)) return undefined;
    const value = (of: Options | undefined) =>
      names.map((name) => of?.get(name)?.[0]).find((text) => text !== undefined);
    return difference(value(options), value(usual));
  };
  const [kex, cipher, mac] = [list(keywords.kex), list(keywords.cipher), list(keywords.mac)];
  const [hostKey, publicKey] = [list(keywords.hostKey), list(keywords.publicKey)];
  return {
    ...(kex === undefined ? {} : { kex }),
    ...(cipher === undefined ? {} : { cipher }),
    ...(mac === undefined ? {} : { mac }),
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(publicKey === undefined ? {} : { publicKey }),
  };
}

/** `ssh -G` spells `+`, `-` and `^` out; without it they stand as they were written. */
function difference(said: string | undefined, usual: string | undefined): AlgorithmList | undefined {
  if (said === undefined || said === usual) return undefined;
  if (usual !== undefined && said.startsWith(`${usual},`)) {
    return { kind: 'also', names: said.slice(usual.length + 1).split(',') };
  }
  const names = said.replace(/^[-+^]/, '').split(',');
  if (said.startsWith('-')) return { kind: 'without', names };
  return { kind: /^[+^]/.test(said) ? 'also' : 'only', names };
}
