'use client';
// Moves the items of a list by dragging a handle, or with the arrow keys on it; the list itself only says what moves where.
import {
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent as ReactPointerEvent,
  type RefObject,
} from 'react';

type ReorderOptions = {
  /** The element around the items, each of which is marked with `data-reorder={index}`. */
  box: RefObject<HTMLElement | null>;
  count: number;
  /** `to` is the place in the list without the moved item. */
  onMove: (from: number, to: number) => void;
  /** For a list that draws only what is in sight. */
  scrollTo?: (index: number) => void;
};
type Drag = { from: number; to: number };

const EDGE_PX = 24;
const SCROLL_PX = 12;

export function useReorder({ box, count, onMove, scrollTo }: ReorderOptions) {
  const [drag, setDrag] = useState<Drag>();
  const [said, setSaid] = useState('');
  const focusAt = useRef<number>(undefined);
  useEffect(() => {
    if (focusAt.current === undefined) return;
    box.current?.querySelector<HTMLElement>(`[data-reorder="${focusAt.current}"] [data-reorder-handle]`)?.focus();
    focusAt.current = undefined;
  });

  const move = (from: number, to: number) => {
    if (to < 0 || to >= count || to === from) return;
    setSaid(`Moved to place ${to + 1} of ${count}.`);
    scrollTo?.(to);
    focusAt.current = to;
    onMove(from, to);
  };
  const startDrag = (from: number) => (event: ReactPointerEvent) => {
    if (event.button !== 0 || !box.current) return;
    event.preventDefault();
    follow(box.current, from, setDrag, move);
  };
  const onKeyDown = (index: number) => (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(index, index + step);
  };
  return {
    /** For a live region. */
    said,
    /** Where the line is drawn that says where the item would go. */
    lineAt: (index: number): 'before' | 'after' | undefined =>
      drag?.to !== index || drag.to === drag.from ? undefined : drag.to < drag.from ? 'before' : 'after',
    isDragged: (index: number) => drag?.from === index,
    handle: (index: number) => ({
      'data-reorder-handle': '',
      onPointerDown: startDrag(index),
      onKeyDown: onKeyDown(index),
      style: { touchAction: 'none' as const },
    }),
  };
}

/** On the window, because a list that draws what is in sight may drop the handle under the pointer. */
function follow(
  box: HTMLElement,
  from: number,
  show: (drag: Drag | undefined) => void,
  move: (from: number, to: number) => void,
): void {
  let to = from;
  const onMove = (event: PointerEvent) => {
    scrollAtEdge(box, event.clientY);
    to = placeAt(box, event.clientY) ?? to;
    show({ from, to });
  };
  const end = (event: PointerEvent | globalThis.KeyboardEvent) => {
    if (event instanceof globalThis.KeyboardEvent && event.key !== 'Escape') return;
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', end);
    removeEventListener('pointercancel', end);
    removeEventListener('keydown', end);
    show(undefined);
    if (event.type === 'pointerup') move(from, to);
  };
  addEventListener('pointermove', onMove);
  addEventListener('pointerup', end);
  addEventListener('pointercancel', end);
  addEventListener('keydown', end);
}

function scrollAtEdge(box: HTMLElement, y: number): void {
  const { top, bottom } = box.getBoundingClientRect();
  if (y < top + EDGE_PX) box.scrollTop -= SCROLL_PX;
  else if (y > bottom - EDGE_PX) box.scrollTop += SCROLL_PX;
}

/** The item under the pointer, or the nearest one. */
function placeAt(box: HTMLElement, y: number): number | undefined {
  const items = [...box.querySelectorAll<HTMLElement>('[data-reorder]')];
  const distance = (item: HTMLElement) => {
    const { top, bottom } = item.getBoundingClientRect();
    return y < top ? top - y : y > bottom ? y - bottom : 0;
  };
  const [nearest] = items.sort((a, b) => distance(a) - distance(b));
  return nearest === undefined ? undefined : Number(nearest.dataset.reorder);
}
