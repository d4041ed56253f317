// Preloaded into web and worker: when the supervisor is gone (its end of the pipe on standard input closes), this process ends too.
const HARD_EXIT_MS = 10_000;

// Next hands its own options on to the workers that it starts (`next dev`: one for each style sheet), whose standard input is
// closed from the beginning: only the supervisor's own child watches.
if (process.env.LVS_CONSOLE_SUPERVISOR === String(process.ppid)) watchParent();

function watchParent() {
  process.stdin.on('end', () => {
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  process.stdin.on('error', () => process.exit(1));
  process.stdin.resume();
}
