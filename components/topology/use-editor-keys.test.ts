// Which keys reach the topology, and where they belong to something else.
import { describe, expect, it } from 'vitest';
import { actionOf } from './use-editor-keys';

/** An element that stands in one that `kind` selects; nowhere special without it. */
const within = (kind?: string) =>
  ({ closest: (selector: string) => (kind && selector.split(', ').includes(kind) ? {} : null) }) as Element;
const press = (keys: string, target: EventTarget | null = within()) => {
  const parts = keys.split('-');
  return actionOf({
    ...{ key: parts.at(-1) ?? '', target, ctrlKey: parts.includes('Ctrl'), metaKey: parts.includes('Meta') },
    ...{ altKey: parts.includes('Alt'), shiftKey: parts.includes('Shift') },
  });
};

describe('the keys of the editor', () => {
  it.each([
    ['Ctrl-z', 'undo'],
    ['Meta-z', 'undo'],
    ['Ctrl-Shift-Z', 'redo'],
    ['Ctrl-y', 'redo'],
    ['Ctrl-s', 'save'],
    ['z', undefined],
    ['Ctrl-Alt-z', undefined],
    ['Ctrl-c', undefined],
  ])('%s on the page: %s', (keys, action) => {
    expect(press(keys)).toBe(action);
    expect(press(keys, null)).toBe(action);
  });

  it.each(['[role=dialog]', '[role=alertdialog]', '.cm-editor'])('leave undo and redo inside %s to it', (kind) => {
    for (const keys of ['Ctrl-z', 'Ctrl-Shift-z', 'Ctrl-y']) expect(press(keys, within(kind))).toBeUndefined();
  });

  it('save from the YAML editor, and neither the topology nor the page from a dialog', () => {
    expect(press('Ctrl-s', within('.cm-editor'))).toBe('save');
    expect(press('Ctrl-s', within('[role=dialog]'))).toBe('nothing');
  });
});
