import type { Socket } from 'node:net';
import ssh2, { type ServerChannel } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { generateKey, openConnection, scanHostKey, type HostConnection } from './connect';
import { openGuardHost } from './guard-host';
import { openHostConnections } from './host-connections';
import { newHostKey, startRawServer, startSshServer, type TestSshServer } from './test-ssh-server';

const { privateKey } = generateKey('test');
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type OnExec = Parameters<typeof startSshServer>[0]['onExec'];
const answer: OnExec = (command, channel) => {
  channel.write(`ran ${command}\n`);
  channel.stderr.write('words\n');
  channel.exit(3);
  channel.end();
};

async function server(
  onExec: OnExec = answer,
  options: { refusedSessions?: number; hostKey?: string } = {},
): Promise<TestSshServer> {
  const started = await startSshServer({ onExec, ...options });
  closers.push(started.close);
  return started;
}

async function loginTo({ port }: { port: number }, fingerprint?: string) {
  const pinned = fingerprint ?? (await scanHostKey({ address: '127.0.0.1', port })).fingerprint;
  return { address: '127.0.0.1', port, user: 'root', privateKey, fingerprint: pinned };
}

async function open(started: { port: number }): Promise<HostConnection> {
  const connection = await openConnection(await loginTo(started), { timeoutMs: 5_000 });
  closers.push(connection.close);
  return connection;
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof HostError ? error.code : String(error)),
  );

it('every key that is generated can be read again', () => {
  const unreadable = Array.from({ length: 1_000 }, () => generateKey('test').privateKey).filter(
    (key) => ssh2.utils.parseKey(key) instanceof Error,
  );
  expect(unreadable).toEqual([]);
});

describe('host key', () => {
  it('is read without sending any authentication', async () => {
    const started = await server();
    const { keyType, fingerprint } = await scanHostKey({ address: '127.0.0.1', port: started.port });
    expect(keyType).toBe('ssh-ed25519');
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(started.authentications()).toBe(0);
  });

  it('that was never accepted stops everything before authentication', async () => {
    const started = await server();
    const login = { ...(await loginTo(started)), fingerprint: undefined };
    expect(await codeOf(openConnection(login))).toBe('host-key-unknown');
    expect(started.authentications()).toBe(0);
  });

  it('that changed stops everything before authentication and names both fingerprints', async () => {
    const started = await server();
    const accepted = `SHA256:${'A'.repeat(43)}`;
    const { fingerprint } = await scanHostKey({ address: '127.0.0.1', port: started.port });
    const error = await openConnection(await loginTo(started, accepted)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'host-key-changed' });
    expect(String(error)).toContain(accepted);
    expect(String(error)).toContain(fingerprint);
    expect(started.authentications()).toBe(0);
  });

  it('that changes while the console runs stops the shared connection from coming back', async () => {
    const first = await server();
    const login = await loginTo(first);
    let port = first.port;
    const connections = openHostConnections(() => Promise.resolve({ ...login, port }));
    closers.push(connections.close);
    await connections.get('d1');
    const second = await server(answer, { hostKey: newHostKey() });
    port = second.port;
    await first.close();
    closers.splice(closers.indexOf(first.close), 1);
    expect(await codeOf(untilClosed(connections))).toBe('host-key-changed');
    expect(second.authentications()).toBe(0);
  });
});

