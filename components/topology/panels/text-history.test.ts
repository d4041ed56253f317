// Undo and redo of the YAML editor, on the editor's own state.
import { EditorState, Transaction, type StateCommand, type TransactionSpec } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redoText, textHistory, undoText } from './text-history';

const start = (doc: string) => EditorState.create({ doc, extensions: textHistory });
const textOf = (state: EditorState) => state.doc.toString();
const run = (command: StateCommand, state: EditorState): EditorState => {
  let next = state;
  command({ state, dispatch: (transaction) => (next = transaction.state) });
  return next;
};
const type = (state: EditorState, insert: string, at: number, userEvent = 'input.type') => {
  const changes = { from: state.doc.length, insert };
  const spec: TransactionSpec = { changes, userEvent, annotations: Transaction.time.of(at) };
  return state.update(spec).state;
};

describe('the history of a text', () => {
  it('takes fast typing as one step, and a pause or a paste as the next one', () => {
    const typed = ['a', 'b'].reduce((state, letter, at) => type(state, letter, 1_000 + at * 100), start('x: '));
    const later = type(type(typed, 'c', 9_000), 'pasted', 9_100, 'input.paste');
    expect(textOf(later)).toBe('x: abcpasted');
    const back = [1, 2, 3, 4].reduce<EditorState[]>((all) => [...all, run(undoText, all.at(-1) ?? later)], []);
    expect(back.map(textOf)).toEqual(['x: abc', 'x: ab', 'x: ', 'x: ']);
    expect(textOf(run(redoText, run(redoText, back[3]!)))).toBe('x: abc');
  });

  it('has no redo after something new was typed', () => {
    const typed = type(run(undoText, type(start(''), 'a', 1_000)), 'b', 9_000);
    expect(textOf(run(redoText, typed))).toBe('b');
  });

  it('does not stop at a letter that was typed and taken away at once', () => {
    const typed = type(type(start('x'), 'y', 1_000), 'z', 9_000);
    const changes = { from: 2, to: 3 };
    const annotations = Transaction.time.of(9_100);
    const away = typed.update({ changes, userEvent: 'delete.backward', annotations }).state;
    expect(textOf(away)).toBe('xy');
    expect(textOf(run(undoText, away))).toBe('x');
  });

  it('leads back to the first text and forward to the last one, whatever was changed', () => {
    const change = fc.record({
      from: fc.nat(20),
      length: fc.nat(5),
      insert: fc.string({ maxLength: 5 }),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.array(change, { maxLength: 20 }), (doc, changes) => {
        const first = start(doc);
        const last = changes.reduce((state, { from, length, insert, at }) => {
          const begin = Math.min(from, state.doc.length);
          const range = { from: begin, to: Math.min(begin + length, state.doc.length), insert };
          const annotations = Transaction.time.of(at);
          return state.update({ changes: range, userEvent: 'input.type', annotations }).state;
        }, first);
        const undone = changes.reduce((state) => run(undoText, state), last);
        expect(textOf(undone)).toBe(textOf(first));
        expect(textOf(changes.reduce((state) => run(redoText, state), undone))).toBe(textOf(last));
      }),
    );
  });
});
