// `check FILE`: everything that is wrong with a topology.
import {
  exitCodeOf,
  loadTopologyFile,
  printDiagnostics,
  printJson,
  toJsonDiagnostics,
  type OutputFormat,
} from './topology-file';
import type { Diagnostic, Severity } from '../core/diagnostic';

export async function runCheck(file: string, { format }: { format: OutputFormat }): Promise<number> {
  const { diagnostics } = await loadTopologyFile(file);
  process.stdout.write(
    format === 'json'
      ? printJson(toJsonDiagnostics(diagnostics))
      : `${printDiagnostics(file, diagnostics)}${printSummary(diagnostics)}\n`,
  );
  return exitCodeOf(diagnostics);
}

function printSummary(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity) => {
    const number = diagnostics.filter((each) => each.severity === severity).length;
    return `${number} ${severity}${number === 1 ? '' : 's'}`;
  };
  return `${count('error')}, ${count('warning')}`;
}
