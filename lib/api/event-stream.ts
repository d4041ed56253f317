// Server-sent events: a value on each change, a ping every five seconds, an end on abort, by age, and when the process stops.
import 'server-only';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';

const PING_MS = 5_000;
/** The browser reconnects by itself; a stream does not outlive changes of rights for long. */
const LONGEST_MS = 10 * 60_000;

// An open stream keeps Next from ending on SIGTERM: all of them are closed then.
const open = new Set<AbortController>();
process.once('SIGTERM', () => open.forEach((each) => each.abort()));

export function sendEvents<T>(
  context: Context,
  event: string,
  watch: (signal: AbortSignal) => AsyncGenerator<T>,
): Response {
  const control = new AbortController();
  const age = setTimeout(() => control.abort(), LONGEST_MS);
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    open.add(control);
    stream.onAbort(() => control.abort());
    const ping = setInterval(() => void stream.writeSSE({ event: 'ping', data: String(Date.now()) }), PING_MS);
    try {
      await stream.writeSSE({ event: 'ping', data: String(Date.now()) });
      for await (const value of watch(control.signal)) {
        if (control.signal.aborted) break;
        await stream.writeSSE({ event, data: JSON.stringify(value) });
      }
    } finally {
      clearInterval(ping);
      clearTimeout(age);
      open.delete(control);
      control.abort();
    }
  });
}
