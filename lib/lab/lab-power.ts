// Power of the machines and of the real servers' programs: cut, on, factory reset.
import fs from 'node:fs';
import { detailsOf, execOn, mustState, processOf, type Place } from './lab-commands';
import { isMachine, labFiles, type NamespaceHost, type UmlHost } from './layout';
import { isAlive, killSession } from './process-identity';
import { answersSsh, closeMaster } from './ssh';
import { startMachine, startRealServer } from './start-hosts';

const bootMs = 120_000;

export async function cutPower(place: Place, { name }: UmlHost): Promise<void> {
  await killSession(processOf(place.layout, name));
  // Our own warm connection hangs on a host that is gone; other clients notice by themselves, as in life.
  await closeMaster(detailsOf(place, name), place.layout.runFolder, name);
}

export async function powerOn(place: Place, host: UmlHost): Promise<void> {
  const state = mustState(place.layout);
  const identity = state.processes[host.name];
  if (identity && isAlive(identity)) throw new Error(`${host.name} is on already`);
  startMachine(state, host);
  await waitForSsh(place, host);
}

export async function factoryReset(place: Place, host: UmlHost): Promise<void> {
  await cutPower(place, host);
  fs.rmSync(labFiles(place.layout.runFolder).disk(host.name), { force: true });
  await powerOn(place, host);
}

/** Throws with the end of the console when the director dies, or says nothing in time. */
export async function waitForSsh(place: Place, host: UmlHost, timeoutMs = bootMs): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await answersSsh(host.sshPort)) {
      const { code } = await execOn(place, host.name, ['true'], { timeoutMs: 15_000 });
      if (code === 0) return;
    }
    const isOn = isAlive(processOf(place.layout, host.name));
    if (!isOn || Date.now() > deadline) {
      const tail = fs.readFileSync(labFiles(place.layout.runFolder).console(host.name), 'utf8').slice(-1500);
      throw new Error(
        `${host.name} ${isOn ? `does not answer SSH within ${timeoutMs} ms` : 'is off'}; console:\n${tail}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Of the real servers' own kinds; throws on the name of another host. */
function realServerOf({ layout }: Place, name: string): UmlHost | NamespaceHost {
  const found = [...layout.realServers, ...layout.umlRealServers].find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no real server "${name}"`);
  return found;
}

export async function stopRealServer(place: Place, name: string): Promise<void> {
  const host = realServerOf(place, name);
  await (isMachine(host) ? cutPower(place, host) : killSession(processOf(place.layout, name)));
}

export async function powerOnRealServer(place: Place, name: string): Promise<void> {
  const host = realServerOf(place, name);
  if (isMachine(host)) return powerOn(place, host);
  if (isAlive(processOf(place.layout, name))) throw new Error(`${name} is on already`);
  startRealServer(mustState(place.layout), host);
}
