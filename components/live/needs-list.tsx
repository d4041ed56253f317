'use client';
// What a packet needs on this director, in the order of its way: wanted beside live, what differs in sight, the rest folded.
import Link from 'next/link';
import type { HostNeed, HostNeeds, NeedKind } from '@/lib/core/views/live-needs';
import type { LiveHost } from '@/lib/core/views/live';
import { Badge, type Tone } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { Disclosure } from '@/components/ui/disclosure';
import { RelativeTime } from '@/components/ui/relative-time';
import type { GroupLinks } from './group-links';

const KINDS: readonly (readonly [NeedKind, string])[] = [
  ['module', 'Modules'],
  ['sysctl', 'Kernel settings'],
  ['mark', 'Marks'],
  ['policy-rule', 'Policy rules'],
  ['route', 'Local delivery and ranges'],
  ['service', 'Virtual services'],
];
const STATES: Record<HostNeed['state'], { tone: Tone; word: string }> = {
  ok: { tone: 'up', word: 'ok' },
  differs: { tone: 'down', word: 'differs' },
  unknown: { tone: 'unknown', word: 'unknown' },
};

export function NeedsList({ host, groups }: { host: LiveHost; groups: GroupLinks }) {
  const { director, needs } = host;
  if (!needs) return <p className="text-muted-foreground">What a packet needs here was not compared yet.</p>;
  return (
    <section aria-label={`What a packet needs on ${director}`} className="flex flex-col gap-1 rounded border p-2">
      <h3 className="flex flex-wrap items-center gap-2 font-medium">
        What a packet needs here <Summary needs={needs} />
      </h3>
      {needs.problem && <p className="text-muted-foreground">{needs.problem}</p>}
      {KINDS.map(([kind, title]) => (
        <Kind key={kind} title={title} needs={needs} kind={kind} groups={groups} />
      ))}
      {needs.more > 0 && (
        <p className="text-xs text-muted-foreground">and {needs.more} more, all no worse than what is shown</p>
      )}
      {needs.revision !== undefined && (
        <p className="text-xs text-muted-foreground">Wanted by the release of revision {needs.revision}.</p>
      )}
    </section>
  );
}

function Summary({ needs: { items, problem } }: { needs: HostNeeds }) {
  if (problem) return <Badge tone="unknown">unknown</Badge>;
  const count = (state: HostNeed['state']) => items.filter((item) => item.state === state).length;
  const [differs, unknown] = [count('differs'), count('unknown')];
  if (differs > 0) return <Badge tone="down">{differs} differ</Badge>;
  return unknown > 0 ? <Badge tone="unknown">{unknown} unknown</Badge> : <Badge tone="up">all there</Badge>;
}

type KindProps = { title: string; needs: HostNeeds; kind: NeedKind; groups: GroupLinks };

function Kind({ title, needs, kind, groups }: KindProps) {
  const items = needs.items.filter((item) => item.kind === kind);
  if (items.length === 0) return null;
  const wrong = items.filter(({ state }) => state !== 'ok');
  const right = items.filter(({ state }) => state === 'ok');
  const isFast = kind === 'service' || (kind === 'mark' && !needs.isMarkedByNftables);
  return (
    <div className="flex flex-col gap-1">
      <h4 className="text-xs text-muted-foreground">
        {title}, read <RelativeTime at={isFast ? needs.readAt : needs.settingsReadAt} />
      </h4>
      {wrong.length > 0 && <Items items={wrong} label={`${title} that are not as wanted`} groups={groups} />}
      {right.length > 0 && (
        <Disclosure title={`${right.length} ok`}>
          <Items items={right} label={`${title} that are as wanted`} groups={groups} />
        </Disclosure>
      )}
    </div>
  );
}

function Items({ items, label, groups }: { items: readonly HostNeed[]; label: string; groups: GroupLinks }) {
  return (
    <ul aria-label={label} className="flex flex-col gap-0.5 text-xs">
      {items.map((item) => (
        <li key={item.what} className="flex flex-wrap items-baseline gap-x-2 [overflow-wrap:anywhere]">
          <Badge tone={STATES[item.state].tone}>{STATES[item.state].word}</Badge>
          <code>{item.what}</code>
          <GroupOf mark={item.mark} groups={groups} />
          <span className={cn('text-muted-foreground', item.state === 'differs' && 'text-down')}>
            {item.live}
            {item.state !== 'ok' && <>; wanted: {item.wanted}</>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function GroupOf({ mark, groups }: { mark: number | undefined; groups: GroupLinks }) {
  const group = mark === undefined ? undefined : groups.ofMark(mark);
  if (!group) return null;
  return (
    <Link href={group.href} className="text-primary underline-offset-2 hover:underline">
      group {group.name}
    </Link>
  );
}
