'use client';
// The packet in the URL (`?packet=`), followed through the draft by the same code that the command line uses.
import { useMemo } from 'react';
import { parseAsString, useQueryState } from 'nuqs';
import { parsePacket } from '@/lib/core/packet-text';
import { resolveTopology } from '@/lib/core/resolve';
import { tracePacket, type Trace } from '@/lib/core/trace';
import { useEditor } from './editor-context';

export type PacketTrace = { text: string; setText: (text: string) => void; trace?: Trace; problem?: string };

export function usePacketTrace(): PacketTrace {
  const { document } = useEditor();
  const [text, setText] = useQueryState('packet', parseAsString.withDefault('').withOptions({ throttleMs: 300 }));
  const answer = useMemo((): Pick<PacketTrace, 'trace' | 'problem'> => {
    if (text.trim() === '') return {};
    const packet = parsePacket(text, document.directors[0]?.external.interface ?? '');
    if (!packet.ok) return { problem: packet.problem };
    const { topology } = resolveTopology(document);
    if (!topology) return { problem: 'The draft has addresses or names that do not resolve: mend them first.' };
    return { trace: tracePacket(topology, packet.value) };
  }, [text, document]);
  return { text, setText: (next) => void setText(next === '' ? null : next), ...answer };
}

/** What a trace goes through, as the picture names it: `group everything`. */
export function litObjects(trace: Trace | undefined): ReadonlySet<string> {
  if (!trace) return new Set();
  // Groups that mark the packet before a later one does are on nobody's way.
  const objects = trace.steps.flatMap(({ object }) =>
    object && (object.kind !== 'group' || object.name === trace.group) ? [`${object.kind} ${object.name}`] : [],
  );
  const ends = [trace.group === null ? [] : `group ${trace.group}`, trace.pool === null ? [] : `pool ${trace.pool}`];
  return new Set([...objects, ...ends.flat()]);
}
