'use client';
// What the rule set does as a whole: who shares packets with whom, what is never reached, what nobody marks, and the lock-out proof.
import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { ShieldCheck, ShieldX } from 'lucide-react';
import { findGaps } from '@/lib/core/analysis/find-gaps';
import { findShadows } from '@/lib/core/analysis/find-shadows';
import { proveLockout } from '@/lib/core/analysis/prove-lockout';
import { relateMatches, type RelationKind } from '@/lib/core/analysis/relate-matches';
import { printInterval } from '@/lib/core/address';
import { printPacket } from '@/lib/core/packet-set';
import { resolveTopology } from '@/lib/core/resolve';
import type { Packet, Topology } from '@/lib/core/topology';
import { useEditor } from '../editor-context';
import { usePacketTrace } from '../use-packet-trace';
import { PortMap } from './port-map';

/** More rows than a person reads. */
const MOST_SHOWN = 100;
const words: Record<RelationKind, string> = {
  equal: 'match the same packets',
  contained: 'the first is inside the second',
  contains: 'the second is inside the first',
  partial: 'share a part',
};

export default function AnalysisPanel() {
  const { document } = useEditor();
  const deferred = useDeferredValue(document);
  const topology = useMemo(() => resolveTopology(deferred).topology, [deferred]);
  if (!topology)
    return (
      <p className="text-muted-foreground">
        The draft has addresses or names that do not resolve: mend them under Problems, then it can be analysed.
      </p>
    );
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <PortMap topology={topology} />
      <Lockout topology={topology} />
      <Relations topology={topology} />
      <Unreached topology={topology} />
    </div>
  );
}

function Section({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-1">
      <h3 className="font-semibold">{title}</h3>
      <p className="text-xs text-muted-foreground">{lead}</p>
      {children}
    </section>
  );
}

/** Puts its packet into the bar above the picture. */
function Example({ packet }: { packet: Packet }) {
  const { setText } = usePacketTrace();
  const text = printPacket(packet);
  return (
    <button type="button" className="font-mono text-primary underline" onClick={() => setText(text)}>
      {text}
    </button>
  );
}

function Relations({ topology }: { topology: Topology }) {
  const { counts, pairs, isComplete } = useMemo(() => relateMatches(topology, { limit: MOST_SHOWN }), [topology]);
  const meeting = counts.equal + counts.contained + counts.contains + counts.partial;
  const lead = `${meeting.toLocaleString('en-US')} pairs of matches of different groups share packets, ${counts.disjoint.toLocaleString('en-US')} share none.${isComplete ? '' : ` The first ${MOST_SHOWN} are listed.`}`;
  return (
    <Section title="Overlaps" lead={lead}>
      <ul className="flex flex-col divide-y text-xs">
        {pairs.map(({ kind, earlier, later, packet, winner, isIntended }) => (
          <li
            key={`${earlier.groupIndex} ${earlier.matchIndex} ${later.groupIndex} ${later.matchIndex}`}
            className="py-1"
          >
            {earlier.group} and {later.group}: {words[kind]}. <strong>{winner}</strong> gets <Example packet={packet} />
            {isIntended ? ', as its overrides say.' : '.'}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Unreached({ topology }: { topology: Topology }) {
  const shadows = useMemo(() => findShadows(topology), [topology]);
  const { gaps } = useMemo(() => findGaps(topology, { limit: MOST_SHOWN }), [topology]);
  const lead = 'Groups and matches that never see a packet, and parts of ranges that no group marks.';
  return (
    <Section title="Shadows and gaps" lead={lead}>
      {shadows.length + gaps.length === 0 && <p>None.</p>}
      <ul className="flex flex-col divide-y text-xs">
        {shadows.slice(0, MOST_SHOWN).map(({ kind, group, matchIndex, by, packet, winner }, at) => (
          <li key={`s${at}`} className="py-1">
            {matchIndex === undefined ? `Group ${group}` : `Match ${matchIndex + 1} of group ${group}`} never{' '}
            {kind === 'repeated' ? 'adds a packet' : 'sees a packet'}
            {by.length > 0 && ` because of ${by.join(', ')}`}: <Example packet={packet} /> goes to {winner.group} (mark{' '}
            {winner.mark}).
          </li>
        ))}
        {gaps.slice(0, MOST_SHOWN).map(({ range, protocols, addresses, ports, fate, packet }, at) => (
          <li key={`g${at}`} className="py-1">
            {range}: nobody marks {protocols.join(', ')} {printInterval(addresses)} port{' '}
            {ports.first === ports.last ? ports.first : `${ports.first} to ${ports.last}`};{' '}
            {fate === 'unreachable' ? 'answered unreachable' : 'the director itself answers'}, e.g.{' '}
            <Example packet={packet} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Lockout({ topology }: { topology: Topology }) {
  const { holds, flows } = useMemo(() => proveLockout(topology), [topology]);
  const lead = holds
    ? 'No rule catches what management and the pair itself need.'
    : 'A rule catches traffic that management or the pair needs.';
  return (
    <Section title="Lock-out proof" lead={lead}>
      <ul className="flex flex-col divide-y text-xs">
        {flows.map(({ text, verdict, reason }) => (
          <li key={text} className="flex items-start gap-1.5 py-1">
            {verdict === 'safe' ? (
              <ShieldCheck aria-label="safe" className="mt-0.5 size-3.5 shrink-0 text-up" />
            ) : (
              <ShieldX aria-label={verdict} className="mt-0.5 size-3.5 shrink-0 text-down" />
            )}
            <span>
              {text}. <span className="text-muted-foreground">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
