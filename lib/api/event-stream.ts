// Server-sent events: a value on each change, a ping every five seconds, an end on abort, by age, and when the process stops.
import 'server-only';
import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { pino } from 'pino';

const PING_MS = 5_000;
/** The browser reconnects by itself; a stream does not outlive changes of rights for long. */
const LONGEST_MS = 10 * 60_000;

const log = pino({ name: 'events' });
const open = new Set<AbortController>();
let isStopping = false;

/** An open stream keeps Next from ending on SIGTERM: all of them end, and later ones at once. */
export function closeStreams(): void {
  isStopping = true;
  open.forEach((control) => control.abort());
}
process.once('SIGTERM', closeStreams);

export function openStreams(): number {
  return open.size;
}

type Watch<T> = (signal: AbortSignal) => AsyncGenerator<T>;

export function sendEvents<T>(context: Context, event: string, watch: Watch<T>): Response {
  const control = new AbortController();
  // A proxy in between would otherwise collect what should be seen at once.
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    if (isStopping) return;
    open.add(control);
    stream.onAbort(() => control.abort());
    const age = setTimeout(() => control.abort(), LONGEST_MS);
    const timer = setInterval(() => void ping(stream), PING_MS);
    try {
      await ping(stream);
      await forward(stream, event, watch(control.signal), control.signal);
    } catch (error) {
      // The browser opens another one and reads everything again.
      log.warn({ event, err: error }, 'stream ended');
    } finally {
      clearInterval(timer);
      clearTimeout(age);
      open.delete(control);
      control.abort();
    }
  });
}

async function forward<T>(stream: SSEStreamingApi, event: string, values: AsyncGenerator<T>, signal: AbortSignal) {
  for await (const value of values) {
    if (signal.aborted) return;
    await stream.writeSSE({ event, data: JSON.stringify(value) });
  }
}

const ping = (stream: SSEStreamingApi) => stream.writeSSE({ event: 'ping', data: String(Date.now()) });
