// From a director's row to a host that can be talked to: login, shared connection, and what a changed host key means for its row.
import 'server-only';
import { HostError, ServiceError } from '../core/errors';
import type { Db } from '../db/client';
import { JournalLost, type DeployHost } from '../deploy/deploy-run';
import type { HostConnection, HostLogin } from '../ssh/connect';
import { openGuardHost, type GuardHost } from '../ssh/guard-host';
import { openHostConnections } from '../ssh/host-connections';

export type TestHosts = { deployer: GuardHost; reader: GuardHost; close: () => void };
export type DirectorHosts = {
  /** Throws ServiceError('not-found'). */
  open: (directorId: string) => Promise<DeployHost>;
  /** For everything but a deploy: by the key that only reads, or by the deploying one where that is not let in yet. */
  openReader: (directorId: string) => Promise<GuardHost>;
  /** New logins with each key, beside the shared ones: what is true now. A key that is not let in throws at its first command. */
  openTest: (directorId: string) => Promise<TestHosts>;
  drop: (directorId: string) => void;
  close: () => void;
};

/** The private halves. */
export type LoginKeys = { deploy: string; read: string };

const PROOF_MS = 15_000;
/** A host may lock out an address that offers wrong keys again and again. */
const READ_KEY_PAUSE_MS = 600_000;

export function openDirectorHosts(db: Db, keys: LoginKeys): DirectorHosts {
  const loadLogin = async (id: string, privateKey: string): Promise<HostLogin> => {
    const { address, port, user, fingerprint } = await findDirector(db, id);
    return { address, port, user, fingerprint: fingerprint ?? undefined, privateKey };
  };
  const connections = openHostConnections((id) => loadLogin(id, keys.deploy));
  const readers = openHostConnections((id) => loadLogin(id, keys.read));
  /** Director -> when its refusal of the reading key may be asked about again. */
  const refusedUntil = new Map<string, number>();
  /** Directors whose row may say that the key has changed; at first that is any. */
  const settled = new Set<string>();
  const noted = async (id: string, opening: Promise<HostConnection>) => {
    try {
      const connection = await opening;
      if (!settled.has(id)) await forgetOfferedKey(db, id);
      settled.add(id);
      return connection;
    } catch (error) {
      settled.delete(id);
      await noteHostKey(db, id, error);
      throw error;
    }
  };
  const open = async (id: string): Promise<DeployHost> => {
    const { name, user } = await findDirector(db, id);
    const host = openGuardHost(name, user, () => orLost(noted(id, connections.get(id))));
    const proveNewConnection = async () => {
      const connection = await proveLogin(name, user, orLost(noted(id, connections.fresh(id))));
      connections.adopt(id, connection);
    };
    return { ...host, proveNewConnection };
  };
  /** What the row says by us: it is written when it changes, not at every read. */
  const told = new Map<string, boolean>();
  const tell = async (id: string, hasReadKey: boolean) => {
    if (told.get(id) === hasReadKey) return;
    await noteReadKey(db, id, hasReadKey);
    told.set(id, hasReadKey);
  };
  const connectReader = async (id: string): Promise<HostConnection> => {
    if (Date.now() >= (refusedUntil.get(id) ?? 0)) {
      try {
        const connection = await noted(id, readers.get(id));
        await tell(id, true);
        return connection;
      } catch (error) {
        if (!(error instanceof HostError) || error.code !== 'authentication-refused') throw error;
        refusedUntil.set(id, Date.now() + READ_KEY_PAUSE_MS);
      }
    }
    const connection = await noted(id, connections.get(id));
    await tell(id, false);
    return connection;
  };
  const openReader = async (id: string) => {
    const { name, user } = await findDirector(db, id);
    return openGuardHost(name, user, () => connectReader(id));
  };
  const openTest = async (id: string) => {
    const { name, user } = await findDirector(db, id);
    refusedUntil.delete(id); // root may have let the reading key in
    told.delete(id);
    const [deployer, reader] = [once(() => noted(id, connections.fresh(id))), once(() => noted(id, readers.fresh(id)))];
    const close = () => [deployer, reader].forEach((each) => each.close());
    return {
      deployer: openGuardHost(name, user, deployer.get),
      reader: openGuardHost(name, user, reader.get),
      close,
    };
  };
  const drop = (id: string) => {
    refusedUntil.delete(id);
    told.delete(id);
    connections.drop(id);
    readers.drop(id);
  };
  const close = () => {
    connections.close();
    readers.close();
  };
  return { open, openReader, openTest, drop, close };
}

/** A login needs the database: when it is away for a moment, the director is not to blame, and nothing is undone. */
function orLost<T>(opening: Promise<T>): Promise<T> {
  return opening.catch((cause: unknown) => {
    if (cause instanceof HostError || cause instanceof ServiceError) throw cause;
    throw new JournalLost(cause instanceof Error ? cause.message : String(cause), { cause });
  });
}

/** One connection for all who ask, opened when the first one does. */
function once(open: () => Promise<HostConnection>) {
  let opened: Promise<HostConnection> | undefined;
  return {
    get: () => (opened ??= open()),
    close: () => {
      opened?.then(
        (connection) => connection.close(),
        () => undefined,
      );
    },
  };
}

async function findDirector(db: Db, id: string) {
  const row = await db.director.findUnique({ where: { id } });
  if (row) return row;
  throw new ServiceError('not-found', 'There is no such director; it may have been removed from its topology.');
}

/** A whole login and one command: what an administrator would need in an emergency. Answers the connection, still open. */
async function proveLogin(name: string, user: string, opening: Promise<HostConnection>): Promise<HostConnection> {
  const connection = await opening;
  try {
    const host = openGuardHost(name, user, () => Promise.resolve(connection));
    await host.guard('status', [], { timeoutMs: PROOF_MS });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The accepted key is offered again: the other one was met on the way, and the page need not warn any more. */
async function forgetOfferedKey(db: Db, id: string): Promise<void> {
  await db.director.updateMany({
    where: { id, offeredFingerprint: { not: null } },
    data: { offeredFingerprint: null, problem: null },
  });
}

async function noteReadKey(db: Db, id: string, hasReadKey: boolean): Promise<void> {
  await db.director.updateMany({
    where: { id, OR: [{ hasReadKey: null }, { hasReadKey: !hasReadKey }] },
    data: { hasReadKey },
  });
}

/** The page must be able to show both fingerprints. */
async function noteHostKey(db: Db, id: string, error: unknown): Promise<void> {
  if (!(error instanceof HostError) || error.code !== 'host-key-changed') return;
  const [, offered] = /offered (SHA256:[A-Za-z0-9+/]+)/.exec(error.message) ?? [];
  if (offered === undefined) return;
  await db.director.updateMany({
    where: { id, fingerprint: { not: null } },
    data: { offeredFingerprint: offered, problem: error.message },
  });
}
