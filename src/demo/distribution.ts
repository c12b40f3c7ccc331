import { portLabels } from './ports.ts';

/** What hosts of one distribution have in common: their policy's own words, and nginx's ways. */
export interface Distribution {
  /** SELINUXTYPE. */
  readonly policy: string;
  readonly nginx: string;
  readonly worker: { readonly user: string; readonly id: number };
  /** The lines of `semanage port -l`. */
  readonly portLines: readonly string[];
  /** The policy's labels of TCP ports. */
  readonly ports: readonly PortLabel[];
  /** Every type that a TCP port can have. */
  readonly portTypes: readonly string[];
  /** What sesearch finds about httpd_t's outgoing TCP connections. */
  readonly connectRules: readonly string[];
  /** The same, read. */
  readonly connects: readonly ConnectRule[];
  readonly booleans: readonly string[];
  /** Path → the spelling that label rules use for it. */
  readonly equivalences: readonly (readonly [from: string, to: string])[];
}

/** A range of ports and its type. */
export interface PortLabel {
  readonly type: string;
  readonly low: number;
  readonly high: number;
}

/** httpd_t may connect to ports of this type (`port_type`: of every one), always or while the boolean is on. */
interface ConnectRule {
  readonly type: string;
  readonly boolean: string | undefined;
}

type Told = Omit<Distribution, 'ports' | 'portTypes' | 'connects'> & { readonly otherPortTypes: readonly string[] };

const connectRule = /^allow \w+ (\w+):tcp_socket name_connect;(?: \[ (\w+) \]:True)?$/;

/** A distribution by what its tools print. */
export function makeDistribution({ otherPortTypes, ...told }: Told): Distribution {
  const ports = portLabels(told.portLines);
  return {
    ...told,
    ports,
    portTypes: [...new Set([...ports.map(({ type }) => type), ...otherPortTypes])],
    connects: told.connectRules.map((rule) => {
      const [, type = '', boolean] = connectRule.exec(rule) ?? [];
      return { type, boolean };
    }),
  };
}
