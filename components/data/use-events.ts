'use client';
// One server-sent stream: parsed, reconnected by itself, and honest about being cut.
import { useEffect, useState } from 'react';
import { hearConsoleTime } from '@/components/ui/console-clock';

type EventsOptions<Data> = {
  /** Below /api/v1. */
  path: string;
  event: string;
  onData: (data: Data) => void;
  isEnabled: boolean;
};
export type StreamState = 'connecting' | 'open' | 'cut';

/** A stream that said nothing for this long is dead even when the socket is not: the server pings every 5 s. */
const SILENCE_MS = 12_000;
const RETRY_MS = 2_000;

export function useEvents<Data>({ path, event, onData, isEnabled }: EventsOptions<Data>): StreamState {
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => {
    if (!isEnabled) return;
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout>;
    const watchSilence = () => {
      clearTimeout(timer);
      timer = setTimeout(reconnect, SILENCE_MS);
    };
    const open = () => {
      source = new EventSource(`/api/v1${path}`);
      source.onopen = () => {
        setState('open');
        watchSilence();
      };
      source.onerror = () => {
        setState('cut');
        source.close();
        clearTimeout(timer);
        timer = setTimeout(open, RETRY_MS);
      };
      source.addEventListener('ping', ({ data }: MessageEvent<string>) => {
        watchSilence();
        hearConsoleTime(Number(data));
      });
      source.addEventListener(event, (message: MessageEvent<string>) => {
        watchSilence();
        onData(JSON.parse(message.data) as Data);
      });
    };
    const reconnect = () => {
      setState('cut');
      source.close();
      open();
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [path, event, onData, isEnabled]);
  return state;
}
