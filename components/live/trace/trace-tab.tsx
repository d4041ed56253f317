'use client';
// One packet through what both directors hold now, side by side with what the topology means.
import Link from 'next/link';
import { parseAsString, useQueryState } from 'nuqs';
import { parsePacket } from '@/lib/core/packet-text';
import type { HostTrace, PairTrace } from '@/lib/core/views/live-trace';
import { Failure } from '@/components/data/failure';
import { useLiveTrace } from '@/components/data/live-queries';
import { useTopology } from '@/components/data/topology-queries';
import { Badge, type Tone } from '@/components/ui/badge';
import { EmptyState } from '@/components/ui/empty-state';
import { Panel } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { HostAnswer } from './host-answer';
import { MeantAnswer } from './meant-answer';
import { PacketForm } from './packet-form';

export function TraceTab({ topologyId }: { topologyId: string }) {
  const [text, setText] = useQueryState('packet', parseAsString.withDefault('').withOptions({ throttleMs: 300 }));
  const read = text.trim() === '' ? undefined : parsePacket(text, '');
  const packet = read?.ok ? text.trim() : '';
  const { data: trace, isError, error, isPlaceholderData, refetch } = useLiveTrace(topologyId, packet);
  return (
    <div className="flex flex-col gap-3">
      <PacketForm
        text={text}
        onText={(next) => void setText(next === '' ? null : next)}
        devices={useDevices(topologyId)}
        problem={read && !read.ok ? read.problem : undefined}
      />
      {text.trim() === '' && (
        <EmptyState title="Where does a packet go now?">
          Give a destination: each director&apos;s own rules, routes and virtual services are followed as they were last
          read, beside what the topology means.
        </EmptyState>
      )}
      {packet !== '' && isError && (
        <Failure error={error} what="The packet could not be followed" onRetry={() => void refetch()} />
      )}
      {packet !== '' && !trace && !isError && <SkeletonRows rows={4} label="Following the packet" />}
      {packet !== '' && trace && (
        <div aria-busy={isPlaceholderData} className={isPlaceholderData || isError ? 'opacity-60' : undefined}>
          <TraceAnswers trace={trace} topologyId={topologyId} />
        </div>
      )}
    </div>
  );
}

/** Of the newest revision: names to choose from, nothing more. */
function useDevices(topologyId: string): string[] {
  const { data } = useTopology(topologyId);
  const all = data?.document.directors.flatMap(({ external, internal }) => [external.interface, internal.interface]);
  return [...new Set(all)];
}

const VERDICTS: Record<PairTrace['verdict'], { tone: Tone; word: string }> = {
  agree: { tone: 'up', word: 'as meant' },
  disagree: { tone: 'down', word: 'not as meant' },
  unknown: { tone: 'unknown', word: 'not known' },
};
const AGREES: Record<HostTrace['agrees'], { tone: Tone; word: string }> = {
  yes: VERDICTS.agree,
  no: VERDICTS.disagree,
  unknown: VERDICTS.unknown,
};

function TraceAnswers({ trace, topologyId }: { trace: PairTrace; topologyId: string }) {
  const { verdict, sentence, meant, hosts, packet } = trace;
  return (
    <div className="flex flex-col gap-3" data-testid="live-trace">
      <p aria-live="polite" className="flex flex-wrap items-center gap-2">
        <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].word}</Badge>
        <span className="[overflow-wrap:anywhere]">{sentence}</span>
        <Link
          href={`/topologies/${topologyId}?packet=${encodeURIComponent(packet)}`}
          className="text-primary underline-offset-2 hover:underline"
        >
          Its way in the topology
        </Link>
      </p>
      <div className="grid gap-3 lg:grid-cols-2 xl:grid-cols-3">
        <Panel title={`Meant by revision ${meant.revision}`}>
          <MeantAnswer meant={meant} />
        </Panel>
        {hosts.map((host) => (
          <Panel
            key={host.director}
            title={`${host.director} (${host.role})`}
            actions={<Badge tone={AGREES[host.agrees].tone}>{AGREES[host.agrees].word}</Badge>}
          >
            <HostAnswer host={host} />
          </Panel>
        ))}
      </div>
    </div>
  );
}
