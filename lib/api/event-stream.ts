// Streams of values, as server-sent events or as JSON lines: pulled by the reader, so that a slow one gets the newest value and no
// buffer grows; a ping every five seconds; an end on abort, with the session, by age, and when the process stops.
import 'server-only';
import type { Context } from 'hono';
import { pino } from 'pino';
import { watchSessionEnd } from '@/lib/auth/session-ends';
import type { ApiEnv } from './environment';

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
type Format = { type: string; ping: () => string; print: (json: string) => string };

const events = (event: string): Format => ({
  type: 'text/event-stream',
  // Browsers set their reckoning of the console's clock by it.
  ping: () => `event: ping\ndata: ${Date.now()}\n\n`,
  print: (json) => `event: ${event}\ndata: ${json}\n\n`,
});
/** An empty line is the ping: readers of JSON lines skip it. */
const lines: Format = { type: 'application/x-ndjson', ping: () => '\n', print: (json) => `${json}\n` };

/** `Accept: application/x-ndjson` chooses JSON lines. */
export function sendEvents<T extends object>(context: Context<ApiEnv>, event: string, watch: Watch<T>): Response {
  const format = context.req.header('accept')?.includes(lines.type) ? lines : events(event);
  const control = openControl(context.get('sessionId'));
  return new Response(openBody(format, event, watch(control.signal), control), {
    headers: {
      'content-type': format.type,
      // Compression would keep a window of memory for every viewer.
      'cache-control': 'no-cache, no-transform',
      // A proxy in between would otherwise collect what should be seen at once.
      'x-accel-buffering': 'no',
    },
  });
}

/** Aborts at the end of the session, by age, or with the process. */
function openControl(sessionId: string | undefined): AbortController {
  const control = new AbortController();
  if (isStopping) {
    control.abort();
    return control;
  }
  open.add(control);
  const end = () => control.abort();
  const age = setTimeout(end, LONGEST_MS);
  const forget = sessionId === undefined ? undefined : watchSessionEnd(sessionId, end);
  control.signal.addEventListener('abort', () => {
    clearTimeout(age);
    forget?.();
    open.delete(control);
  });
  return control;
}

function openBody<T extends object>(
  format: Format,
  event: string,
  values: AsyncGenerator<T>,
  control: AbortController,
): ReadableStream<Uint8Array> {
  let next: Promise<IteratorResult<T>> | undefined;
  let isFirst = true;
  const pull = async (): Promise<Uint8Array | undefined> => {
    if (isFirst) {
      isFirst = false;
      return encode(format.ping());
    }
    next ??= values.next();
    const found = await withinPing(next);
    if (found === 'ping') return encode(format.ping());
    next = undefined;
    return found.done ? undefined : encodeOnce(format, event, found.value);
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (stream) => {
        if (control.signal.aborted) return stream.close();
        // A reader that stands still pulls nothing: neither the end nor the source may wait for it.
        control.signal.addEventListener('abort', () => {
          close(stream);
          void values.return(undefined);
        });
      },
      pull: async (stream) => {
        const chunk = await pull().catch((error: unknown) => {
          // The browser opens another one and reads everything again.
          log.warn({ event, err: error }, 'stream ended');
          return undefined;
        });
        if (chunk && !control.signal.aborted) stream.enqueue(chunk);
        else control.abort();
      },
      cancel: () => control.abort(),
    },
    { highWaterMark: 0 },
  );
}

function close(stream: ReadableStreamDefaultController): void {
  try {
    stream.close();
  } catch {
    // Already closed, because the reader cancelled.
  }
}

async function withinPing<T>(next: Promise<T>): Promise<T | 'ping'> {
  let timer: NodeJS.Timeout | undefined;
  const ping = new Promise<'ping'>((resolve) => (timer = setTimeout(() => resolve('ping'), PING_MS)));
  return Promise.race([next, ping]).finally(() => clearTimeout(timer));
}

const encode = (text: string) => new TextEncoder().encode(text);
/** Viewers of one pair get the same object: its bytes are made once, whatever their number. */
const encoded = new WeakMap<object, Map<string, Uint8Array>>();

function encodeOnce(format: Format, event: string, value: object): Uint8Array {
  const known = encoded.get(value) ?? new Map<string, Uint8Array>();
  encoded.set(value, known);
  const key = `${format.type} ${event}`;
  const bytes = known.get(key) ?? encode(format.print(JSON.stringify(value)));
  known.set(key, bytes);
  return bytes;
}
