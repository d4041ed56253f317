// What can be done to a lab that runs: its hosts, commands on them, power, cables.
import fs from 'node:fs';
import { removeLab } from './cleanup';
import {
  requestAllFrom,
  requestFrom,
  type ClientAnswer,
  type RequestAllOptions,
  type RequestOptions,
} from './client-request';
import { argvOn, execOn, mustState, type Place } from './lab-commands';
import { cutPower, factoryReset, powerOn, powerOnRealServer, stopRealServer, waitForSsh } from './lab-power';
import {
  findDirector,
  findMachine,
  isMachine,
  labFiles,
  listHosts,
  listMachines,
  type LabHost,
  type LabLayout,
} from './layout';
import { setLink, type LabNet } from './namespaces';
import { isAlive } from './process-identity';
import type { CommandOptions, CommandResult } from './run-command';
import { answersSsh, type SshDetails } from './ssh';
import { updateState } from './state';

export type HostStatus = { host: LabHost; pid?: number; isRunning: boolean; answersSsh?: boolean };

export type Lab = {
  name: string;
  runFolder: string;
  hosts: LabHost[];
  /** By the name of the director, or of the real server that is a machine. */
  ssh: Record<string, SshDetails>;
  exec(host: string, argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** What `exec` runs on this machine: for a terminal of one's own, or a stream. */
  execArgv(host: string, argv: readonly string[]): string[];
  client(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Requests from a host (the client) by a small program: http:// or udp://. */
  request(url: string, options?: RequestOptions): Promise<ClientAnswer[]>;
  /** One request to each, several at a time; answers in the order of the addresses. */
  requestAll(urls: readonly string[], options?: RequestAllOptions): Promise<ClientAnswer[]>;
  /** Power cut of a director or of a real server that is a machine: the process is killed, the disk layer stays. */
  crash(machine: string): Promise<void>;
  /** Returns when SSH answers. */
  powerOn(machine: string): Promise<void>;
  /** Throws the disk layer away and boots: a new host key, no configuration. Returns when SSH answers. */
  factoryReset(machine: string): Promise<void>;
  waitForSsh(machine: string, timeoutMs?: number): Promise<void>;
  /** More public keys, on running machines at once and after every reset. */
  authorize(keys: readonly string[]): Promise<void>;
  /** Of a namespace its program, of a machine its power. */
  stopRealServer(name: string): Promise<void>;
  startRealServer(name: string): Promise<void>;
  setLink(director: string, net: LabNet, isUp: boolean): Promise<void>;
  consoleLog(director: string): Promise<string>;
  status(): Promise<HostStatus[]>;
  down(): Promise<void>;
};

/** The state is read anew for every deed: another process may have crashed or started a director meanwhile. */
export function makeLab(layout: LabLayout, keyFile: string): Lab {
  const ssh = Object.fromEntries(listMachines(layout).map(({ name, sshPort }) => [name, sshDetails(sshPort, keyFile)]));
  const place: Place = { layout, ssh };
  const { name, runFolder } = layout;
  const exec: Lab['exec'] = (host, argv, options) => execOn(place, host, argv, options);
  return {
    name,
    runFolder,
    hosts: listHosts(layout),
    ssh,
    exec,
    execArgv: (host, argv) => argvOn(place, host, argv),
    client: (argv, options) => exec('client', argv, options),
    request: (url, options) => requestFrom(exec, url, options),
    requestAll: (urls, options) => requestAllFrom(exec, urls, options),
    crash: (machine) => cutPower(place, findMachine(layout, machine)),
    powerOn: (machine) => powerOn(place, findMachine(layout, machine)),
    factoryReset: (machine) => factoryReset(place, findMachine(layout, machine)),
    waitForSsh: (machine, timeoutMs) => waitForSsh(place, findMachine(layout, machine), timeoutMs),
    authorize: (keys) => authorize(place, keys),
    stopRealServer: (host) => stopRealServer(place, host),
    startRealServer: (host) => powerOnRealServer(place, host),
    setLink: (director, net, isUp) => setLink(layout, findDirector(layout, director).number, net, isUp),
    consoleLog: (director) => fs.promises.readFile(labFiles(runFolder).console(director), 'utf8'),
    status: () => Promise.all(listHosts(layout).map((host) => statusOf(layout, host))),
    down: () => removeLab(layout),
  };
}

const sshDetails = (port: number, keyFile: string): SshDetails => ({
  address: '127.0.0.1',
  port,
  user: 'root',
  keyFile,
});

async function authorize(place: Place, keys: readonly string[]): Promise<void> {
  const state = updateState(place.layout.runFolder, (next) => {
    next.authorizedKeys = [...new Set([...next.authorizedKeys, ...keys])];
  });
  const input = `${keys.map((key) => key.trim()).join('\n')}\n`;
  for (const { name } of listMachines(place.layout)) {
    const identity = state.processes[name];
    if (!identity || !isAlive(identity)) continue; // told at power on, by the key disk
    const { code, stderr } = await execOn(place, name, ['tee', '-a', '/root/.ssh/authorized_keys'], { input });
    if (code !== 0) throw new Error(`${name} does not take the keys: ${stderr}`);
  }
}

async function statusOf(layout: LabLayout, host: LabHost): Promise<HostStatus> {
  const identity = mustState(layout).processes[host.name];
  if (host.kind === 'client' || host.kind === 'gateway') return { host, isRunning: true };
  const isRunning = identity !== undefined && isAlive(identity);
  const status = { host, isRunning, ...(identity && isRunning && { pid: identity.pid }) };
  return isMachine(host) ? { ...status, answersSsh: await answersSsh(host.sshPort) } : status;
}
