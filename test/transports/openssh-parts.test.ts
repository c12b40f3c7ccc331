import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { loginDesk } from '../../src/transports/openssh/login-desk.ts';
import { masterFailure } from '../../src/transports/openssh/master-failure.ts';
import { isReady, shownKey } from '../../src/transports/openssh/master-progress.ts';
import { muxStderr } from '../../src/transports/openssh/mux-stderr.ts';
import { questionKind } from '../../src/transports/openssh/questions.ts';
import {
  channelArguments,
  configText,
  masterArguments,
  unusableTarget,
} from '../../src/transports/openssh/ssh-arguments.ts';

const opening =
  'debug2: fd 3 setting O_NONBLOCK\r\ndebug2: mux_client_hello_exchange: master version 4\r\ndebug1: mux_client_request_session: master session id: 3\r\n';

function readInPieces(bytes: Buffer, cuts: readonly number[]) {
  const reader = muxStderr();
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const pieces = places.slice(1).map((to, i) => reader.feed(bytes.subarray(places[i], to)));
  const all = Buffer.concat([...pieces, reader.end()]);
  return { all, status: reader.status, opened: reader.opened };
}

describe("the host's stderr among ssh's own lines", () => {
  const said = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom(
          'debug2: ',
          'Received exit status from master 0\r\n',
          'd',
          'debug',
          '\n',
          'x',
          'debug2: Control master',
        ),
      )
      .map((words) => Buffer.from(words.join(''))),
  );

  it('is kept to the byte, however it is cut, and the last line says how it ended', () => {
    fc.assert(
      fc.property(said, fc.array(fc.nat()), fc.integer({ min: 0, max: 255 }), (host, cuts, code) => {
        const end = `debug2: Received exit status from master ${code}\r\n`;
        const read = readInPieces(Buffer.concat([Buffer.from(opening), host, Buffer.from(end)]), cuts);
        expect(read.opened).toBe(true);
        expect(read.all.equals(host)).toBe(true);
        expect(read.status).toEqual({ code });
      }),
    );
  });

  it.each([
    ['debug2: Control master terminated unexpectedly\r\n', {}],
    ['debug2: Exiting on signal: 15\r\n', {}],
    ['debug2: Received exit status from master 4294967295\r\n', {}],
    ['', undefined],
    ['debug2: Received exit status from master 0\r\nmore', undefined],
  ])('%j means %j', (end, status) => {
    expect(readInPieces(Buffer.from(`${opening}${end}`), [7, 30]).status).toEqual(status);
  });

  it('passes on what a quick host says before ssh does', () => {
    const lines = opening.split('debug1: ');
    const early = `${lines[0]}prompt:debug1: ${lines[1]}`;
    expect(readInPieces(Buffer.from(early), []).all.toString()).toBe('prompt:');
  });

  it('holds nothing back that is not the beginning of such a line', () => {
    const reader = muxStderr();
    reader.feed(Buffer.from(opening));
    expect(reader.feed(Buffer.from('[sudo] password:')).toString()).toBe('[sudo] password:');
    expect(reader.feed(Buffer.from('abc\n')).toString()).toBe('abc\n');
  });
});

