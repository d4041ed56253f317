// The state file of a running lab: what was started, written before it is needed for cleaning up.
import fs from 'node:fs';
import path from 'node:path';
import { labFiles, type LabLayout } from './layout';
import type { ProcessIdentity } from './process-identity';

export type LabState = {
  version: 1;
  layout: LabLayout;
  /** The process that opened the lab and will close it; absent when a person did with `lab up`. */
  owner?: ProcessIdentity;
  namespaces: string[];
  image: { rootImage: string; keyFile: string; kernel: string };
  authorizedKeys: string[];
  /** Sessions started, by what they are: "director1", "forward director1", "rs1". */
  processes: Record<string, ProcessIdentity>;
};

export function readState(runFolder: string): LabState | undefined {
  let text: string;
  try {
    text = fs.readFileSync(labFiles(runFolder).state, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const state = JSON.parse(text) as Partial<LabState>;
  if (state.version !== 1 || !state.layout || !state.processes || !state.namespaces)
    throw new Error(`${labFiles(runFolder).state} is not the state of a lab`);
  // A lab that an older checkout left must still be removed.
  const older = { umlRealServers: [], directReturn: false };
  return { ...state, layout: { ...older, ...state.layout } } as unknown as LabState;
}

/** Replaced by rename: a reader, or a crash, sees the old state or the new one. */
export function writeState(state: LabState): void {
  const file = labFiles(state.layout.runFolder).state;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

/** Reads again before it writes: another process may have crashed or started a director meanwhile. */
export function updateState(runFolder: string, change: (state: LabState) => void): LabState {
  const state = readState(runFolder);
  if (!state) throw new Error(`no lab in ${runFolder}`);
  change(state);
  writeState(state);
  return state;
}
