'use client';
// The history of a pair: a window that moves with the clock or stands still, and the last hour of every row for the services table.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { PairHistory } from '@/lib/core/views/history';
import { consoleNow } from '@/components/ui/console-clock';

/** `seconds` back from now, or from one moment to another (milliseconds). */
export type HistoryWindow = { seconds: number } | { from: number; to: number };
type Question = { window: HistoryWindow; metrics: readonly string[]; keys?: readonly string[]; steps?: number };

const HOUR_SECONDS = 3_600;
const MINUTE_MS = 60_000;
const SOONEST_MS = 5_000;

const iso = (at: number) => new Date(at).toISOString();

function ask(topologyId: string, { window, metrics, keys, steps }: Question): Promise<PairHistory> {
  const now = consoleNow();
  const { from, to } = 'seconds' in window ? { from: now - window.seconds * 1000, to: now } : window;
  return api.getHistory(topologyId, {
    ...{ from: iso(from), to: iso(to), metrics: metrics.join(',') },
    ...(keys && { keys: keys.join(',') }),
    ...(steps !== undefined && { steps }),
  });
}

export function useHistory(topologyId: string, question: Question) {
  const { window } = question;
  // A step of the graph is what can be new in it.
  const everyMs = 'seconds' in window ? Math.max(SOONEST_MS, (window.seconds * 1000) / 600) : (false as const);
  return useQuery({
    queryKey: ['history', topologyId, question],
    queryFn: () => ask(topologyId, question),
    enabled: question.keys?.length !== 0,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs === false ? false : Math.min(everyMs, MINUTE_MS),
    retry: false,
  });
}

export function useLastHour(topologyId: string) {
  const question = { window: { seconds: HOUR_SECONDS }, metrics: ['connectionRate', 'weight'], steps: 60 };
  return useQuery({
    queryKey: ['history', topologyId, 'last hour'],
    queryFn: () => ask(topologyId, question),
    refetchInterval: MINUTE_MS,
    retry: false,
  });
}
