// Preloaded into web and worker: when the supervisor is gone (its end of the pipe on standard input closes), this process ends too.
const HARD_EXIT_MS = 10_000;

process.stdin.on('end', () => {
  setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.stdin.on('error', () => process.exit(1));
process.stdin.resume();
