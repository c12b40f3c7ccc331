import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export interface Position {
  readonly line: number;
  readonly character: number;
}
interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}
export interface ServerDiagnostic {
  readonly message: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

/** A document open in an editor, with the schema that its first line names. */
export interface OpenDocument {
  /** Labels that are offered there. */
  complete(at: Position): Promise<readonly string[]>;
  hover(at: Position): Promise<string>;
  diagnostics(): Promise<readonly ServerDiagnostic[]>;
}

/** yaml-language-server as editors run it: over stdio. */
export interface LanguageServer {
  open(uri: string, text: string): OpenDocument;
  stop(): Promise<void>;
}

export async function startLanguageServer(): Promise<LanguageServer> {
  const manifest = require.resolve('yaml-language-server/package.json');
  const child = spawn(process.execPath, [manifest.replace(/package\.json$/, 'bin/yaml-language-server'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const replies = new Map<number, (result: unknown) => void>();
  const published = new Map<string, (diagnostics: readonly ServerDiagnostic[]) => void>();
  let nextId = 0;

  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const ask = (method: string, params: object | null): Promise<unknown> => {
    nextId += 1;
    const id = nextId;
    return new Promise((settle) => {
      replies.set(id, settle);
      send({ id, method, params });
    });
  };
  const take = ({ id, method, params, result }: Message): void => {
    if (method === undefined) replies.get(Number(id))?.(result);
    else if (method === 'workspace/configuration') send({ id, result: configuration(params) });
    else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly ServerDiagnostic[] };
      published.get(uri)?.(diagnostics);
    } else if (id !== undefined) send({ id, result: null });
  };

  let buffer = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, Math.max(head, 0)).toString())?.[1]);
      if (head === -1 || buffer.length < head + 4 + length) return;
      const body = buffer.subarray(head + 4, head + 4 + length).toString('utf8');
      buffer = buffer.subarray(head + 4 + length);
      take(JSON.parse(body));
    }
  });

  await ask('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: { documentationFormat: ['markdown'] } }, hover: {} },
    },
  });
  send({ method: 'initialized', params: {} });

  return {
    open(uri, text) {
      const told = new Promise<readonly ServerDiagnostic[]>((settle) => published.set(uri, settle));
      send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
      const at = (position: Position) => ({ textDocument: { uri }, position });
      return {
        async complete(position) {
          const { items } = (await ask('textDocument/completion', at(position))) as { items: { label: string }[] };
          return items.map(({ label }) => label);
        },
        async hover(position) {
          const found = (await ask('textDocument/hover', at(position))) as { contents: { value: string } } | null;
          return found?.contents.value ?? '';
        },
        diagnostics: () => told,
      };
    },
    async stop() {
      await ask('shutdown', null);
      send({ method: 'exit' });
    },
  };
}

/** What an editor's settings say, for each section that is asked for. */
function configuration(params: unknown): readonly object[] {
  const { items } = params as { readonly items: readonly { readonly section?: string }[] };
  return items.map(({ section }) =>
    section === 'yaml' ? { completion: true, hover: true, validate: true, schemaStore: { enable: false } } : {},
  );
}
