// A step of the bootstrap: cached by the hash of its inputs, with its elapsed time shown while it runs. Node built-ins only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** sha256 over names and contents of files and over plain words. */
export function hashOf(files, words = []) {
  const hash = createHash('sha256').update(words.join('\0'));
  for (const file of files) hash.update(`\0${path.relative(root, file)}\0`).update(fs.readFileSync(file));
  return hash.digest('hex');
}

/** Runs `work` unless `stamp` holds `hash` already; the stamp is written after success only. */
export async function cachedStep(title, stamp, hash, work) {
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash) return false;
  await step(title, work);
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, hash);
  return true;
}

/** Shows `title`, a line every ten seconds while it runs, and how long it took. */
export async function step(title, work) {
  const started = Date.now();
  process.stderr.write(`- ${title} ...\n`);
  const ticker = setInterval(() => process.stderr.write(`  ${title}: ${seconds(started)} s so far\n`), 10_000);
  try {
    await work();
  } finally {
    clearInterval(ticker);
  }
  process.stderr.write(`  ${title}: done in ${seconds(started)} s\n`);
}

/** Runs a program; its output is kept and shown only when it fails. */
export function runQuietly(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      ...options,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
    child.on('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on('exit', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${output}`)),
    );
  });
}
