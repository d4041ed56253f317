// Ends everything an instance started and removes its namespaces and its run folder; works from the state file alone.
import fs from 'node:fs';
import { labFiles, listHosts, type LabLayout } from './layout';
import { existingNamespaces, listNamespaces, processesIn } from './namespaces';
import { findByCommandLine, kill, killSession } from './process-identity';
import { mustRun } from './run-command';
import { readState } from './state';

/** The layout serves when there is no state file any more: the instance's names are its own. */
export async function removeLab(layout: LabLayout): Promise<void> {
  const state = readState(layout.runFolder);
  for (const identity of Object.values(state?.processes ?? {})) await killSession(identity);
  const known = state ? listHosts(state.layout) : listHosts(layout);
  // Warm SSH connections left their session, but carry a path that only this instance has.
  for (const host of known) findByCommandLine(`${labFiles(layout.runFolder).sshMaster(host.name)} `).forEach(kill);
  await removeNamespaces(state?.namespaces ?? listNamespaces(layout));
  fs.rmSync(layout.runFolder, { recursive: true, force: true });
}

async function removeNamespaces(names: readonly string[]): Promise<void> {
  const existing = await existingNamespaces();
  for (const name of names.filter((candidate) => existing.has(candidate))) {
    await endProcessesIn(name);
    await mustRun(['ip', 'netns', 'delete', name]);
  }
}

/** Commands that `exec` left running, and their children. */
async function endProcessesIn(namespace: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let pids = await processesIn(namespace); pids.length > 0; pids = await processesIn(namespace)) {
    if (Date.now() > deadline) throw new Error(`processes ${pids.join(' ')} in namespace ${namespace} do not end`);
    pids.forEach(kill);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
