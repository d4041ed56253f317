// Runs one command as argv, with input, a time limit and all of its output.
import { spawn } from 'node:child_process';

export type CommandResult = { code: number; stdout: string; stderr: string; timedOut: boolean };
export type CommandOptions = { timeoutMs?: number; input?: string | Uint8Array };

/** A command that could not be started has code 127, one that ran out of time 124: neither throws. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { timeoutMs = 60_000, input } = options;
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    // Its own process group, so that the time limit also reaches what the command started.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let timedOut = false;
    let failure = '';
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    child.on('error', (error) => (failure = error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      const stderr = Buffer.concat(output.stderr).toString() + failure;
      const note = timedOut ? `${stderr}${program}: no end within ${timeoutMs} ms` : stderr;
      resolve({
        code: timedOut ? 124 : failure ? 127 : (code ?? 128),
        stdout: Buffer.concat(output.stdout).toString(),
        stderr: note,
        timedOut,
      });
    });
    child.stdin.on('error', () => undefined); // the command may end without reading its input
    child.stdin.end(input ?? '');
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

/** As runCommand, but anything but exit 0 throws with what the command said. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}
