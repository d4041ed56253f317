// What a director can still tell after a cell that failed: the reset before the next cell takes it away.
import fs from 'node:fs';
import path from 'node:path';
import { labFiles, layoutLab } from '../lab/layout';
import { DIRECTORS, type Rig } from './rig';

/**
 * The stacks of tasks (SysRq t; the kernel keeps those of the newest) first, as a look at /proc was seen to let a task go on that hung; then processes with what each waits for
 * in the kernel, their pipes, and who holds the guard's lock.
 */
const READ = `dmesg > /run/evidence.dmesg; { echo t > /proc/sysrq-trigger; } 2>&1
echo '== lock'; cat /run/lvs-console.lock.holder /proc/locks
echo '== rounds that lasted'; cat /run/race.stuck 2> /dev/null
echo '== processes'; ps -eo pid,ppid,stat,etimes,wchan:32,args
echo '== pipes'; ls -l /proc/[0-9]*/fd 2> /dev/null | grep -E '^/proc|pipe:'
echo '== open files on the lock'; for p in /proc/[0-9]*; do [ "$p/fd/9" -ef /run/lvs-console.lock ] && echo "$p $(tr '\\0' ' ' < "$p/cmdline"): $(tr '\\n' ' ' < "$p/fdinfo/9")"; done
echo '== guard'; timeout 20 /usr/lib/lvs-console/guard status; cat /var/lib/lvs-console/tx
echo '== kernel before this look'; cat /run/evidence.dmesg
echo '== kernel'; dmesg | tail -n 3000
echo '== journal'; journalctl --no-pager -q -o short-precise -n 3000`;

/** Into a folder of the cell; answers it. A director that does not answer leaves its console only. */
export async function keepEvidence(rig: Rig, id: string, besides: string): Promise<string> {
  const folder = path.join(besides, id.replaceAll(/[^\w@.-]+/g, '_'));
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { console: consoleOf } = labFiles(layoutLab({ name: rig.labName }).runFolder);
  await Promise.all(
    DIRECTORS.map(async (director) => {
      const { stdout, stderr } = await rig.lab.exec(director, ['sh', '-c', READ], { timeoutMs: 90_000 });
      fs.writeFileSync(path.join(folder, `${director}.txt`), `${stdout}\n${stderr}`);
      fs.copyFileSync(consoleOf(director), path.join(folder, `${director}.console.txt`));
    }),
  );
  return folder;
}
