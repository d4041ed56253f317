// `npm run demo`: the console and the lab together, the seed's topology loaded and the two lab directors trusted, until Ctrl-C.
import path from 'node:path';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { dataFolder } from '@/lib/db/data-folder';
import type { Lab } from '@/lib/lab/lab';
import { openLab } from '@/lib/lab/lab';
import { probeLab } from '@/lib/lab/probe';
import { prepareDemoTopology } from './demo-topology';
import { report, untilStopped, withProgress } from './progress';
import { startConsole, type RunningConsole } from './supervisor';

process.env.LVS_CONSOLE_DATA ??= path.resolve('.data/demo');
const host = process.env.LVS_CONSOLE_HOST ?? '127.0.0.1';
const port = Number(process.env.LVS_CONSOLE_PORT ?? 3000);

let running: RunningConsole | undefined;
let lab: Lab | undefined;

/** Stops what was started, in reverse; also when the start was interrupted half-way. */
async function stopAll(): Promise<void> {
  await withProgress('stopping console and lab', async () => {
    await Promise.allSettled([running?.stop(), lab?.down()]);
  });
}

/** Other names and ports let a lab run beside another one (the browser tests do). */
function labOptions() {
  const { LVS_CONSOLE_LAB: name, LVS_CONSOLE_LAB_PORTS: ports } = process.env;
  return { log: report, ...(name ? { name } : {}), ...(ports ? { portBase: Number(ports) } : {}) };
}

async function startLab(): Promise<Lab | undefined> {
  const { ok, missing } = await probeLab();
  if (ok) return withProgress('lab: two directors, real servers, gateway, client', () => openLab(labOptions()));
  console.error(`\nThe lab cannot run here; missing: ${missing.join(', ')}. The console starts without it.`);
  return undefined;
}

async function startAll(): Promise<void> {
  running = await withProgress('console', () => startConsole({ dataFolder: dataFolder(), host, port, report }));
  lab = await startLab();
  const { url } = running;
  const topology = await withProgress("the seed's topology", () => prepareDemoTopology(lab, report));
  const link = await createSignInLink({
    baseUrl: url,
    email: 'admin@localhost.localdomain',
    name: 'Administrator',
    role: 'admin',
  });
  console.log(`
LVS Console is ready: ${url}
Sign in (one-time link, valid for an hour):
  ${link}
Then open ${url}/topologies/${topology.id} and press Deploy.${lab ? labHints : ''}
Ctrl-C stops everything that was started.`);
}

const labHints = `
The lab's client reaches the virtual services:  npm run lab -- exec client -- curl -s http://192.168.0.7/
Cut a director's power and bring it back:       npm run lab -- crash director1;  npm run lab -- start director1`;

const stopped = untilStopped();
const started = startAll().then(
  () => 'started' as const,
  (error: unknown) => error,
);
const first = await Promise.race([started, stopped]);
const failure = first instanceof Error ? first : undefined;
if (failure) console.error(`\n${failure.message}`);
if (first === 'started') await stopped;
await stopAll();
process.exit(failure ? 1 : 0);
