/** Milliseconds of processor time that this process needs for `work`: other tests on the same processors do not count, as they do on a clock. */
export function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
