'use client';
// What every form and panel of the editor shares: the draft, its problems, and how to change and select.
import { createContext, useContext } from 'react';
import type { Diagnostic, DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import type { Selection } from './selection';

export type Editor = {
  topologyId: string;
  document: TopologyDocument;
  diagnostics: readonly Diagnostic[];
  isReadOnly: boolean;
  selection: Selection;
  select: (selection: Selection) => void;
  /** Selects the object of a problem and puts the cursor into its field. */
  reveal: (path: DiagnosticPath) => void;
  /** Changes one place; `undefined` leaves the key out. */
  change: (path: DiagnosticPath, value: unknown) => void;
  /** `typedAt`: the field in which this was typed; typing in one field is one step of undo. */
  replace: (document: TopologyDocument, typedAt?: DiagnosticPath) => void;
};

const EditorContext = createContext<Editor | undefined>(undefined);
export const EditorProvider = EditorContext.Provider;

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error('a form of the topology editor stands outside of it');
  return editor;
}
