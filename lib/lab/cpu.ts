// A director's processor time: which processor, and before whom.
import fs from 'node:fs';

/** A list as the kernel prints it, "0-1,4". */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/**
 * User-mode Linux has one processor, and every system call inside is a hand-over between two of its processes. Between two processors
 * of the host that costs a wake-up each time: tied to one, programs inside start 2.5 times as fast (measured: grep 24 ms, then 9 ms).
 * Raised priority: heartbeat's scripts start hundreds of programs, and a busy test machine must not look like a dead director to its
 * partner. Without the right to raise it `nice` only says so.
 */
export function favour(number: number, argv: readonly string[]): string[] {
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const cpus = parseCpuList(allowed);
  return ['nice', '-n', '-10', 'taskset', '-c', String(cpus[number % cpus.length] ?? 0), ...argv];
}
