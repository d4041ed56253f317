// Output of the real tools, as recorded on a director (testdata/kernel-6.1-ipvsadm-1.31).
import fs from 'node:fs';
import path from 'node:path';

export function recorded(name: string): string {
  return fs.readFileSync(path.join(import.meta.dirname, 'testdata/kernel-6.1-ipvsadm-1.31', `${name}.out`), 'utf8');
}

/** `line: code` of each diagnostic. */
export function told(diagnostics: readonly { line?: number | undefined; code: string }[]): string[] {
  return diagnostics.map(({ line, code }) => `${line}: ${code}`);
}
