// What stands in managed files that somebody changed, without secrets: the guard gives no secret file, and what is written by hand into another one ends here.
import { HostError } from '../core/errors';
import { scrubText } from '../core/scrub-secrets';
import { parseChangedFiles } from '../parse/managed-files';
import type { ManagedFile } from '../parse/managed-files';
import type { GuardHost } from '../ssh/guard-host';

const SECTION = 'changed-files';
const READ_MS = 10_000;

/** By path. Without the texts there is no diff, and nothing else is missing: a director that does not give them is no failure. */
export async function readChangedFiles(
  host: GuardHost,
  files: readonly ManagedFile[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (files.length === 0) return new Map();
  try {
    const frame = (await host.read([SECTION], { timeoutMs: READ_MS, ...(signal && { signal }) })).get(SECTION);
    const texts = frame?.status === 0 ? parseChangedFiles(frame.text) : new Map<string, string>();
    return new Map([...texts].map(([path, text]) => [path, scrubText(text, [])]));
  } catch (error) {
    if (error instanceof HostError) return new Map();
    throw error;
  }
}