describe('arguments', () => {
  it('put every name where ssh reads no option, and keep percent signs of paths', () => {
    const args = masterArguments({
      configFile: '/r/silent',
      controlPath: '/r/50%/1',
      address: 'web1',
      port: 2222,
      user: 'deploy',
      privateKeyFiles: ['/k/%h key'],
      agent: '/a "b"',
    });
    expect(args.slice(-6)).toEqual(['-l', 'deploy', '-p', '2222', '--', 'web1']);
    expect(args).toContain('ControlPath=/r/50%%/1');
    expect(args).toContain('/k/%%h key');
    expect(args).toContain('IdentityAgent="/a \\"b\\""');
  });

  it('leave port, user and keys to ssh_config when nobody names them', () => {
    const rest = { port: undefined, user: undefined, privateKeyFiles: undefined, agent: undefined };
    const args = masterArguments({ configFile: '/c', controlPath: '/r/1', address: 'web1', ...rest });
    for (const option of ['-l', '-p', '-i', 'IdentitiesOnly=yes']) expect(args).not.toContain(option);
  });

  it('of a channel never connect anew', () => {
    expect(channelArguments('/r/1', 'exec x').join(' ')).toContain('-o ProxyCommand=false');
  });

  const settings = {
    hostKeyPolicy: 'strict',
    knownHostsFiles: undefined,
    batch: true,
    connectTimeoutMs: undefined,
    configFile: undefined,
  } as const;
  it("stand in front of the operator's files where they are about trust, and behind where they are habits", () => {
    expect(configText(settings)).toBe(
      [
        'BatchMode yes',
        'StrictHostKeyChecking yes',
        'NumberOfPasswordPrompts 1',
        'UpdateHostKeys no',
        'Include "~/.ssh/config"',
        'Include "/etc/ssh/ssh_config"',
        'ConnectTimeout 15',
        'ServerAliveInterval 10',
        'ServerAliveCountMax 3',
        '',
      ].join('\n'),
    );
    const own = configText({
      ...settings,
      knownHostsFiles: ['/a b', '/c'],
      configFile: 'none',
      connectTimeoutMs: 1500,
    });
    expect(own).toContain('UserKnownHostsFile "/a b" "/c"\nGlobalKnownHostsFile /dev/null\n');
    expect(own).toContain('ConnectTimeout 2\n');
    expect(own).not.toContain('Include');
  });

  it.each([
    ['web1.example.com', 'deploy', true],
    ['fe80::1%eth0', undefined, true],
    ['10.0.0.1', 'DOM\\user', true],
    ['-oProxyCommand=x', undefined, false],
    ['a b', undefined, false],
    ['user@web', undefined, false],
    ['ssh://web', undefined, false],
    ['web', '-x', false],
    ['web', 'a;b', false],
    ['web', "a'b", false],
    ['web', '', false],
  ])('%j as %j: usable %j', (address, user, usable) => {
    expect(unusableTarget(address, user) === undefined).toBe(usable);
  });
});

describe('what a failed master is understood as', () => {
  const wanted = { address: 'web1', port: 22, user: 'deploy' };
  const dialling = 'debug1: Connecting to web1 [10.0.0.1] port 22.\r\n';
  const greeting = `${dialling}debug1: Connection established.\r\n`;
  const handshake = `${greeting}debug1: Remote protocol version 2.0, remote software version x\r\n`;
  const key = `${handshake}debug1: Server host key: ssh-ed25519 SHA256:${'A'.repeat(43)}\r\n`;
  const login = `${key}debug1: SSH2_MSG_NEWKEYS received\r\n`;
  const proxied = 'debug1: Executing proxy command: exec ssh -W x hop\r\n';

  it.each([
    ['ssh: Could not resolve hostname web1: Name or service not known\r\n', 'dns', 'there is no such name'],
    ['ssh: Could not resolve hostname web1: Temporary failure in name resolution\r\n', 'dns', 'Temporary failure'],
    [
      '/c: line 1: Bad configuration option: x\r\n/c: terminating, 1 bad configuration options\r\n',
      'config',
      'Bad configuration option: x',
    ],
    [`${dialling}ssh: connect to host web1 port 22: No route to host\r\n`, 'tcp', 'web1 port 22: no route'],
    [`${dialling}ssh: connect to host web1 port 22: Connection timed out\r\n`, 'tcp', 'no answer'],
    [`${greeting}kex_exchange_identification: Connection closed by remote host\r\n`, 'banner', 'no SSH server greeted'],
    [
      `${handshake}Unable to negotiate with 10.0.0.1 port 22: no matching cipher found.\r\n`,
      'kex',
      'no matching cipher',
    ],
    [
      `${key}No ED25519 host key is known for web1 and you have requested strict checking.\r\nHost key verification failed.\r\n`,
      'host_key',
      'not known: ssh-ed25519 SHA256:AAA',
    ],
    [
      `${key}@       WARNING: REVOKED HOST KEY DETECTED!               @\r\nHost key verification failed.\r\n`,
      'host_key',
      'revoked',
    ],
    [
      `${key}Certificate invalid: name is not a listed principal\r\nHost key verification failed.\r\n`,
      'host_key',
      'not a listed principal',
    ],
    [
      `${login}deploy@web1: Permission denied (publickey,password).\r\n`,
      'auth',
      'deploy: the host refuses to let this user in; nothing could be tried; the host takes publickey, password',
    ],
    [
      `debug1: Authenticating to web1:22 as 'revt'\r\n${login}revt@web1: Permission denied (publickey).\r\ndebug1: Authenticating to web1:22 as 'forged'\r\n`,
      'auth',
      'revt: the host refuses to let this user in',
    ],
    [
      `${login}Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\nDisconnected from 10.0.0.1 port 22\r\n`,
      'auth',
      'deploy: Disconnected',
    ],
    [
      `${proxied}channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\nkex_exchange_identification: Connection closed by remote host\r\n`,
      'jump',
      'connect failed: Connection refused',
    ],
    [
      `${login}Authenticated to web1 ([10.0.0.1]:22) using "publickey".\r\nControlSocket /r/1 already exists, disabling multiplexing\r\n`,
      'protocol',
      'shares no connection',
    ],
    ['', 'config', 'without a word'],
  ])('%j → %s', (stderr, phase, message) => {
    const failure = masterFailure(stderr, wanted);
    expect(failure.phase).toBe(phase);
    expect(failure.message).toContain(message);
  });

  it.each([
    ['', 'dns'],
    [dialling, 'tcp'],
    [greeting, 'banner'],
    [proxied, 'jump'],
    [handshake, 'kex'],
    [login, 'auth'],
  ])('too late after %j → %s', (stderr, phase) => {
    expect(masterFailure(stderr, wanted, 5000)).toMatchObject({ phase, message: expect.stringContaining('within 5s') });
  });

  it('prints nothing that a terminal would obey', () => {
    const text = masterFailure(`${login}\u001b]0;owned\u0007deploy@web1: go away\r\n`, wanted).message;
    expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
  });

  it('takes the key that was shown first, and readiness only from a line of its own', () => {
    const forged = `${login}debug1: Server host key: ssh-rsa SHA256:${'B'.repeat(43)}\r\n`;
    expect(shownKey(forged)).toEqual({ type: 'ssh-ed25519', fingerprint: `SHA256:${'A'.repeat(43)}` });
    expect(isReady('x debug1: Entering interactive session.')).toBe(false);
  });
});

