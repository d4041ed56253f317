// The draft on the page: document, undo and redo, and the saved revision that it is based on. Pure.
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import { setAt } from './document-path';
import type { StoredDraft } from './draft-storage';
import { isSameValue } from './same-value';

export type DraftState = {
  baseRevision: number;
  base: TopologyDocument;
  document: TopologyDocument;
  past: TopologyDocument[];
  future: TopologyDocument[];
  /** Field that was changed last: typing in one field is one step of undo. */
  lastField: string | undefined;
  lastEditAt: number;
};
export type DraftAction =
  | { type: 'edit'; document: TopologyDocument; field?: string | undefined; at: number }
  /** One place; typing in it is one step of undo. `value` undefined leaves the key out. */
  | { type: 'change'; path: DiagnosticPath; value: unknown; at: number }
  | { type: 'undo' }
  | { type: 'redo' }
  /** This draft was saved: it has a new base, and what was typed meanwhile stays on top. */
  | { type: 'saved'; revision: number; base: TopologyDocument }
  /** Somebody else's revision is the new base. Nothing older can be undone to: it would take that revision back unseen. */
  | { type: 'rebase'; revision: number; base: TopologyDocument; document: TopologyDocument };

const UNDO_STEPS = 200;
const TYPING_MS = 2_000;

export function startDraft(
  saved: { number: number; document: TopologyDocument },
  stored: StoredDraft | undefined,
): DraftState {
  const base = stored ? stored.base : saved.document;
  return {
    baseRevision: stored ? stored.baseRevision : saved.number,
    base,
    document: stored ? stored.document : saved.document,
    past: stored ? [base] : [],
    future: [],
    lastField: undefined,
    lastEditAt: 0,
  };
}

export function isDirty(state: DraftState): boolean {
  return !isSameValue(state.document, state.base);
}

export function reduceDraft(state: DraftState, action: DraftAction): DraftState {
  if (action.type === 'edit') return edit(state, action);
  if (action.type === 'change') {
    const { path, value, at } = action;
    return edit(state, { type: 'edit', document: setAt(state.document, path, value), field: printPath(path), at });
  }
  if (action.type === 'saved')
    return { ...state, baseRevision: action.revision, base: action.base, lastField: undefined };
  if (action.type === 'rebase') {
    const { revision, base, document } = action;
    return { ...state, baseRevision: revision, base, document, past: [], future: [], lastField: undefined };
  }
  const [from, to] = action.type === 'undo' ? [state.past, state.future] : [state.future, state.past];
  const document = from.at(-1);
  if (document === undefined) return state;
  const rest = from.slice(0, -1);
  const other = [...to, state.document];
  const stacks = action.type === 'undo' ? { past: rest, future: other } : { past: other, future: rest };
  return { ...state, ...stacks, document, lastField: undefined };
}

function edit(state: DraftState, action: Extract<DraftAction, { type: 'edit' }>): DraftState {
  if (action.document === state.document) return state;
  const isTyping =
    action.field !== undefined && action.field === state.lastField && action.at - state.lastEditAt < TYPING_MS;
  return {
    ...state,
    document: action.document,
    past: isTyping ? state.past : [...state.past, state.document].slice(-UNDO_STEPS),
    future: [],
    lastField: action.field,
    lastEditAt: action.at,
  };
}
