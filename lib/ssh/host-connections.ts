// One open connection per director, shared by everybody who talks to it, and opened again after a loss.
import { openConnection, type HostConnection, type HostLogin } from './connect';

/** Longer than any reading takes that may be under way on a connection whose place another one takes. */
const LINGER_MS = 30_000;

export type HostConnections = {
  /** The shared connection; concurrent callers wait for the same handshake. */
  get: (directorId: string) => Promise<HostConnection>;
  /** A new connection beside the shared one: what proves that somebody can still log in. The caller closes it. */
  fresh: (directorId: string) => Promise<HostConnection>;
  /**
   * A new connection of `fresh` takes the place of the shared one, which ends once what is under way on it has had its time.
   * One whose director was dropped since it began to log in is ended instead: it may rest on a trust that was taken back.
   */
  adopt: (directorId: string, connection: HostConnection) => void;
  /** Ends the shared connection and those it took the place of: address, user or accepted key may have changed. */
  drop: (directorId: string) => void;
  close: () => void;
};

/** `loadLogin` is asked at every handshake, so that a trust that was taken back is respected. */
export function openHostConnections(loadLogin: (directorId: string) => Promise<HostLogin>): HostConnections {
  const shared = new Map<string, Promise<HostConnection>>();
  /** Director -> connections that lost their place and are not ended yet. */
  const displaced = new Map<string, Set<Promise<HostConnection>>>();
  /** Director -> how often it was dropped. */
  const drops = new Map<string, number>();
  let isClosed = false;
  const dropsOf = (directorId: string) => drops.get(directorId) ?? 0;
  /** Connection -> how often its director had been dropped before it began to log in. */
  const begunAt = new WeakMap<HostConnection, number>();
  const fresh = async (directorId: string) => {
    const begun = dropsOf(directorId);
    const connection = await openConnection(await loadLogin(directorId));
    begunAt.set(connection, begun);
    return connection;
  };

  const drop = (directorId: string) => {
    drops.set(directorId, dropsOf(directorId) + 1);
    const ending = [shared.get(directorId), ...(displaced.get(directorId) ?? [])];
    shared.delete(directorId);
    displaced.delete(directorId);
    ending.forEach(end);
  };
  const get = async (directorId: string): Promise<HostConnection> => {
    const known = shared.get(directorId);
    if (known) {
      const connection = await known;
      if (connection.isOpen()) return connection;
      if (shared.get(directorId) === known) shared.delete(directorId);
      return get(directorId);
    }
    const opening = fresh(directorId);
    shared.set(directorId, opening);
    opening.catch(() => {
      if (shared.get(directorId) === opening) shared.delete(directorId);
    });
    return opening;
  };
  const adopt = (directorId: string, connection: HostConnection) => {
    if (isClosed || begunAt.get(connection) !== dropsOf(directorId)) return connection.close();
    const before = shared.get(directorId);
    shared.set(directorId, Promise.resolve(connection));
    if (!before) return;
    const lingering = displaced.get(directorId) ?? new Set();
    displaced.set(directorId, lingering.add(before));
    setTimeout(() => {
      lingering.delete(before);
      end(before);
    }, LINGER_MS).unref();
  };
  const close = () => {
    isClosed = true;
    new Set([...shared.keys(), ...displaced.keys()]).forEach(drop);
  };
  return { get, fresh, adopt, drop, close };
}

/** One that never came needs no end. */
function end(connection: Promise<HostConnection> | undefined): void {
  connection?.then(
    (open) => open.close(),
    () => undefined,
  );
}
