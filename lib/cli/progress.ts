// Progress of long steps on a terminal: what runs, how long it took, in words a person can follow.

export function report(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

/** Runs `work`, showing its title at once, a sign of life every ten seconds, and the elapsed time at the end. */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const elapsed = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  process.stderr.write(`- ${title} ...\n`);
  const ticker = setInterval(() => report(`${title}: ${elapsed()} so far`), 10_000);
  try {
    const value = await work();
    report(`${title}: done in ${elapsed()}`);
    return value;
  } catch (error) {
    report(`${title}: FAILED after ${elapsed()}`);
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

/** Resolves with the first signal that asks to stop; a second one during clean-up is not lost but waits. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}
