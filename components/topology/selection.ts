// The selected object as text in the URL (`groups.0`) and as a path in the document.
import type { DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';

export type Selection =
  { kind: 'general' } | { kind: 'addresses' } | { kind: 'director' | 'range' | 'pool' | 'group'; index: number };

const lists = { directors: 'director', ranges: 'range', pools: 'pool', groups: 'group' } as const;
export const listOf = { director: 'directors', range: 'ranges', pool: 'pools', group: 'groups' } as const;

export function parseSelection(text: string, document: TopologyDocument): Selection {
  if (text === 'addresses') return { kind: 'addresses' };
  const [list, index] = text.split('.');
  if (list !== undefined && list in lists) {
    const key = list as keyof typeof lists;
    if (document[key][Number(index)] !== undefined) return { kind: lists[key], index: Number(index) };
  }
  return { kind: 'general' };
}

export function printSelection(selection: Selection): string {
  return 'index' in selection ? `${listOf[selection.kind]}.${selection.index}` : selection.kind;
}

/** The object whose form shows the place that a problem names. */
export function selectionAt(path: DiagnosticPath): Selection {
  const [first, second] = path;
  if (typeof first === 'string' && first in lists && typeof second === 'number')
    return { kind: lists[first as keyof typeof lists], index: second };
  return first === 'virtualAddresses' || first === 'gateways' ? { kind: 'addresses' } : { kind: 'general' };
}

export function pathOf(selection: Selection): DiagnosticPath {
  return 'index' in selection ? [listOf[selection.kind], selection.index] : [];
}

/** `Group everything`, as lists and pages name it. */
export function describeSelection(selection: Selection, document: TopologyDocument): string {
  if (selection.kind === 'general') return 'General settings';
  if (selection.kind === 'addresses') return 'Floating addresses and gateways';
  const { kind, index } = selection;
  const name = document[listOf[kind]][index]?.name ?? '';
  return `${kind[0]?.toUpperCase()}${kind.slice(1)} ${name || '(no name)'}`;
}
