// Undo and redo of the YAML editor, of its own text: CodeMirror keeps them in a package that the console does not bring.
import {
  Annotation,
  StateField,
  Transaction,
  type ChangeSet,
  type Extension,
  type StateCommand,
} from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

/** Each change leads back from the text as it is after the ones behind it. */
type History = { done: readonly ChangeSet[]; undone: readonly ChangeSet[]; typedAt: number };

const STEPS = 200;
const TYPING_MS = 500;
const going = Annotation.define<'undo' | 'redo'>();

const changesOf = StateField.define<History>({
  create: () => ({ done: [], undone: [], typedAt: 0 }),
  update: (history, transaction) => {
    if (!transaction.docChanged) return history;
    const { done, undone } = history;
    const back = transaction.changes.invert(transaction.startState.doc);
    const way = transaction.annotation(going);
    if (way === 'undo') return { done: done.slice(0, -1), undone: [...undone, back], typedAt: 0 };
    if (way === 'redo') return { done: [...done, back], undone: undone.slice(0, -1), typedAt: 0 };
    const isTyped = transaction.isUserEvent('input.type') || transaction.isUserEvent('delete');
    const at = transaction.annotation(Transaction.time) ?? 0;
    const last = isTyped && at - history.typedAt < TYPING_MS ? done.at(-1) : undefined;
    const before = last ? done.slice(0, -1) : done;
    const step = last ? back.compose(last) : back;
    // A letter typed and taken away at once is no step: going back over it would change no text, and end there for ever.
    if (step.empty) return { done: before, undone: [], typedAt: 0 };
    return { done: [...before, step].slice(-STEPS), undone: [], typedAt: isTyped ? at : 0 };
  },
});

const go =
  (way: 'undo' | 'redo'): StateCommand =>
  ({ state, dispatch }) => {
    const { done, undone } = state.field(changesOf);
    const changes = (way === 'undo' ? done : undone).at(-1);
    if (!changes) return false;
    let anchor = 0;
    changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => {
      anchor = toB;
    });
    const annotations = going.of(way);
    dispatch(state.update({ changes, selection: { anchor }, annotations, scrollIntoView: true, userEvent: way }));
    return true;
  };
export const undoText = go('undo');
export const redoText = go('redo');

export const textHistory: Extension = [
  changesOf,
  keymap.of([
    { key: 'Mod-z', run: undoText, shift: redoText, preventDefault: true },
    { key: 'Mod-y', run: redoText, preventDefault: true },
  ]),
  // The browser's menu; its own undo would not know what this editor did to the text.
  EditorView.domEventHandlers({
    beforeinput: ({ inputType }, view) =>
      inputType === 'historyUndo' ? undoText(view) : inputType === 'historyRedo' && redoText(view),
  }),
];
