// `render FILE --out DIR`: the files of every host, each with its mode, below DIR/<host>/<absolute path on the host>.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hasErrors, type Diagnostic } from '../core/diagnostic';
import { invariant } from '../core/errors';
import type { RenderedFile } from '../core/release';
import { renderTopology } from '../render/render-topology';
import { removeStaleFiles, writeManifest } from './render-manifest';
import {
  EXIT,
  loadTopologyFile,
  printDiagnostics,
  printJson,
  toJsonDiagnostics,
  UsageError,
  type OutputFormat,
} from './topology-file';

export type RenderOptions = { out: string; heartbeatKeyFile?: string; format: OutputFormat };
type HostFiles = { host: string; files: readonly RenderedFile[] };

/** Writes nothing when there is an error. */
export async function runRender(file: string, options: RenderOptions): Promise<number> {
  const loaded = await loadTopologyFile(file);
  const { topology } = loaded;
  if (!topology || hasErrors(loaded.diagnostics)) return refuse(file, loaded.diagnostics, options.format);
  const key = await heartbeatKey(options.heartbeatKeyFile, topology.stack === 'heartbeat');
  const secrets = { heartbeatKey: key };
  const { releases, companions, diagnostics } = renderTopology({ topology, secrets });
  const all = [...loaded.diagnostics, ...diagnostics];
  if (hasErrors(all)) return refuse(file, all, options.format);
  const hosts = [...releases.map(({ director, files }) => ({ host: director, files })), ...companions];
  const written = await writeHosts(options.out, hosts);
  process.stdout.write(
    options.format === 'json'
      ? printJson({ files: written, diagnostics: toJsonDiagnostics(all) })
      : `${written.join('\n')}\n`,
  );
  return EXIT.ok;
}

function refuse(file: string, diagnostics: readonly Diagnostic[], format: OutputFormat): number {
  if (format === 'json') process.stdout.write(printJson({ files: [], diagnostics: toJsonDiagnostics(diagnostics) }));
  else process.stderr.write(printDiagnostics(file, diagnostics));
  return EXIT.errors;
}

/** What an earlier run wrote and this one does not is removed; anything else in the folder is left alone. */
async function writeHosts(out: string, hosts: readonly HostFiles[]): Promise<string[]> {
  const written: string[] = [];
  const wanted = hosts.flatMap(({ host, files }) => files.map((file) => targetOf(out, host, file.path)));
  await removeStaleFiles(out, wanted);
  for (const { host, files } of hosts) {
    for (const file of files) {
      const target = targetOf(out, host, file.path);
      await writeHostFile(target, file);
      written.push(target);
    }
  }
  await writeManifest(out, written);
  return written;
}

/** Names were checked; this is the last place where a path could leave the folder. */
function targetOf(out: string, host: string, filePath: string): string {
  const root = path.resolve(out);
  const target = path.resolve(root, host, `.${filePath}`);
  invariant(target.startsWith(`${path.join(root, host)}${path.sep}`), `${filePath} of ${host} would leave ${out}`);
  return target;
}

/** A secret never exists with a wider mode, not even for a moment. */
async function writeHostFile(target: string, { content, mode }: RenderedFile): Promise<void> {
  const bits = Number.parseInt(mode, 8);
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { force: true });
  await writeFile(target, content, { mode: bits });
  await chmod(target, bits);
}

/** Only heartbeat has a shared secret; of the other stacks none is in any file. */
async function heartbeatKey(keyFile: string | undefined, isNeeded: boolean): Promise<string> {
  if (keyFile !== undefined) {
    const text = await readFile(keyFile, 'utf8').catch((cause: unknown) => {
      throw new UsageError(`cannot read ${keyFile}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    });
    return validKey(text.trim(), keyFile);
  }
  const fromEnvironment = process.env.LVS_HEARTBEAT_KEY;
  if (fromEnvironment !== undefined && fromEnvironment !== '') return validKey(fromEnvironment, 'LVS_HEARTBEAT_KEY');
  if (isNeeded) {
    process.stderr.write(
      'No heartbeat key was given (--heartbeat-key-file, LVS_HEARTBEAT_KEY): a random one was made.\n',
    );
  }
  return randomBytes(32).toString('hex');
}

/** One word of the authkeys line `1 sha1 <secret>`. */
function validKey(key: string, origin: string): string {
  if (!/^[\x21-\x22\x24-\x7e]{8,255}$/.test(key)) {
    throw new UsageError(`the heartbeat key of ${origin} must be 8 to 255 printable characters without blanks and #`);
  }
  return key;
}
