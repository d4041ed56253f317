'use client';
// A pair as its kernels are now: strip, tabs, both directors side by side; keeps the last data when something fails.
import { Pause, Play } from 'lucide-react';
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { composePairDrift } from '@/lib/core/pair-drift';
import type { LivePair } from '@/lib/core/views/live';
import { Failure } from '@/components/data/failure';
import { useLivePair } from '@/components/data/live-queries';
import { useTopologySummary } from '@/components/data/topology-queries';
import { PairAlerts } from '@/components/alerts/pair-alerts';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { toConsoleTime } from '@/components/ui/console-clock';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs';
import { useNow } from '@/components/ui/use-now';
import { ConnectionsTab } from './connections/connections-tab';
import { DriftPanel } from './drift-panel';
import { feedOf, isOldFeed, judgedAt, type Feed } from './freshness';
import { HostColumns } from './host-columns';
import { LazyGraphs } from './lazy-graphs';
import { PairStrip } from './pair-strip';
import { RulesTab } from './rules-tab';
import { ServicesTable } from './services-table';
import { TerminalTab } from './terminal/terminal-tab';
import { TraceTab } from './trace/trace-tab';
import { VerbDialogs } from './verbs/verb-dialogs';
import { VerbsPanel } from './verbs/verbs-panel';

const tabs = ['services', 'connections', 'rules', 'trace', 'graphs', 'terminal'] as const;

export function LiveView({ topologyId }: { topologyId: string }) {
  const name = useTopologySummary(topologyId)?.name;
  const { data: pair, dataUpdatedAt, isError, error, refetch, stream, isPaused, setPaused } = useLivePair(topologyId);
  const feed = feedOf({ isPaused, isCut: stream === 'cut', asOf: toConsoleTime(dataUpdatedAt) });
  return (
    <Page
      title={`Live${name ? `: ${name}` : ''}`}
      actions={
        <>
          {stream === 'cut' && !isPaused && <Badge tone="warn">stream cut, reconnecting</Badge>}
          <Button size="small" onClick={() => setPaused(!isPaused)}>
            {isPaused ? <Play /> : <Pause />} {isPaused ? 'Resume' : 'Freeze'}
          </Button>
        </>
      }
    >
      {isError && !pair && <Failure error={error} what="The pair could not be read" onRetry={() => void refetch()} />}
      {!pair && !isError && <SkeletonRows rows={8} label="Loading the pair" />}
      {pair && <PairView pair={pair} topologyId={topologyId} feed={feed} />}
    </Page>
  );
}

function PairView({ pair, topologyId, feed }: { pair: LivePair; topologyId: string; feed: Feed }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('services'));
  const [shown, setShown] = useQueryState(
    'director',
    parseAsString.withDefault(pair.active ?? pair.hosts[0]?.director ?? ''),
  );
  const now = useNow();
  const drift = composePairDrift(topologyId, pair.hosts, judgedAt(feed, now));
  if (pair.hosts.length === 0)
    return (
      <EmptyState title="No director is known for this pair">
        Save a topology with directors, then open Directors to accept their host keys.
      </EmptyState>
    );
  const columns = { pair, feed, shown, onShow: (director: string) => void setShown(director) };
  return (
    <>
      <PairStrip pair={pair} drift={drift} feed={feed} />
      <PairAlerts topologyId={topologyId} />
      <DriftPanel drift={drift} asOf={isOldFeed(feed, now) ? feed.asOf : undefined} />
      <VerbsPanel pair={pair} topologyId={topologyId} />
      <VerbDialogs topologyId={topologyId} />
      <Tabs value={tab} onValueChange={(next) => void setTab(tabs.find((each) => each === next) ?? 'services')}>
        <TabsList aria-label="Views of the pair">
          <TabsTrigger value="services">Services</TabsTrigger>
          <TabsTrigger value="connections">Connections</TabsTrigger>
          <TabsTrigger value="rules">Firewall and routes</TabsTrigger>
          <TabsTrigger value="trace">Trace</TabsTrigger>
          <TabsTrigger value="graphs">Graphs</TabsTrigger>
          <TabsTrigger value="terminal">Terminal</TabsTrigger>
        </TabsList>
        <TabsContent value="services">
          <HostColumns {...columns} isSmall={({ services }) => services.length === 0}>
            {(host) => <ServicesTable host={host} topologyId={topologyId} />}
          </HostColumns>
        </TabsContent>
        <TabsContent value="connections">
          <ConnectionsTab pair={pair} topologyId={topologyId} />
        </TabsContent>
        <TabsContent value="rules">
          <HostColumns {...columns}>{(host) => <RulesTab host={host} topologyId={topologyId} />}</HostColumns>
        </TabsContent>
        <TabsContent value="trace">
          <TraceTab topologyId={topologyId} />
        </TabsContent>
        <TabsContent value="graphs">
          <LazyGraphs pair={pair} topologyId={topologyId} />
        </TabsContent>
        <TabsContent value="terminal">
          <TerminalTab {...columns} topologyId={topologyId} />
        </TabsContent>
      </Tabs>
    </>
  );
}
