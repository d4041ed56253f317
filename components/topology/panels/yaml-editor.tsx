'use client';
// The draft as YAML that one types in: every state that can be read goes into the draft at once, problems stand at their lines.
import { useEffect, useRef } from 'react';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, lineNumbers, type DecorationSet } from '@codemirror/view';
import type { Diagnostic } from '@/lib/core/diagnostic';
import { textHistory } from './text-history';
import { isHeld, useYamlState } from './use-yaml-text';
import type { YamlState, YamlText } from './yaml-text';

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

/** What the state of the text is to the person who types it. */
const words: Record<YamlState['phase'], string> = {
  taken: 'This text is in the draft; comments are not kept.',
  reading: 'Reading this text.',
  refused: 'This text cannot be read yet: the draft stays as it was until it can.',
  outrun: 'This text can be read, and is not in the draft: the draft was changed elsewhere since it was begun.',
};
const NONE: readonly Diagnostic[] = [];

export default function YamlEditor({ yaml: typed }: { yaml: YamlText }) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const { phase, diagnostics, failure } = useYamlState(typed) ?? { phase: 'taken', diagnostics: NONE };
  useEffect(() => {
    if (!place.current) return;
    const listen = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) typed.type(state.doc.toString());
    });
    const extensions: Extension = [
      ...[lineNumbers(), yaml(), textHistory, problemLines, theme, listen, EditorView.lineWrapping],
      EditorView.contentAttributes.of({ 'aria-label': 'Draft as YAML' }),
    ];
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: typed.text(), extensions }),
    });
    view.current = made;
    return () => made.destroy();
  }, [typed]);
  useEffect(() => typed.watch(), [typed]);
  useEffect(() => view.current?.dispatch({ effects: setProblems.of(diagnostics) }), [diagnostics]);
  return (
    <div className="flex flex-col gap-2">
      <div ref={place} className="overflow-hidden rounded border" />
      <p role="status" className={isHeld(phase) ? 'text-down' : 'text-muted-foreground'}>
        {failure ?? words[phase]}
      </p>
      <ul aria-label="Problems of the text" className="flex flex-col gap-1 text-xs">
        {diagnostics.slice(0, 50).map(({ line, code, message, severity }, at) => (
          <li key={`${at} ${code}`} className={severity === 'error' ? 'text-down' : 'text-muted-foreground'}>
            {line !== undefined && <span className="font-mono">{line}: </span>}
            {message} <span className="font-mono text-muted-foreground">{code}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
