// The three kinds of objects that a topology lists, and how a new one of each begins.
import { newGroup, newPool, newRange } from './document-edits';

export const objectKinds = [
  { list: 'ranges', kind: 'range', title: 'Ranges', create: newRange },
  { list: 'groups', kind: 'group', title: 'Groups', create: newGroup },
  { list: 'pools', kind: 'pool', title: 'Pools', create: newPool },
] as const;
export type ObjectKind = (typeof objectKinds)[number];
