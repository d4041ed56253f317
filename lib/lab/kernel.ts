// The linux.uml that runs on this processor: the fast one if it was built, else Debian's own, or a copy of it with one constant changed.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { locateFastKernel } from './fast-kernel.mjs';
import { runCommand } from './run-command';

export const debianKernel = '/usr/bin/linux.uml';

/**
 * UML 6.1 restores floating-point registers with PTRACE_SETREGSET and 2696 bytes. A host kernel refuses a length below its own XSAVE size
 * (xstateregs_set: EFAULT), which is 11008 on processors with AMX, so every process inside dies. A larger length is cut to the host's
 * size, and the components behind the 2696 bytes are not marked as present in the XSAVE header: only the length has to change.
 */
const setRegset = /\x48\xc7\x45\xf8(..)\x00\x00\xbf\x05\x42\x00\x00/gs; // movq $length,-8(%rbp); mov $PTRACE_SETREGSET,%edi

export function patchSetRegset(kernel: Buffer): Buffer {
  const found = [...kernel.toString('latin1').matchAll(setRegset)];
  const at = found[0]?.index;
  if (at === undefined || found.length !== 1) throw new Error(`linux.uml has ${found.length} known places to change`);
  const patched = Buffer.from(kernel);
  patched.writeUInt32LE(0x4000, at + 4);
  return patched;
}

/** Since 6.16; an older kernel hands the word on to init, which does not know it either. */
export const SECCOMP = 'seccomp=on';

/** Boots the kernel on the host's own files, read only, to print one of them: says in words why it cannot, else undefined. */
async function tryKernel(kernel: string, scratch: string): Promise<string | undefined> {
  const where = ['rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'ro', `uml_dir=${scratch}`, 'umid=try'];
  const how = [
    SECCOMP,
    'mem=64M',
    'con=null',
    'con0=null,fd:1',
    'con1=null',
    'quiet',
    'init=/bin/cat',
    '--',
    '/etc/os-release',
  ];
  const { stdout, stderr } = await runCommand([kernel, ...where, ...how], { timeoutMs: 30_000 });
  if (/^ID=/m.test(stdout)) return undefined;
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => /fail|panic|ptrace|denied|not permitted|error/i.test(line));
  return lines.find((line) => /ptrace|denied|permitted/i.test(line)) ?? lines.at(-1) ?? 'it prints nothing';
}

/** Path of a kernel that was seen to run a program here. The answer is kept by kernel, processor and host kernel. */
export async function chooseKernel(cacheFolder: string): Promise<string> {
  const fast = locateFastKernel();
  // A processor on which the fast one does not run must not cost the lab: Debian's own is tried then, and says why if it fails too.
  const chosen = fast.isBuilt ? await seenToRun(fast.program, cacheFolder).catch(() => undefined) : undefined;
  return chosen ?? seenToRun(debianKernel, cacheFolder);
}

async function seenToRun(original: string, cacheFolder: string): Promise<string> {
  const kernel = fs.readFileSync(original);
  const processor = /^flags.*$/m.exec(fs.readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  const hash = createHash('sha256').update(kernel).update(processor).update(os.release()).digest('hex').slice(0, 16);
  const chosen = path.join(cacheFolder, `kernel-${hash}`, 'linux.uml');
  if (fs.existsSync(chosen)) return chosen;
  fs.mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-uml-'));
  try {
    const candidate = path.join(scratch, 'linux.uml');
    fs.symlinkSync(original, candidate);
    const fault = await tryKernel(candidate, scratch);
    if (fault !== undefined) {
      fs.rmSync(candidate);
      fs.writeFileSync(candidate, patchFor(fault, kernel), { mode: 0o755 });
      const second = await tryKernel(candidate, scratch);
      if (second !== undefined) throw new Error(`user-mode Linux does not run here: ${second.trim()}`);
    }
    keep(candidate, chosen);
    return chosen;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function patchFor(fault: string, kernel: Buffer): Buffer {
  if (!/ptrace set fp regs failed/.test(fault)) throw new Error(`user-mode Linux does not run here: ${fault.trim()}`);
  return patchSetRegset(kernel);
}

/** Into place by rename: two labs may choose at the same time. */
function keep(candidate: string, chosen: string): void {
  const partial = `${path.dirname(chosen)}.${process.pid}`;
  fs.mkdirSync(partial, { recursive: true });
  fs.cpSync(candidate, path.join(partial, 'linux.uml'), { verbatimSymlinks: true });
  try {
    fs.renameSync(partial, path.dirname(chosen));
  } catch {
    fs.rmSync(partial, { recursive: true, force: true }); // the other one was faster
  }
}
