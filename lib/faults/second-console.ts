// A console of another house beside the rig's: its own database, keys and worker, as a process of its own.
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import type { Rig } from './rig';

export type SecondConsole = {
  /** How its deploy ended, or why there was none. */
  deploy: () => Promise<string>;
  close: () => Promise<void>;
};

const root = path.resolve(import.meta.dirname, '../..');
const program = path.join(import.meta.dirname, 'second-console-main.ts');

/** Resolves when it has trusted the directors and made its topology. */
export async function secondConsole(rig: Rig): Promise<SecondConsole> {
  const argv = ['--conditions=react-server', '--import', 'tsx', program, String(rig.portBase)];
  const env = { ...process.env, NODE_OPTIONS: '' };
  delete (env as NodeJS.ProcessEnv)['DATABASE_URL'];
  const child = spawn(process.execPath, argv, { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the second console ended');
    return value;
  };
  const say = (word: string) => child.stdin.write(`${word}\n`);
  const close = async () => {
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    await gone;
  };
  try {
    await rig.lab.authorize([await next()]);
    say('authorized');
    await next();
  } catch (error) {
    await close();
    throw error;
  }
  return { deploy: async () => (say('deploy'), next()), close };
}
