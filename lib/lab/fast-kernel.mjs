// Where the lab's fast kernel lies once it is built: in the cache, by the hash of what it is built from. Node built-ins only, for the bootstrap.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Of everything that the lab builds once. */
export const cacheFolder = () =>
  path.join(process.env['LVS_CONSOLE_CACHE'] ?? path.join(os.homedir(), '.cache/lvs-console'), 'lab');

export const kernelSource = path.join(import.meta.dirname, 'fast-kernel');

/**
 * `isBuilt`: it can be used. `LVS_LAB_KERNEL=debian` leaves it alone: the lab then runs Debian 12's own kernel.
 * @returns {{ folder: string, program: string, modules: string, isBuilt: boolean, isWanted: boolean }}
 */
export function locateFastKernel() {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(kernelSource).sort())
    hash.update(`${name}\0`).update(fs.readFileSync(path.join(kernelSource, name)));
  const folder = path.join(cacheFolder(), `fast-kernel-${hash.digest('hex').slice(0, 16)}`);
  const program = path.join(folder, 'linux.uml');
  const isWanted = process.env['LVS_LAB_KERNEL'] !== 'debian';
  return {
    folder,
    program,
    modules: path.join(folder, 'modules'),
    isWanted,
    isBuilt: isWanted && fs.existsSync(program),
  };
}