async function untilClosed(connections: ReturnType<typeof openHostConnections>): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await connections.get('d1');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('exec', () => {
  it('answers exit status, output and words apart, also when all of it comes in one packet', async () => {
    const connection = await open(await server());
    for (let round = 0; round < 20; round += 1) {
      const result = await connection.exec(['guard', "it's"], { timeoutMs: 5_000 });
      expect(result).toEqual({ code: 3, stdout: "ran guard 'it'\\''s'\n", stderr: 'words\n' });
    }
  });

  it('is a time-out when the host does not answer', async () => {
    const connection = await open(await server(() => undefined));
    expect(await codeOf(connection.exec(['x'], { timeoutMs: 200 }))).toBe('time-out');
    expect(connection.isOpen()).toBe(true);
  });

  it('is a lost connection when the host hangs up before the exit status', async () => {
    const connection = await open(
      await server((_command, channel, host) => (channel.write('half'), setTimeout(() => host.end(), 20))),
    );
    expect(await codeOf(connection.exec(['x'], { timeoutMs: 5_000 }))).toBe('connection-lost');
  });

  it('is a lost connection when the channel closes without an exit status', async () => {
    const connection = await open(await server((_command, channel) => channel.end()));
    expect(await codeOf(connection.exec(['x'], { timeoutMs: 5_000 }))).toBe('connection-lost');
  });

  it('refuses more output than was asked for instead of cutting it', async () => {
    const connection = await open(
      await server((_command, channel) => (channel.write(Buffer.alloc(20_000)), channel.exit(0), channel.end())),
    );
    expect(await codeOf(connection.exec(['x'], { timeoutMs: 5_000, maxOutput: 10_000 }))).toBe('unreadable-answer');
  });

  it('waits for a session when the host allows few of them', async () => {
    const connection = await open(await server(answer, { refusedSessions: 2 }));
    expect((await connection.exec(['x'], { timeoutMs: 5_000 })).code).toBe(3);
  });

  it('ends with the caller: an aborted call leaves the connection open', async () => {
    const connection = await open(await server(() => undefined));
    const stop = new AbortController();
    const call = codeOf(connection.exec(['x'], { timeoutMs: 5_000, signal: stop.signal }));
    stop.abort();
    expect(await call).toBe('connection-lost');
    expect(connection.isOpen()).toBe(true);
  });
});

