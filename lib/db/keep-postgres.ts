// The embedded database for as long as the console runs: started again when it dies, so that a killed server costs seconds.
import 'server-only';
import { ensurePostgres, type EmbeddedPostgres } from './embedded-postgres';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** `url` stays the same over restarts. Throws when the first start fails; later failures are reported and tried again. */
export async function keepPostgres(
  dataFolder: string,
  report: (line: string) => void,
): Promise<Pick<EmbeddedPostgres, 'url' | 'stop'>> {
  const first = await ensurePostgres(dataFolder);
  let current = first;
  let isStopping = false;
  const keepRunning = async () => {
    for (;;) {
      await current.lost;
      if (isStopping) return;
      report('database: the server is gone, it is started again');
      const again = await startAgain(dataFolder, report, () => isStopping);
      if (!again) return;
      current = again;
      report('database: the server runs again');
    }
  };
  void keepRunning();
  const stop = async () => {
    isStopping = true;
    await current.stop();
  };
  return { url: first.url, stop };
}

async function startAgain(
  dataFolder: string,
  report: (line: string) => void,
  isStopping: () => boolean,
): Promise<EmbeddedPostgres | undefined> {
  for (let pauseMs = FIRST_PAUSE_MS; !isStopping(); pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const again = await ensurePostgres(dataFolder);
      if (!isStopping()) return again;
      await again.stop();
    } catch (error) {
      report(`database: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return undefined;
}