describe('questions', () => {
  it.each([
    ["deploy@web1's password: ", '', 'password'],
    ['(deploy@web1) Password: ', '', 'password'],
    ['(deploy@web1) Verification code: ', '', 'other'],
    ['(deploy@web1) New password: ', '', 'other'],
    ["(deploy@web1) Enter passphrase for key '/k': ", '', 'other'],
    ["Enter passphrase for key '/home/me/.ssh/id': ", '', 'key_secret'],
    ['Enter PIN for ED25519-SK key /k: ', '', 'key_secret'],
    ['The authenticity …\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ', '', 'consent'],
    ["Enter deploy@web1's old password: ", '', 'consent'],
    ['Allow forwarding?', 'confirm', 'consent'],
    ['Confirm user presence for key ED25519-SK SHA256:x', 'none', 'notice'],
  ])('%j %j is a %s', (prompt, hint, kind) => {
    expect(questionKind(prompt, hint)).toBe(kind);
  });

  it('a password goes to the master itself, once; then the login ends', async () => {
    const { ask, refused } = oneLogin();
    expect(await ask(7)).toBe('secret');
    expect(refused()).toBe(false);
    expect(await ask(7)).toBeUndefined();
    expect(refused()).toBe(true);
  });

  it('no hop and no unknown login gets it', async () => {
    const { ask } = oneLogin();
    expect(await ask(8)).toBe("asked: web1 asks: u@web1's password: ");
    expect(await ask(7, 'other')).toBeUndefined();
  });

  it("a key's passphrase is asked for in ssh's words only while the host cannot ask in them", async () => {
    const { ask, letHostAsk } = oneLogin();
    const prompt = "Enter passphrase for key '/k': ";
    expect(await ask(7, '1', prompt)).toBe(`asked: ${prompt}`);
    expect(await ask(8, '1', prompt)).toBe(`asked: web1 asks: ${prompt}`);
    letHostAsk();
    expect(await ask(7, '1', prompt)).toBe(`asked: web1 asks: ${prompt}`);
  });

  function oneLogin() {
    let wasRefused = false;
    let hostMayAsk = false;
    const desk = loginDesk(
      async (prompt) => new Secret(`asked: ${prompt}`),
      () => undefined,
    );
    desk.admit('1', {
      host: 'web1',
      password: new Secret('secret'),
      pid: () => 7,
      hostMayAsk: () => hostMayAsk,
      waiting: (answer) => answer,
      refused: () => {
        wasRefused = true;
      },
    });
    const letHostAsk = (): void => {
      hostMayAsk = true;
    };
    const ask = async (asker: number, login = '1', prompt = "u@web1's password: ") =>
      (await desk.answer({ login, asker, prompt, hint: '' }, new AbortController().signal))?.reveal();
    return { ask, letHostAsk, refused: () => wasRefused };
  }
});
