// Opens a lab: cleans leftovers, builds what is missing, starts every host; or attaches to one that runs.
import fs from 'node:fs';
import path from 'node:path';
import { removeLab } from './cleanup';
import { chooseKernel } from './kernel';
import { makeLab, type Lab } from './lab-hosts';
import { layoutLab, listMachines, type LabLayout, type LabOptions } from './layout';
import { createNetwork, listNamespaces } from './namespaces';
import { identifyProcess, isAlive } from './process-identity';
import { cacheFolder } from './fast-kernel.mjs';
import { ensureImage, type Log } from './root-image';
import { isPortFree } from './ssh';
import { startForward, startMachine, startRealServer } from './start-hosts';
import { readState, writeState, type LabState } from './state';

export type { Lab } from './lab-hosts';

export type OpenOptions = LabOptions & {
  log?: Log;
  /** Public keys that may log in as root on every machine, besides the lab's own: there before SSH answers. */
  authorizedKeys?: readonly string[];
  /** Whether the lab outlives this process (`lab up`); else nobody may replace it while this process lives. */
  isShared?: boolean;
};

/** Cleans what an earlier run of the same name left, starts everything, returns when every machine answers SSH. */
export async function openLab(options: OpenOptions = {}): Promise<Lab> {
  const layout = layoutLab(options);
  const log = options.log ?? (() => undefined);
  refuseWhenOwned(readState(layout.runFolder), layout);
  await removeLab(layout);
  for (const { sshPort } of listMachines(layout))
    if (!(await isPortFree(sshPort))) throw new Error(`port 127.0.0.1:${sshPort} is in use: choose another portBase`);
  const { rootImage, keyFile } = await ensureImage(log);
  const kernel = await chooseKernel(cacheFolder());
  const owner = options.isShared ? undefined : identifyProcess(process.pid);
  const state: LabState = {
    version: 1,
    layout,
    ...(owner && { owner }),
    namespaces: listNamespaces(layout),
    image: { rootImage, keyFile, kernel },
    authorizedKeys: [...(options.authorizedKeys ?? [])],
    processes: {},
  };
  makeRunFolder(layout.runFolder);
  writeState(state);
  try {
    return await bringUp(state, log);
  } catch (error) {
    await removeLab(layout);
    throw error;
  }
}

/** The run folder may lie in /tmp, where anybody may have made it first. */
function makeRunFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const part of [folder, path.dirname(folder)]) {
    const { uid, mode } = fs.lstatSync(part);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0)
      throw new Error(`${part} belongs to somebody else: remove it`);
  }
}

function refuseWhenOwned(state: LabState | undefined, layout: LabLayout): void {
  if (state?.owner && state.owner.pid !== process.pid && isAlive(state.owner))
    throw new Error(
      `lab ${layout.name} is in use by process ${state.owner.pid}: "lab down --name ${layout.name}" ends it`,
    );
}

async function bringUp(state: LabState, log: Log): Promise<Lab> {
  const { layout } = state;
  const started = Date.now();
  const say = (line: string) => log(`lab ${layout.name} (${((Date.now() - started) / 1000).toFixed(1)} s): ${line}`);
  await createNetwork(layout);
  for (const host of listMachines(layout)) {
    startMachine(state, host);
    startForward(state, host);
  }
  layout.realServers.forEach((host) => startRealServer(state, host));
  say('directors boot');
  const lab = makeLab(layout, state.image.keyFile);
  await Promise.all(
    listMachines(layout).map(async ({ name }) => {
      await lab.waitForSsh(name);
      say(`${name} answers SSH`);
    }),
  );
  return lab;
}

/** The lab that another process opened. */
export async function attachLab(name?: string): Promise<Lab> {
  const { runFolder } = layoutLab(name === undefined ? {} : { name });
  const state = readState(runFolder);
  if (!state) throw new Error(`lab ${name ?? ''} is not running (no state in ${runFolder})`);
  return makeLab(state.layout, state.image.keyFile);
}
