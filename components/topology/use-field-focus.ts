'use client';
// Puts the cursor into the field of a document place once its form is on the page.
import { useCallback } from 'react';

/** The place itself, or the nearest field around or inside it. */
function findField(place: string): HTMLElement | undefined {
  const fields = [...document.querySelectorAll<HTMLElement>('[data-path]')];
  const pathOf = (field: HTMLElement) => field.dataset.path ?? '';
  const around = fields
    .filter((field) => place.startsWith(pathOf(field)) || pathOf(field).startsWith(place))
    .sort((a, b) => Math.abs(pathOf(a).length - place.length) - Math.abs(pathOf(b).length - place.length));
  return fields.find((field) => pathOf(field) === place) ?? around[0];
}

export function useFieldFocus() {
  return useCallback((place: string) => {
    // Two frames: the selection changes the URL first, and the form after it.
    const attempt = (left: number) =>
      requestAnimationFrame(() => {
        const field = findField(place);
        if (!field && left > 0) return void attempt(left - 1);
        // A field in a folded part cannot take the cursor.
        field?.closest('details')?.setAttribute('open', '');
        field?.scrollIntoView({ block: 'center' });
        field?.focus({ preventScroll: true });
      });
    setTimeout(() => attempt(5), 60);
  }, []);
}
