// Where the console keeps what is its own: embedded database, key-encryption key, sockets, logs.
import path from 'node:path';

/** Absolute. `LVS_CONSOLE_DATA`, else `.data` in the current folder. */
export function dataFolder(): string {
  return path.resolve(/* turbopackIgnore: true */ process.env.LVS_CONSOLE_DATA ?? '.data');
}

export function workerSocket(): string {
  return path.join(/* turbopackIgnore: true */ dataFolder(), 'worker.sock');
}
