/** How a `*_pass` directive writes its target. */
export interface Pass {
  /** Scheme when none is written. */
  readonly scheme: string;
  /** Schemes that may stand in front of `://`, with their default ports. */
  readonly schemes: { readonly [scheme: string]: number | undefined };
  /** Default port when no scheme is written. */
  readonly port?: number;
}

/** The directives that connect to a backend. */
export const passes: { readonly [directive: string]: Pass | undefined } = {
  proxy_pass: { scheme: 'http', schemes: { http: 80, https: 443 } },
  grpc_pass: { scheme: 'grpc', schemes: { grpc: 80, grpcs: 443 }, port: 80 },
  fastcgi_pass: { scheme: 'fastcgi', schemes: {} },
  uwsgi_pass: { scheme: 'uwsgi', schemes: { uwsgi: undefined, suwsgi: undefined } },
  scgi_pass: { scheme: 'scgi', schemes: { scgi: undefined } },
  memcached_pass: { scheme: 'memcached', schemes: {} },
};

export interface PassTarget {
  readonly scheme: string;
  /** Address, name of an upstream block, or text with variables; without scheme and URI. */
  readonly target: string;
  /** The port where the target names none. */
  readonly port: number | undefined;
}

/** Takes the argument of a `*_pass` apart. In `stream` a `proxy_pass` is an address without scheme. */
export function passTarget(pass: Pass, argument: string, area: string): PassTarget {
  if (area === 'stream') return { scheme: 'stream', target: argument, port: undefined };
  const [, scheme = '', rest = ''] = /^([A-Za-z]{1,10}):\/\/(.*)$/s.exec(argument) ?? [];
  const known = Object.hasOwn(pass.schemes, scheme.toLowerCase());
  const target = known ? rest : argument;
  const address = target.startsWith('unix:') ? target : (target.split('/', 1)[0] ?? '');
  return known
    ? { scheme: scheme.toLowerCase(), target: address, port: pass.schemes[scheme.toLowerCase()] }
    : { scheme: pass.scheme, target: address, port: pass.port };
}
