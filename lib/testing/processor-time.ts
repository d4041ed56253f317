/** What `work` answers, and the milliseconds of processor time that it needs: other tests on the same processors do not count, as they do on a clock. */
export function processorTime<T>(work: () => T): { answer: T; ms: number } {
  const before = process.cpuUsage();
  const answer = work();
  const { user, system } = process.cpuUsage(before);
  return { answer, ms: (user + system) / 1000 };
}
