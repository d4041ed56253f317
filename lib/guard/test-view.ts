// A copy-on-write view of this machine with a network of its own: installers, sshd and sudo run for real and leave nothing behind.
import { spawnSync } from 'node:child_process';

export type ViewOutcome = { code: number | null; stdout: string; stderr: string };

/** Runs `commands` as root in the view, below `folder`, an empty one; `files` lie at its root, for nobody else to read. */
export function runInView(folder: string, commands: string, files: Record<string, string> = {}): ViewOutcome {
  const puts = Object.entries({ commands, ...files })
    .map(
      ([name, text]) =>
        `cat > merged/${name} <<'END_OF_TEST_FILE'\n${text}\nEND_OF_TEST_FILE\nchmod 600 merged/${name}\n`,
    )
    .join('');
  const setUp = `set -e; cd ${folder}; mount -t tmpfs tmpfs .; chmod 755 .; mkdir upper work merged
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work merged
mount --rbind /proc merged/proc; mount --rbind /dev merged/dev; mount -t tmpfs -o mode=755 tmpfs merged/run; mount -t tmpfs tmpfs merged/tmp
ip link set lo up
${puts}chroot merged sh /commands`;
  const { status, stdout, stderr } = spawnSync('unshare', ['-m', '-n', 'sh', '-s'], { input: setUp, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}
