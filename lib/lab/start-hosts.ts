// Starts the lab's processes: machines, their SSH forwards, real servers; each is written into the state file at once.
import fs from 'node:fs';
import path from 'node:path';
import { favour } from './cpu';
import { labFiles, type NamespaceHost, type UmlHost } from './layout';
import { inNamespace } from './namespaces';
import { startDetached } from './process-identity';
import { updateState, type LabState } from './state';
import { printKeyDisk, umlArguments } from './uml-arguments';

const record = (
  runFolder: string,
  what: string,
  argv: readonly string[],
  env: Record<string, string> = {},
  logFile?: string,
) => {
  const file = logFile ?? labFiles(runFolder).log(what.replaceAll(' ', '-'));
  const identity = startDetached(argv, { logFile: file, env });
  updateState(runFolder, (state) => (state.processes[what] = identity));
};

/** Power on. The disk layer is made when it is not there. */
export function startMachine(state: LabState, host: UmlHost): void {
  const { runFolder, coreNamespace } = state.layout;
  const { kernel, rootImage } = state.image;
  const files = labFiles(runFolder);
  fs.writeFileSync(files.keys, printKeyDisk(state.authorizedKeys), { mode: 0o600 });
  // What a killed machine left behind would make the next one believe that it still runs.
  fs.rmSync(path.join(runFolder, host.name), { recursive: true, force: true });
  fs.rmSync(files.console(host.name), { force: true });
  const uml = favour(host.sshPort, umlArguments({ kernel, rootImage, runFolder, host }));
  const argv = inNamespace(coreNamespace, uml);
  record(runFolder, host.name, argv, { TMPDIR: memoryFolder() }, files.console(host.name));
}

/** UML keeps the machines' memory in a file: on tmpfs where there is room (a container may have 64 MB only). */
function memoryFolder(): string {
  try {
    const { bavail, bsize } = fs.statfsSync('/dev/shm');
    return bavail * bsize > 640 * 2 ** 20 ? '/dev/shm' : '/tmp';
  } catch {
    return '/tmp';
  }
}

/** 127.0.0.1:port -> a Unix socket -> port 22 inside the namespace: sockets in the file system know no namespaces. */
export function startForward(state: LabState, host: UmlHost): void {
  const { runFolder, coreNamespace } = state.layout;
  const socket = labFiles(runFolder).sshSocket(host.name);
  const inside = [
    'socat',
    `UNIX-LISTEN:${socket},fork,mode=600,backlog=64`,
    `TCP:${host.management}:22,nodelay,connect-timeout=3`,
  ];
  const outside = [
    'socat',
    `TCP-LISTEN:${host.sshPort},bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=64`,
    `UNIX-CONNECT:${socket}`,
  ];
  record(runFolder, `inner forward ${host.name}`, inNamespace(coreNamespace, inside));
  record(runFolder, `forward ${host.name}`, outside);
}

export const realServerScript = path.join(import.meta.dirname, 'real-server.mjs');

export function startRealServer(state: LabState, host: NamespaceHost): void {
  const argv = [process.execPath, realServerScript, host.name];
  record(state.layout.runFolder, host.name, inNamespace(host.namespace, argv), { NODE_OPTIONS: '' });
}
