// For tests of faults on the wire: an SSH server in this process that misbehaves as told. Real sshd is in the lab.
import net from 'node:net';
import ssh2 from 'ssh2';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { generateKey } from './connect';

export type TestSshServer = {
  port: number;
  hostKey: string;
  /** Authentications that arrived, of any kind. */
  authentications: () => number;
  connections: Set<Connection>;
  close: () => Promise<void>;
};
type Options = {
  onExec: (command: string, channel: ServerChannel, connection: Connection) => void;
  /** How many sessions are refused before one is accepted. */
  refusedSessions?: number;
  hostKey?: string;
};

export async function startSshServer({
  onExec,
  refusedSessions = 0,
  hostKey = newHostKey(),
}: Options): Promise<TestSshServer> {
  let authentications = 0;
  let refused = 0;
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => {
      authentications += 1;
      context.accept();
    });
    connection.on('session', (accept, reject) => {
      refused += 1;
      if (refused <= refusedSessions) reject();
      else
        accept().on('exec', ((acceptExec, _reject, { command }) =>
          onExec(command, acceptExec(), connection)) as ExecListener);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      for (const connection of connections) connection.end();
      server.close(() => resolve());
    });
  return { port, hostKey, authentications: () => authentications, connections, close };
}
type ExecListener = Parameters<Session['on']>[1] &
  ((accept: () => ServerChannel, reject: () => void, info: { command: string }) => void);

export function newHostKey(): string {
  return generateKey('test').privateKey;
}

/** A server that never speaks SSH: it does with the socket what it is told. */
export async function startRawServer(
  onSocket: (socket: net.Socket) => void,
): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as net.AddressInfo).port, close };
}
