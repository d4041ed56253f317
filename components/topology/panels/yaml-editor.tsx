'use client';
// The draft as YAML that one types in: every state that can be read goes into the draft at once, problems stand at their lines.
import { useEffect, useRef, useState } from 'react';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, lineNumbers, type DecorationSet } from '@codemirror/view';
import type { Diagnostic } from '@/lib/core/diagnostic';
import { api } from '@/lib/api/client';
import { describeProblem } from '@/components/data/problem';
import { useDebounced } from '@/components/data/use-debounced';
import { useEditor } from '../editor-context';
import { textHistory } from './text-history';

const PAUSE_MS = 350;
type Told = { diagnostics: readonly Diagnostic[]; failure?: string; isTaken: boolean };

const setProblems = StateEffect.define<readonly Diagnostic[]>();
/** Lines with problems; they move with the text until the next answer. */
const problemLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    const told = transaction.effects.findLast((effect) => effect.is(setProblems));
    if (!told) return marks.map(transaction.changes);
    const { doc } = transaction.state;
    const ranges = (told.value as readonly Diagnostic[]).flatMap(({ line, severity, message }) =>
      line === undefined || line < 1 || line > doc.lines || severity === 'info'
        ? []
        : [
            Decoration.line({
              attributes: {
                title: message,
                style: `background: color-mix(in srgb, var(--${severity === 'error' ? 'down' : 'warn'}) 18%, transparent)`,
              },
            }).range(doc.line(line).from),
          ],
    );
    return Decoration.set(ranges, true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const theme = EditorView.theme({
  '&': { fontSize: '12px', backgroundColor: 'var(--background)', color: 'var(--foreground)' },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--foreground)' },
  '.cm-gutters': { backgroundColor: 'var(--muted)', color: 'var(--muted-foreground)', border: 'none' },
  '.cm-scroller': { maxHeight: '60vh', overflow: 'auto' },
});

export default function YamlEditor({ initial }: { initial: string }) {
  const { replace } = useEditor();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const isTouched = useRef(false);
  const [text, setText] = useState(initial);
  const [told, setTold] = useState<Told>({ diagnostics: [], isTaken: true });
  useEffect(() => {
    if (!place.current) return;
    const listen = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      isTouched.current = true;
      setText(update.state.doc.toString());
    });
    const extensions: Extension = [
      ...[lineNumbers(), yaml(), textHistory, problemLines, theme, listen, EditorView.lineWrapping],
      EditorView.contentAttributes.of({ 'aria-label': 'Draft as YAML' }),
    ];
    const made = new EditorView({ parent: place.current, state: EditorState.create({ doc: initial, extensions }) });
    view.current = made;
    return () => made.destroy();
  }, [initial]);
  const settled = useDebounced(text, PAUSE_MS);
  useEffect(() => {
    if (!isTouched.current) return;
    let isLate = false;
    const read = async () => {
      const answer = await api.importText(settled).catch((error: unknown) => ({ failure: describeProblem(error).why }));
      if (isLate) return;
      const failure = 'failure' in answer ? answer.failure : undefined;
      const { document, diagnostics } = 'failure' in answer ? { document: undefined, diagnostics: [] } : answer;
      if (document) replace(document, ['yaml']);
      setTold({ diagnostics, isTaken: document !== undefined, ...(failure !== undefined && { failure }) });
      view.current?.dispatch({ effects: setProblems.of(diagnostics) });
    };
    void read();
    return () => {
      isLate = true;
    };
  }, [settled, replace]);
  return (
    <div className="flex flex-col gap-2">
      <div ref={place} className="overflow-hidden rounded border" />
      <p role="status" className={told.isTaken ? 'text-muted-foreground' : 'text-down'}>
        {told.failure ??
          (told.isTaken
            ? 'This text is in the draft; comments are not kept.'
            : 'This text cannot be read yet: the draft stays as it was until it can.')}
      </p>
      <ul aria-label="Problems of the text" className="flex flex-col gap-1 text-xs">
        {told.diagnostics.slice(0, 50).map(({ line, code, message, severity }, at) => (
          <li key={`${at} ${code}`} className={severity === 'error' ? 'text-down' : 'text-muted-foreground'}>
            {line !== undefined && <span className="font-mono">{line}: </span>}
            {message} <span className="font-mono text-muted-foreground">{code}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
