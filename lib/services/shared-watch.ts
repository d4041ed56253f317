// One source for any number of viewers: it runs while somebody looks, and each viewer gets the newest value, never a queue.
import 'server-only';

type Source<T> = (key: string, signal: AbortSignal) => AsyncGenerator<T>;
type Hub<T> = {
  latest?: { value: T };
  changes: number;
  over?: { cause?: unknown };
  wakes: Set<() => void>;
  stop: () => void;
};

/** What a viewer sees of a failing source is its error; the next viewer begins a new source. */
export function shareWatch<T>(open: Source<T>): Source<T> {
  const hubs = new Map<string, Hub<T>>();
  return async function* watch(key, signal) {
    const hub = hubs.get(key) ?? startHub(hubs, key, open);
    let wake: () => void = () => undefined;
    const onChange = () => wake();
    hub.wakes.add(onChange);
    signal.addEventListener('abort', onChange);
    let seen = 0;
    try {
      while (!signal.aborted) {
        if (hub.latest && seen < hub.changes) {
          seen = hub.changes;
          yield hub.latest.value;
        } else if (hub.over) {
          if (hub.over.cause !== undefined) throw hub.over.cause;
          return;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onChange);
      hub.wakes.delete(onChange);
      if (hub.wakes.size === 0) {
        hub.stop();
        if (hubs.get(key) === hub) hubs.delete(key);
      }
    }
  };
}

function startHub<T>(hubs: Map<string, Hub<T>>, key: string, open: Source<T>): Hub<T> {
  const control = new AbortController();
  const hub: Hub<T> = { changes: 0, wakes: new Set(), stop: () => control.abort() };
  const wakeAll = () => hub.wakes.forEach((wake) => wake());
  const run = async () => {
    for await (const value of open(key, control.signal)) {
      hub.latest = { value };
      hub.changes += 1;
      wakeAll();
    }
  };
  hubs.set(key, hub);
  void run()
    .then(() => (hub.over = {}))
    .catch((cause: unknown) => (hub.over = { cause }))
    .finally(() => {
      if (hubs.get(key) === hub) hubs.delete(key);
      wakeAll();
    });
  return hub;
}
