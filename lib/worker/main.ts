// The worker process: `node --conditions=react-server --import tsx lib/worker/main.ts`, with DATABASE_URL and LVS_CONSOLE_DATA set.
import { openLogger } from './logger';
import { startWorker } from './worker';

const HARD_EXIT_MS = 7_000;

const log = openLogger();
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));

try {
  const worker = await startWorker({ log });
  const stop = (name: string) => {
    log.info({ signal: name }, 'worker stops');
    // An open deploy is not waited for: it is resumed from its journal by the next worker.
    setTimeout(() => process.exit(0), HARD_EXIT_MS).unref();
    void worker.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
} catch (error) {
  log.fatal({ err: error }, 'worker cannot start');
  process.exit(1);
}
