// A person at the serial console of a director, who needs no network: a login over there, a pseudo terminal here.
import { spawn } from 'node:child_process';
import type { Lab } from './lab-hosts';

export type SerialLine = {
  /** Types a command and waits for its end; what the terminal shows, and the exit status. */
  type: (command: string, timeoutMs?: number) => Promise<{ code: number; shown: string }>;
  close: () => void;
};

const LOGIN = 'systemd-run --quiet --unit=lab-serial agetty --autologin root --noclear ttyS0 115200 vt100';
const ANSWER_MS = 30_000;
/** What is typed holds it in two halves, so that only its answer matches. */
const END = /=\[(\d+)\]=\r?\n/;

/** While there still is a network: it starts the login and asks which terminal of this machine it is. */
export async function openSerialLine(lab: Lab, director: string): Promise<SerialLine> {
  await lab.exec(director, ['sh', '-c', `systemctl is-active --quiet lab-serial || ${LOGIN}`]);
  const terminal = await findTerminal(lab, director);
  const wire = spawn('socat', ['-', `FILE:${terminal},raw,echo=0`], { stdio: ['pipe', 'pipe', 'inherit'] });
  let seen = '';
  wire.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString('utf8')));
  const type: SerialLine['type'] = async (command, timeoutMs = ANSWER_MS) => {
    seen = '';
    wire.stdin.write(`${command}; echo =[""$?]=\n`);
    for (const until = Date.now() + timeoutMs; Date.now() < until; await pause(100)) {
      const [all, code] = END.exec(seen) ?? [];
      if (all === undefined) continue;
      return { code: Number(code), shown: seen.slice(0, seen.indexOf(all)).replaceAll('\r', '') };
    }
    throw new Error(`no answer on the serial line of ${director}: ${seen}`);
  };
  // Without its own echo, prompt and marks around what is pasted the terminal shows answers only.
  await type("bind 'set enable-bracketed-paste off'; stty -echo cols 200; PS1=''");
  return { type, close: () => wire.kill() };
}

async function findTerminal(lab: Lab, director: string): Promise<string> {
  for (let round = 0; round < 50; round += 1, await pause(200)) {
    const { stdout } = await lab.exec(director, ['dmesg']);
    const found = [...stdout.matchAll(/Serial line 0 assigned device '([^']+)'/g)].at(-1)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`${director} opened no serial line`);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
