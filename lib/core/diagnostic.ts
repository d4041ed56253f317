// What is wrong with an input or with odd tool output: a value with its place, never thrown.
import { z } from 'zod';

export const severitySchema = z.enum(['error', 'warning', 'info']);
export type Severity = z.infer<typeof severitySchema>;

export const diagnosticSchema = z.object({
  severity: severitySchema,
  /** `area.fact`, e.g. `match.overlap`, `address.invalid`. */
  code: z.string(),
  /** Where in the topology document: keys and indexes, e.g. `['groups', 0, 'mark']`. Empty = the whole document. */
  path: z.array(z.union([z.string(), z.number()])),
  /** What is wrong and why, in one or two sentences. */
  message: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
  /** 1-based line of the document or of the tool output, when known. */
  line: z.number().optional(),
});
export type Diagnostic = z.infer<typeof diagnosticSchema>;
export type DiagnosticPath = Diagnostic['path'];

export function error(code: string, path: DiagnosticPath, message: string, hint?: string): Diagnostic {
  return { severity: 'error', code, path: [...path], message, ...(hint === undefined ? {} : { hint }) };
}

export function warning(code: string, path: DiagnosticPath, message: string, hint?: string): Diagnostic {
  return { severity: 'warning', code, path: [...path], message, ...(hint === undefined ? {} : { hint }) };
}

export function info(code: string, path: DiagnosticPath, message: string, hint?: string): Diagnostic {
  return { severity: 'info', code, path: [...path], message, ...(hint === undefined ? {} : { hint }) };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

/** `groups[0].matches[1].ports`, as the command line prints it. */
export function printPath(path: DiagnosticPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}
