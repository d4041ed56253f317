// Reads the topology file of a command and says what is wrong with it, for people or as JSON.
import { readFile } from 'node:fs/promises';
import { hasErrors, printPath, type Diagnostic } from '../core/diagnostic';
import { resolveTopology } from '../core/resolve';
import type { Topology } from '../core/topology';
import { parseTopologyDocument } from '../parse/topology-document';

export type OutputFormat = 'text' | 'json';
export const EXIT = { ok: 0, errors: 1, usage: 2 } as const;

/** Called wrongly: ends the command with exit status 2 and one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type LoadedTopology = { diagnostics: Diagnostic[]; topology?: Topology };

/** Every diagnostic has a line. `topology` is absent when something did not resolve. */
export async function loadTopologyFile(file: string): Promise<LoadedTopology> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`cannot read ${file}: ${why}`, { cause });
  });
  const { document, diagnostics } = parseTopologyDocument(text, { check: true });
  const topology = document && resolveTopology(document).topology;
  return topology ? { diagnostics, topology } : { diagnostics };
}

/** 1 when a diagnostic is an error. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  return hasErrors(diagnostics) ? EXIT.errors : EXIT.ok;
}

/** The fixed form of `--format json`: place as text, line always a number. */
export function toJsonDiagnostics(diagnostics: readonly Diagnostic[]) {
  return diagnostics.map(({ severity, code, path, line, message, hint }) => ({
    severity,
    code,
    path: printPath(path),
    line: line ?? 1,
    message,
    ...(hint !== undefined && { hint }),
  }));
}

/** `seed.yaml:20: error address.invalid virtualAddresses.external` and the sentences below it. */
export function printDiagnostics(file: string, diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ severity, code, path, line, message, hint }) => {
      const place = printPath(path);
      const head = `${file}:${line ?? 1}: ${severity} ${code}${place === '' ? '' : ` at ${place}`}`;
      return [head, `  ${message}`, ...(hint === undefined ? [] : [`  ${hint}`]), ''].join('\n');
    })
    .join('');
}

export function printJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
