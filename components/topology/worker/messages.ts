// What the page and its two workers say to each other; one request is open at a time.
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { DocumentPatch } from './document-patch';
import type { LineChange } from './line-changes';

/** `patch` is against the document of the request before. */
export type CheckRequest = { version: number; patch: DocumentPatch };
export type CheckAnswer = { version: number; diagnostics: Diagnostic[]; elapsedMs: number };

/** `saved`: the revision that changes are counted from, when it is another one than before. `open`: key of the file in sight. */
export type PreviewRequest = {
  version: number;
  patch: DocumentPatch;
  saved?: DocumentPatch;
  open: string | undefined;
};
export type FileChange = 'new' | 'changed' | 'same' | 'removed';
export type PreviewFile = {
  key: string;
  host: string;
  path: string;
  mode: string;
  purpose: string;
  secret: boolean;
  change: FileChange;
  added: number;
  removed: number;
};
export type OpenFile = { file: PreviewFile; content: string; changes: LineChange[] };
export type PreviewAnswer = {
  version: number;
  files: PreviewFile[];
  open: OpenFile | undefined;
  /** Of the generators: what they refuse, and with an error no files. */
  diagnostics: Diagnostic[];
  elapsedMs: number;
};

/** `isEarly`: a first part, the whole follows. A worker that fails says so; what it knew is not shown as fresh. */
export type WorkerAnswer<Answer> = { answer: Answer; isEarly?: boolean } | { failure: string };
