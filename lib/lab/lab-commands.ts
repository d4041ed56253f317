// Commands on the hosts of a lab that runs, and what its state file says of their processes.
import { findHost, isMachine, labFiles, type LabLayout } from './layout';
import { inNamespace } from './namespaces';
import type { ProcessIdentity } from './process-identity';
import { runCommand, type CommandOptions, type CommandResult } from './run-command';
import { sshArgv, type SshDetails } from './ssh';
import { readState, type LabState } from './state';

export type Place = { layout: LabLayout; ssh: Record<string, SshDetails> };

export function mustState(layout: LabLayout): LabState {
  const state = readState(layout.runFolder);
  if (!state) throw new Error(`lab ${layout.name} is not running`);
  return state;
}

export function processOf(layout: LabLayout, name: string): ProcessIdentity {
  const identity = mustState(layout).processes[findHost(layout, name).name];
  if (!identity) throw new Error(`${name} has no process in lab ${layout.name}`);
  return identity;
}

export function detailsOf(place: Place, name: string): SshDetails {
  const details = place.ssh[name];
  if (!details) throw new Error(`no machine "${name}"`);
  return details;
}

export function argvOn(place: Place, name: string, argv: readonly string[]): string[] {
  const host = findHost(place.layout, name);
  if (!isMachine(host)) return inNamespace(host.namespace, argv);
  return sshArgv(detailsOf(place, name), labFiles(place.layout.runFolder).sshMaster(name), argv);
}

export const execOn = (
  place: Place,
  name: string,
  argv: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> => runCommand(argvOn(place, name, argv), options);
