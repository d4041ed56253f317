// Says in plain words where a file does not have the shape of a topology document.
import type { z } from 'zod';
import type { Diagnostic, DiagnosticPath } from '../core/diagnostic';
import { printPath } from '../core/diagnostic';
import type { Locate } from './topology-lines';

type Issue = z.core.$ZodIssue;

export function toShapeDiagnostics(issues: readonly Issue[], value: unknown, locate: Locate): Diagnostic[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, locate));
    if (path.length > 0 && valueAt(value, path) === undefined) return [missingKey(path, locate)];
    return [invalidValue(issue, path, locate)];
  });
}

function unknownKey(key: string, parent: DiagnosticPath, locate: Locate): Diagnostic {
  const path = [...parent, key];
  const where = parent.length === 0 ? 'a topology' : printPath(parent);
  return {
    severity: 'error',
    code: 'document.unknown-key',
    path,
    message: `Unknown key "${key}" in ${where}.`,
    hint: 'Check the spelling, or remove it.',
    line: locate(path),
  };
}

function missingKey(path: DiagnosticPath, locate: Locate): Diagnostic {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const where = parent.length === 0 ? 'The topology' : printPath(parent);
  return {
    severity: 'error',
    code: 'document.missing-key',
    path,
    message: `${where} has no "${key}".`,
    hint: `Add "${key}".`,
    line: locate(parent),
  };
}

function invalidValue(issue: Issue, path: DiagnosticPath, locate: Locate): Diagnostic {
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  const where = path.length === 0 ? 'The file is not a topology' : printPath(path);
  return {
    severity: 'error',
    code: 'document.invalid-value',
    path,
    message: `${where}: ${message}.`,
    line: locate(path),
  };
}

function valueAt(value: unknown, path: DiagnosticPath): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      at instanceof Object && Object.hasOwn(at, part) ? (at as Record<string | number, unknown>)[part] : undefined,
    value,
  );
}
