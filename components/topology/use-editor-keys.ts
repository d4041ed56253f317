'use client';
// Ctrl/Cmd-Z, Shift-Z and S anywhere in the editor, but not where the same keys mean another text.
import { useEffect, useRef } from 'react';

type Action = 'undo' | 'redo' | 'save';
type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target'>;

/** Over the editor: what is behind must not change unseen. */
const DIALOG = '[role=dialog], [role=alertdialog]';
/** It undoes its own text. */
const TEXT_EDITOR = '.cm-editor';

/** `nothing`: the browser's own must not happen either, it would save the page as a file. */
export function actionOf(event: Pressed): Action | 'nothing' | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  const key = event.key.toLowerCase();
  if (key === 's') return isInside(event.target, DIALOG) ? 'nothing' : 'save';
  if ((key !== 'z' && key !== 'y') || isInside(event.target, `${DIALOG}, ${TEXT_EDITOR}`)) return undefined;
  return key === 'y' || event.shiftKey ? 'redo' : 'undo';
}

function isInside(target: EventTarget | null, selector: string): boolean {
  return target !== null && 'closest' in target && (target as Element).closest(selector) !== null;
}

export function useEditorKeys(keys: Record<Action, () => void>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      if (action !== 'nothing') latest.current[action]();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
