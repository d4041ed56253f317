// The lab's fast kernel: built once from Debian's sources, because under the other one a test run of labs takes two to three times as long.
import fs from 'node:fs';
import path from 'node:path';
import { ensureDebianPackages } from './bootstrap-debian.mjs';
import { runQuietly, step } from './bootstrap-step.mjs';
import { kernelSource, locateFastKernel } from '../lab/fast-kernel.mjs';

/** Never fatal: the lab runs with Debian 12's own kernel as well, only slower. */
export async function ensureFastKernel() {
  const { folder, isWanted, isBuilt } = locateFastKernel();
  if (isBuilt || !isWanted) return;
  try {
    await ensureDebianPackages('kernel');
    fs.mkdirSync(path.dirname(folder), { recursive: true, mode: 0o700 });
    const script = path.join(kernelSource, 'build-kernel.sh');
    await step('a fast kernel for the lab, built once', () =>
      runQuietly('flock', [
        `${folder}.lock`,
        'bash',
        '-c',
        '[ -e "$3" ] || exec bash "$1" "$2" "$3"',
        'build',
        script,
        kernelSource,
        folder,
      ]),
    );
  } catch (error) {
    process.stderr.write(
      `  no fast kernel, the lab uses Debian's: ${error.message.split('\n').slice(-6).join('\n  ')}\n`,
    );
  }
}
