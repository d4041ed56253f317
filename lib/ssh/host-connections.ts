// One open connection per director, shared by everybody who talks to it, and opened again after a loss.
import { openConnection, type HostConnection, type HostLogin } from './connect';

/** Longer than any reading takes that may be under way on a connection whose place another one takes. */
const LINGER_MS = 30_000;

export type HostConnections = {
  /** The shared connection; concurrent callers wait for the same handshake. */
  get: (directorId: string) => Promise<HostConnection>;
  /** A new connection beside the shared one: what proves that somebody can still log in. The caller closes it. */
  fresh: (directorId: string) => Promise<HostConnection>;
  /** A new connection takes the place of the shared one, which ends once what is under way on it has had its time. */
  adopt: (directorId: string, connection: HostConnection) => void;
  /** Ends the shared connection: address, user or accepted key may have changed. */
  drop: (directorId: string) => void;
  close: () => void;
};

/** `loadLogin` is asked at every handshake, so that a trust that was taken back is respected. */
export function openHostConnections(loadLogin: (directorId: string) => Promise<HostLogin>): HostConnections {
  const shared = new Map<string, Promise<HostConnection>>();
  const fresh = async (directorId: string) => openConnection(await loadLogin(directorId));

  const drop = (directorId: string) => {
    const connection = shared.get(directorId);
    shared.delete(directorId);
    end(connection);
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
    const before = shared.get(directorId);
    shared.set(directorId, Promise.resolve(connection));
    setTimeout(() => end(before), LINGER_MS).unref();
  };
  return { get, fresh, adopt, drop, close: () => [...shared.keys()].forEach(drop) };
}

/** One that never came needs no end. */
function end(connection: Promise<HostConnection> | undefined): void {
  connection?.then(
    (open) => open.close(),
    () => undefined,
  );
}
