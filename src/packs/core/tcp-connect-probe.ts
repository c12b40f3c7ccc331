import type { Answer } from '../../model/command.ts';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { timeoutMs, timeoutParam } from './duration-param.ts';
import { networkAddress, withoutBrackets } from './params.ts';
import { firstLine } from './why-not.ts';

const python = `
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])).close()
except socket.timeout:
    sys.exit("timed out")
except OSError as error:
    sys.exit(error.strerror or str(error))
`;

/** bash first: it is nearly everywhere, and where timeout(1) is, too. All end with rc 0 exactly when connected. */
const script = `
if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  timeout "$seconds" bash --norc -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$port"
elif command -v python3 >/dev/null 2>&1; then
  python3 -I -c "$python" "$address" "$port" "$seconds"
elif command -v nc >/dev/null 2>&1; then
  nc -z -w "$seconds" "$address" "$port"
else exit 99
fi`;

const errors = ['refused', 'timeout', 'unreachable', 'denied', 'unresolved'] as const;
type ConnectError = (typeof errors)[number];

export default defineProbe({
  name: 'tcp.connect',
  summary: 'Whether something on the host could connect to a TCP port; the connection is closed at once.',
  params: {
    type: 'object',
    properties: {
      address: { ...networkAddress, description: 'Host name or IP address, as seen from the host' },
      port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'Port' },
      timeout: timeoutParam,
    },
    required: ['address', 'port'],
  },
  result: {
    type: 'object',
    properties: {
      address: { type: 'string', description: 'The address asked for' },
      port: { type: 'integer', description: 'The port asked for' },
      connected: { type: 'boolean', description: 'Somebody accepted' },
      error: { type: 'string', enum: errors, description: 'Why not' },
      ms: { type: 'integer', description: 'How long the look took, way to the host included' },
    },
    required: ['address', 'port', 'connected', 'ms'],
  },
  reads: ({ address, port }) => [`tcp:${address}:${port}`, 'service', 'route'],
  fingerprint: ({ connected, error }) => ({ connected, error: error ?? '' }),
  async read(host, { address, port, timeout }) {
    const ms = timeoutMs(timeout);
    const variables = {
      python,
      address: withoutBrackets(address),
      port: String(port),
      seconds: String(Math.ceil(ms / 1000)),
    };
    const answer = await host.run({ script, variables, timeoutMs: ms + 5000 });
    const asked = { address, port, ms: Math.round(answer.ms) };
    if (answer.rc === 0) return { ...asked, connected: true };
    if (answer.rc === 99) return unreadable('connecting needs bash and timeout, python3 or nc on the host');
    const error = connectError(answer);
    return error === undefined
      ? unreadable(
          `cannot tell whether ${address}:${port} accepts: ${firstLine(answer.stderr) || `exit code ${answer.rc}`}`,
        )
      : { ...asked, connected: false, error };
  },
});

/** What the words of bash, python3 or nc mean. */
export function connectError({ rc, stderr }: Pick<Answer, 'rc' | 'stderr'>): ConnectError | undefined {
  if (/connection refused/i.test(stderr)) return 'refused';
  if (/permission denied/i.test(stderr)) return 'denied';
  if (/no route to host|network is unreachable|host is unreachable|cannot assign requested address/i.test(stderr)) {
    return 'unreachable';
  }
  if (
    /name or service not known|name resolution|nodename nor servname|bad address|no address associated/i.test(stderr)
  ) {
    return 'unresolved';
  }
  return rc === 124 || rc === 143 || /timed out/i.test(stderr) ? 'timeout' : undefined;
}
