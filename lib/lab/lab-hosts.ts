// What can be done to a lab that runs: its hosts, commands on them, power, cables.
import fs from 'node:fs';
import { removeLab } from './cleanup';
import { requestFrom, type ClientAnswer, type RequestOptions } from './client-request';
import { findDirector, findHost, labFiles, listHosts, type DirectorHost, type LabHost, type LabLayout } from './layout';
import { inNamespace, setLink, type LabNet } from './namespaces';
import { isAlive, killSession } from './process-identity';
import { runCommand, type CommandOptions, type CommandResult } from './run-command';
import { answersSsh, closeMaster, sshArgv, type SshDetails } from './ssh';
import { startDirector, startRealServer } from './start-hosts';
import { readState, updateState, type LabState } from './state';

export type HostStatus = { host: LabHost; pid?: number; isRunning: boolean; answersSsh?: boolean };

export type Lab = {
  name: string;
  runFolder: string;
  hosts: LabHost[];
  /** By the director's name. */
  ssh: Record<string, SshDetails>;
  exec(host: string, argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** What `exec` runs on this machine: for a terminal of one's own, or a stream. */
  execArgv(host: string, argv: readonly string[]): string[];
  client(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Requests from a host (the client) by a small program: http:// or udp://. */
  request(url: string, options?: RequestOptions): Promise<ClientAnswer[]>;
  /** Power cut: the process is killed, the disk layer stays. */
  crash(director: string): Promise<void>;
  /** Returns when SSH answers. */
  powerOn(director: string): Promise<void>;
  /** Throws the disk layer away and boots: a new host key, no configuration. Returns when SSH answers. */
  factoryReset(director: string): Promise<void>;
  waitForSsh(director: string, timeoutMs?: number): Promise<void>;
  /** More public keys, on running directors at once and after every reset. */
  authorize(keys: readonly string[]): Promise<void>;
  stopRealServer(name: string): Promise<void>;
  startRealServer(name: string): Promise<void>;
  setLink(director: string, net: LabNet, isUp: boolean): Promise<void>;
  consoleLog(director: string): Promise<string>;
  status(): Promise<HostStatus[]>;
  down(): Promise<void>;
};

const bootMs = 120_000;
type Place = { layout: LabLayout; ssh: Record<string, SshDetails> };

/** The state is read anew for every deed: another process may have crashed or started a director meanwhile. */
export function makeLab(layout: LabLayout, keyFile: string): Lab {
  const ssh = Object.fromEntries(layout.directors.map(({ name, sshPort }) => [name, sshDetails(sshPort, keyFile)]));
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
    crash: (director) => cutPower(place, findDirector(layout, director)),
    powerOn: (director) => powerOn(place, findDirector(layout, director)),
    factoryReset: (director) => factoryReset(place, findDirector(layout, director)),
    waitForSsh: (director, timeoutMs) => waitForSsh(place, findDirector(layout, director), timeoutMs),
    authorize: (keys) => authorize(place, keys),
    stopRealServer: (host) => killSession(processOf(layout, host)),
    startRealServer: (host) => powerOnRealServer(layout, host),
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

function mustState(layout: LabLayout): LabState {
  const state = readState(layout.runFolder);
  if (!state) throw new Error(`lab ${layout.name} is not running`);
  return state;
}

function processOf(layout: LabLayout, name: string) {
  const identity = mustState(layout).processes[findHost(layout, name).name];
  if (!identity) throw new Error(`${name} has no process in lab ${layout.name}`);
  return identity;
}

function detailsOf(place: Place, name: string): SshDetails {
  const details = place.ssh[name];
  if (!details) throw new Error(`no director "${name}"`);
  return details;
}

function argvOn(place: Place, name: string, argv: readonly string[]): string[] {
  const host = findHost(place.layout, name);
  if (host.kind !== 'director') return inNamespace(host.namespace, argv);
  return sshArgv(detailsOf(place, name), labFiles(place.layout.runFolder).sshMaster(name), argv);
}

const execOn = (
  place: Place,
  name: string,
  argv: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> => runCommand(argvOn(place, name, argv), options);

async function cutPower(place: Place, { name }: DirectorHost): Promise<void> {
  await killSession(processOf(place.layout, name));
  // Our own warm connection hangs on a host that is gone; other clients notice by themselves, as in life.
  await closeMaster(detailsOf(place, name), place.layout.runFolder, name);
}

async function powerOn(place: Place, director: DirectorHost): Promise<void> {
  const state = mustState(place.layout);
  const identity = state.processes[director.name];
  if (identity && isAlive(identity)) throw new Error(`${director.name} is on already`);
  startDirector(state, director);
  await waitForSsh(place, director);
}

async function factoryReset(place: Place, director: DirectorHost): Promise<void> {
  await cutPower(place, director);
  fs.rmSync(labFiles(place.layout.runFolder).disk(director.name), { force: true });
  await powerOn(place, director);
}

/** Throws with the end of the console when the director dies, or says nothing in time. */
async function waitForSsh(place: Place, director: DirectorHost, timeoutMs = bootMs): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await answersSsh(director.sshPort)) {
      const { code } = await execOn(place, director.name, ['true'], { timeoutMs: 15_000 });
      if (code === 0) return;
    }
    const isOn = isAlive(processOf(place.layout, director.name));
    if (!isOn || Date.now() > deadline) {
      const tail = fs.readFileSync(labFiles(place.layout.runFolder).console(director.name), 'utf8').slice(-1500);
      throw new Error(
        `${director.name} ${isOn ? `does not answer SSH within ${timeoutMs} ms` : 'is off'}; console:\n${tail}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function authorize(place: Place, keys: readonly string[]): Promise<void> {
  const state = updateState(place.layout.runFolder, (next) => {
    next.authorizedKeys = [...new Set([...next.authorizedKeys, ...keys])];
  });
  const input = `${keys.map((key) => key.trim()).join('\n')}\n`;
  for (const { name } of place.layout.directors) {
    const identity = state.processes[name];
    if (!identity || !isAlive(identity)) continue; // told at power on, by the key disk
    const { code, stderr } = await execOn(place, name, ['tee', '-a', '/root/.ssh/authorized_keys'], { input });
    if (code !== 0) throw new Error(`${name} does not take the keys: ${stderr}`);
  }
}

async function powerOnRealServer(layout: LabLayout, name: string): Promise<void> {
  const host = layout.realServers.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`no real server "${name}"`);
  if (isAlive(processOf(layout, name))) throw new Error(`${name} is on already`);
  startRealServer(mustState(layout), host);
}

async function statusOf(layout: LabLayout, host: LabHost): Promise<HostStatus> {
  const identity = mustState(layout).processes[host.name];
  if (host.kind === 'client' || host.kind === 'gateway') return { host, isRunning: true };
  const isRunning = identity !== undefined && isAlive(identity);
  const status = { host, isRunning, ...(identity && isRunning && { pid: identity.pid }) };
  return host.kind === 'director' ? { ...status, answersSsh: await answersSsh(host.sshPort) } : status;
}
