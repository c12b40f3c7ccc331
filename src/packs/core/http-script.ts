import type { ScriptCommand } from '../../model/command.ts';
import type { Secret } from '../../model/secret.ts';
import { fieldFunctions } from './fields.ts';

/** The same request without curl: prints the head, the body and the last line as curl does. */
const python = `
import http.client, os, socket, ssl, sys, time, urllib.parse
method, url, seconds, verify, address, body, limit, names = sys.argv[1:]
begun = time.time()
try:
    at = urllib.parse.urlsplit(url)
    tls = at.scheme == "https"
    port = at.port or (443 if tls else 80)
    wire = socket.create_connection((address or at.hostname, port), float(seconds))
    if tls:
        context = ssl.create_default_context()
        if verify != "1":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        wire = context.wrap_socket(wire, server_hostname=at.hostname)
    connection = http.client.HTTPConnection(at.hostname, port)
    connection.sock = wire
    headers = {"Host": at.netloc.rpartition("@")[2], "User-Agent": "mendgate"}
    for index, name in enumerate(names.split()):
        headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
        headers[name] = os.environ["MG_HEADER_%d" % (index + 1)]
    target = (at.path or "/") + ("?" + at.query if at.query else "")
    connection.request(method, target, headers=headers)
    answer = connection.getresponse()
    head = "".join("%s: %s\\r\\n" % pair for pair in answer.getheaders())
    data = answer.read(int(limit))
    out = sys.stdout.buffer
    out.write(("HTTP/1.1 %d\\r\\n%s\\r\\n" % (answer.status, head)).encode("latin-1", "replace"))
    if body == "1":
        out.write(data)
    out.write(("\\nmendgate %d %.3f %d" % (answer.status, time.time() - begun, len(data))).encode())
except (OSError, ValueError, http.client.HTTPException) as error:
    sys.stdout.write("\\nmendgate 000 %.3f 0" % (time.time() - begun))
    sys.exit("%s" % (error,))
`;

/**
 * curl, else python3. The request travels as curl's config on stdin and header values by the environment, so that nothing
 * secret stands in an argument list. `-q` first: no curlrc; no proxy, no redirect, no other protocol.
 */
const script = `${fieldFunctions}
value_of() { eval "value=\\\${MG_HEADER_$1}"; }
count=0
for name in $names; do
  count=$((count + 1))
  value_of "$count"
  case $value in *"
"*) plain bad_header "$name"; exit 0 ;; esac
done
config() {
  printf 'url = "%s"\\nuser-agent = "mendgate"\\n' "$url"
  count=0
  for name in $names; do
    count=$((count + 1))
    value_of "$count"
    printf 'header = "%s: %s"\\n' "$name" "$(printf '%s' "$value" | sed 's/[\\\\"]/\\\\&/g')"
  done
}
set -- -q -K - -sS -g --noproxy '*' --proto =http,https --max-redirs 0 --max-time "$seconds" -D - \\
  -w '\\nmendgate %{http_code} %{time_total} %{size_download}'
if [ "$body" = 1 ]; then set -- "$@" --max-filesize "$limit"; else set -- "$@" -o /dev/null; fi
if [ "$method" = HEAD ]; then set -- "$@" -I; fi
if [ "$verify" != 1 ]; then set -- "$@" -k; fi
if [ -n "$address" ]; then set -- "$@" --resolve "$server:$address"; fi
if command -v curl >/dev/null 2>&1; then answer=$(config | curl "$@"); rc=$?
elif command -v python3 >/dev/null 2>&1; then
  answer=$(python3 -I -c "$python" "$method" "$url" "$seconds" "$verify" "$address" "$body" "$limit" "$names"); rc=$?
else plain no_tool 1; exit 0
fi
plain rc "$rc"
printf '%s' "$answer" | hex answer`;

/** Bytes of a body that are kept; as hex it must fit an answer. */
const largestBody = 400_000;

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly headers: { readonly [name: string]: string | Secret };
  readonly timeoutMs: number;
  readonly verify: boolean;
  /** Connect there, whatever the URL's name resolves to. */
  readonly address: string;
  readonly body: boolean;
}

/** The request as a script. Header names are already known to be tokens. */
export function httpScript(request: HttpRequest): ScriptCommand {
  const { url, method, address } = request;
  const headers = Object.entries(request.headers);
  const { hostname, port, protocol } = new URL(url);
  return {
    script,
    variables: {
      python,
      url,
      method,
      names: headers.map(([name]) => name).join(' '),
      seconds: (request.timeoutMs / 1000).toFixed(3),
      verify: request.verify ? '1' : '',
      body: request.body ? '1' : '',
      limit: String(largestBody),
      address,
      server: `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`,
    },
    env: Object.fromEntries(headers.map(([, value], index) => [`MG_HEADER_${index + 1}`, value])),
    timeoutMs: request.timeoutMs + 5000,
  };
}
