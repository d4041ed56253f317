// The directors' root image: built once, kept by the hash of everything that goes into it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { cacheFolder, locateFastKernel } from './fast-kernel.mjs';

export type RootImage = { hash: string; rootImage: string; keyFile: string };
export type Log = (line: string) => void;

export const imageSource = path.join(import.meta.dirname, 'image');
export const modulesFolder = '/usr/lib/uml/modules';

/** Names and contents, each with its length, so that no two different sets of inputs give one text. */
export function hashInputs(inputs: readonly (readonly [name: string, content: string])[]): string {
  const hash = createHash('sha256');
  for (const part of [...inputs].sort(([a], [b]) => (a < b ? -1 : 1)).flat()) hash.update(`${part.length}:${part}`);
  return hash.digest('hex').slice(0, 16);
}

/** Of every kernel that may boot the image. */
function modulesFolders(): string[] {
  const fast = locateFastKernel();
  return [modulesFolder, ...(fast.isBuilt ? [fast.modules] : [])];
}

function imageHash(): string {
  const files = fs
    .readdirSync(imageSource)
    .map((name) => [name, fs.readFileSync(path.join(imageSource, name), 'utf8')] as const);
  return hashInputs([
    ...files,
    [
      'kernel modules',
      modulesFolders()
        .flatMap((folder) => fs.readdirSync(folder))
        .join(' '),
    ],
  ]);
}

export function locateImage(): RootImage & { isBuilt: boolean } {
  const hash = imageHash();
  const folder = path.join(cacheFolder(), hash);
  const rootImage = path.join(folder, 'root.img');
  return { hash, rootImage, keyFile: path.join(folder, 'key'), isBuilt: fs.existsSync(rootImage) };
}

/** The image, built when it is absent. Two builders: one builds, the other waits and uses what was built. */
export async function ensureImage(log: Log): Promise<RootImage> {
  const image = locateImage();
  if (!image.isBuilt) await build(path.dirname(image.rootImage), log);
  return image;
}

async function build(target: string, log: Log): Promise<void> {
  fs.mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
  const started = Date.now();
  const say = (line: string) => log(`lab image (${Math.round((Date.now() - started) / 1000)} s): ${line}`);
  say('built once, takes about a minute');
  // flock: the kernel gives the lock back when a builder is killed.
  const script = path.join(imageSource, 'build-root.sh');
  const child = spawn('flock', [`${target}.lock`, 'bash', script, imageSource, target, ...modulesFolders()], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  readline.createInterface({ input: child.stdout }).on('line', say);
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > 20) tail.shift();
  });
  const ticker = setInterval(() => say('still at it'), 15_000);
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (value) => resolve(value ?? 128));
  }).finally(() => clearInterval(ticker));
  if (code !== 0) throw new Error(`the lab's root image could not be built (exit ${code}):\n${tail.join('\n')}`);
  say('ready');
}
