// `npm start` and `npm run dev`: the console alone, until it is stopped.
import path from 'node:path';
import { hasAdministrator } from '@/lib/auth/administrators';
import { readingToken, readingTokenFile } from '@/lib/auth/reading-token';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { dataFolder } from '@/lib/db/data-folder';
import { report, untilStopped, withProgress } from './progress';
import { startConsole } from './supervisor';

const stopped = untilStopped();
const host = process.env.LVS_CONSOLE_HOST ?? '127.0.0.1';
const port = Number(process.env.LVS_CONSOLE_PORT ?? 3000);
const isDev = process.argv.includes('--dev');

const running = await withProgress('console', () =>
  startConsole({ dataFolder: dataFolder(), host, port, isDev, report }),
);
console.log(`\nLVS Console: ${running.url}`);
console.log(`Data and logs: ${path.resolve(dataFolder())}`);
readingToken(); // made now, so that the file is there when somebody looks for it
console.log(`Token for Prometheus and scripts that read: ${readingTokenFile()}`);
if (!(await hasAdministrator())) {
  const link = await createSignInLink({
    baseUrl: running.url,
    email: 'admin@localhost.localdomain',
    name: 'Administrator',
    role: 'admin',
  });
  console.log(`First administrator, one-time link (valid for an hour): ${link}`);
}
console.log('Ctrl-C stops it.');
await stopped;
await withProgress('stopping', () => running.stop());
process.exit(0);
