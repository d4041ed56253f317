// Zod's issues as our Diagnostics: a code, a path, a sentence.
import type { ZodError } from 'zod';
import { error, type Diagnostic } from '@/lib/core/diagnostic';

export function toDiagnostics({ issues }: ZodError): Diagnostic[] {
  return issues.map(({ path, message }) =>
    error(
      'request.invalid',
      path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      message,
    ),
  );
}
