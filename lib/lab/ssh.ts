// The lab's own way into a director: the ssh program with the lab's key, one warm connection, no host-key check.
import net from 'node:net';
import { labFiles } from './layout';
import { runCommand } from './run-command';

export type SshDetails = { address: string; port: number; user: 'root'; keyFile: string };

/** sshd gives the words to a shell: each is quoted so that the remote argv is the local one. */
export const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A control path with which every command has a connection of its own (ssh_config(5)). */
export const NO_MASTER = 'none';

export function sshArguments(details: SshDetails, controlPath: string): string[] {
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '5',
    ControlMaster: 'auto',
    ControlPath: controlPath,
    ControlPersist: '600',
    IdentitiesOnly: 'yes',
    LogLevel: 'ERROR',
    // A director that lost its power says nothing: give the connection up after 20 s of silence.
    ServerAliveInterval: '10',
    ServerAliveCountMax: '2',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
  };
  const words = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  // -F none: the settings of the person who runs the lab have no say here.
  return [
    'ssh',
    '-F',
    'none',
    ...words,
    '-i',
    details.keyFile,
    '-p',
    String(details.port),
    `${details.user}@${details.address}`,
  ];
}

/** The argv here that runs the argv there. */
export const sshArgv = (details: SshDetails, controlPath: string, argv: readonly string[]): string[] => [
  ...sshArguments(details, controlPath),
  '--',
  argv.map(quoteWord).join(' '),
];

/** Ends the warm connection; nothing to do is fine. */
export async function closeMaster(details: SshDetails, runFolder: string, director: string): Promise<void> {
  const [ssh = '', ...rest] = sshArguments(details, labFiles(runFolder).sshMaster(director));
  await runCommand([ssh, '-O', 'exit', ...rest], { timeoutMs: 5_000 });
}

/** Whether an SSH server greets on the port: the forward itself accepts even when nobody is behind it. */
export function answersSsh(port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.on('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