describe('an endpoint that is no SSH server', () => {
  it.each([
    ['says nothing', () => undefined],
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['sends a megabyte of noise', (socket: Socket) => socket.write(Buffer.alloc(1_000_000, 'x'))],
  ])('and %s is unreachable, in bounded time', async (_what, onSocket) => {
    const started = await startRawServer(onSocket);
    closers.push(started.close);
    const begun = Date.now();
    expect(await codeOf(openConnection(await loginTo(started, 'SHA256:x'), { timeoutMs: 1_000 }))).toBe('unreachable');
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('or is not there at all is unreachable', async () => {
    expect(await codeOf(openConnection(await loginTo({ port: 1 }, 'SHA256:x'), { timeoutMs: 1_000 }))).toBe(
      'unreachable',
    );
  });
});

describe('shared connections', () => {
  it('are one handshake for many callers, and a new one after a loss', async () => {
    const started = await server();
    const login = await loginTo(started);
    let handshakes = 0;
    const connections = openHostConnections(() => ((handshakes += 1), Promise.resolve(login)));
    closers.push(connections.close);
    await Promise.all([connections.get('d1'), connections.get('d1'), connections.get('d1')]);
    expect(handshakes).toBe(1);
    connections.drop('d1');
    await connections.get('d1');
    expect(handshakes).toBe(2);
  });

  const shareTo = async () => {
    const started = await server();
    const login = await loginTo(started);
    const connections = openHostConnections(() => Promise.resolve(login));
    closers.push(connections.close);
    return connections;
  };

  it('share the new login that took the place of the old one, which lives on for what is under way', async () => {
    const connections = await shareTo();
    const before = await connections.get('d1');
    const proof = await connections.fresh('d1');
    connections.adopt('d1', proof);
    expect(await connections.get('d1')).toBe(proof);
    expect(before.isOpen()).toBe(true);
  });

  it('do not share a login that a drop has overtaken, and end the one that lost its place with the drop', async () => {
    const connections = await shareTo();
    const before = await connections.get('d1');
    const proof = await connections.fresh('d1');
    connections.adopt('d1', proof);
    const late = await connections.fresh('d1');
    connections.drop('d1');
    await expect.poll(() => [before.isOpen(), proof.isOpen()]).toEqual([false, false]);
    connections.adopt('d1', late);
    await expect.poll(() => late.isOpen()).toBe(false);
    expect(await connections.get('d1')).not.toBe(late);
  });

  it('end with their owner, those that lost their place, too', async () => {
    const connections = await shareTo();
    const before = await connections.get('d1');
    connections.adopt('d1', await connections.fresh('d1'));
    connections.close();
    await expect.poll(() => before.isOpen()).toBe(false);
  });
});

describe('guard host', () => {
  const hostThat = async (code: number, stderr: string, stdout = '') => {
    const started = await server(
      (_command, channel) => (channel.write(stdout), channel.stderr.write(stderr), channel.exit(code), channel.end()),
    );
    const connection = await open(started);
    return openGuardHost('director1', 'root', () => Promise.resolve(connection));
  };
  it.each([
    [10, 'guard: transaction 3-aaaaaaaa is open', 'guard-refused'],
    [13, 'guard: rules failed', 'command-failed'],
    [127, 'sh: 1: /usr/lib/lvs-console/guard: not found', 'guard-missing'],
    [1, 'sudo: /usr/lib/lvs-console/guard: command not found', 'guard-missing'],
    [1, 'sudo: a password is required', 'sudo-refused'],
    [1, 'sudo: a terminal is required to read the password; either use the -S option', 'sudo-refused'],
    [1, 'Sorry, user x is not allowed to execute it\nlvs-console is not in the sudoers file.', 'sudo-refused'],
    [1, '/etc/sudoers:3:9: syntax error\nsudo: no valid sudoers sources found, quitting', 'sudo-refused'],
    [127, 'sh: 1: sudo: not found', 'sudo-missing'],
    [127, 'bash: line 1: sudo: command not found', 'sudo-missing'],
    [15, 'guard: this key may only read, stage changes something', 'key-limited'],
  ])('exit %i with "%s" is %s', async (code, stderr, expected) => {
    const host = await hostThat(code, stderr);
    expect(await codeOf(host.guard('version'))).toBe(expected);
  });

  it.each([
    ['a signal that sshd tells', (channel: ServerChannel) => channel.exit('KILL')],
    ['the status that a shell makes of it', (channel: ServerChannel) => channel.exit(137)],
  ])('says that a guard was killed, and nothing of what it had printed until then: %s', async (_how, exit) => {
    const routes = JSON.stringify(Array.from({ length: 100 }, () => ({ dst: '192.168.0.0/25' })));
    const started = await server((_command, channel) => (channel.write(routes), exit(channel), channel.end()));
    const connection = await open(started);
    const host = openGuardHost('director1', 'root', () => Promise.resolve(connection));
    await expect(host.read(['routes'])).rejects.toThrow(
      'director1: guard read was ended there by SIGKILL before it had finished: by somebody, or for want of memory.',
    );
  });

  it('says why a transaction may be rolled back that nobody here rolled back', async () => {
    const host = await hostThat(10, 'guard: transaction 3-8c1f is already rolled-back\n');
    await expect(host.guard('stage')).rejects.toThrow(
      'director1 refused stage: guard: transaction 3-8c1f is already rolled-back (it was taken back there meanwhile: the director was restarted, its timer ran out, or somebody did it by hand).',
    );
    const other = await hostThat(10, 'guard: transaction 3-8c1f is open (armed)\n');
    await expect(other.guard('stage')).rejects.toThrow(/is open \(armed\)$/);
  });

  it('cuts what a guard said into one line', async () => {
    const host = await hostThat(13, 'x'.repeat(5_000));
    const error = await host.guard('switch').catch((thrown: unknown) => thrown);
    expect(String(error).length).toBeLessThan(400);
  });

  it('never takes a section that was cut off for an empty one', async () => {
    const host = await hostThat(0, '', '@@ begin ipvs\n@@ end ipvs 0\n@@ begin firewall\n*mangle\n');
    expect(await codeOf(host.read(['ipvs', 'firewall']))).toBe('unreadable-answer');
  });
});
