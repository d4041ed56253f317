// Says what this machine lacks for the lab, part by part, in words a person can act on.
import fs from 'node:fs';
import path from 'node:path';
import { cacheFolder } from './fast-kernel.mjs';
import { locateImage, modulesFolder } from './root-image';
import { chooseKernel, debianKernel } from './kernel';
import { mustRun, runCommand } from './run-command';

export type LabProbe = { ok: boolean; missing: string[] };

const programs: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  socat: 'socat',
  ip: 'iproute2',
  mke2fs: 'e2fsprogs',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  sysctl: 'procps',
  flock: 'util-linux',
  unshare: 'util-linux',
  taskset: 'util-linux',
  mknod: 'coreutils',
};

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  return folders
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find((file) => fs.existsSync(file));
}

/** Opens /dev/net/tun, making the device first when root may and it is absent. */
async function findTunFault(): Promise<string | undefined> {
  const device = '/dev/net/tun';
  try {
    if (!fs.existsSync(device)) {
      fs.mkdirSync(path.dirname(device), { recursive: true });
      await mustRun(['mknod', '-m', '666', device, 'c', '10', '200']);
    }
    fs.closeSync(fs.openSync(device, 'r+'));
    return undefined;
  } catch (error) {
    return `${device} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function findKernelFault(): Promise<string | undefined> {
  try {
    await chooseKernel(cacheFolder());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function findSpaceFault(): string | undefined {
  fs.mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
  const { bavail, bsize } = fs.statfsSync(cacheFolder());
  const needed = locateImage().isBuilt ? 200 : 2_000;
  const free = Math.round((bavail * bsize) / 2 ** 20);
  return free < needed ? `${needed} MB of room in ${cacheFolder()} (${free} MB free)` : undefined;
}

/** Everything that is missing, not only the first thing. */
export async function probeLab(): Promise<LabProbe> {
  const missing: (string | undefined)[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64')
    missing.push(`Linux on x86-64 (this is ${process.platform} ${process.arch})`);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) missing.push('root: run the lab as root or with sudo');
  for (const [program, debianPackage] of Object.entries(programs))
    if (!findProgram(program)) missing.push(`${program} (Debian package ${debianPackage})`);
  const hasUml = fs.existsSync(debianKernel) && fs.existsSync(modulesFolder);
  if (!hasUml) missing.push(`${debianKernel} and ${modulesFolder} (Debian package user-mode-linux)`);
  if (isRoot) {
    missing.push(await findTunFault());
    const { code, stderr } = await runCommand(['unshare', '-n', 'true']);
    if (code !== 0) missing.push(`the right to make network namespaces: ${stderr.trim()}`);
    if (hasUml && missing.filter((fault) => fault !== undefined).length === 0)
      missing.push(await findKernelFault(), findSpaceFault());
  }
  const faults = missing.filter((fault) => fault !== undefined);
  return { ok: faults.length === 0, missing: faults };
}
