// From a director's row to a host that can be talked to: login, shared connection, and what a changed host key means for its row.
import 'server-only';
import { HostError, ServiceError } from '../core/errors';
import type { Db } from '../db/client';
import type { DeployHost } from '../deploy/deploy-run';
import type { HostConnection, HostLogin } from '../ssh/connect';
import { openGuardHost } from '../ssh/guard-host';
import { openHostConnections } from '../ssh/host-connections';

export type DirectorHosts = {
  /** Throws ServiceError('not-found'). */
  open: (directorId: string) => Promise<DeployHost>;
  drop: (directorId: string) => void;
  close: () => void;
};

const PROOF_MS = 15_000;

export function openDirectorHosts(db: Db, privateKey: string): DirectorHosts {
  const loadLogin = async (id: string): Promise<HostLogin> => {
    const { address, port, user, fingerprint } = await findDirector(db, id);
    return { address, port, user, fingerprint: fingerprint ?? undefined, privateKey };
  };
  const connections = openHostConnections(loadLogin);
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
    const host = openGuardHost(name, user, () => noted(id, connections.get(id)));
    return { ...host, proveNewConnection: () => proveLogin(name, user, noted(id, connections.fresh(id))) };
  };
  return { open, drop: connections.drop, close: connections.close };
}

async function findDirector(db: Db, id: string) {
  const row = await db.director.findUnique({ where: { id } });
  if (row) return row;
  throw new ServiceError('not-found', 'There is no such director; it may have been removed from its topology.');
}

/** A whole login and one command: what an administrator would need in an emergency. */
async function proveLogin(name: string, user: string, opening: Promise<HostConnection>): Promise<void> {
  const connection = await opening;
  try {
    const host = openGuardHost(name, user, () => Promise.resolve(connection));
    await host.guard('status', [], { timeoutMs: PROOF_MS });
  } finally {
    connection.close();
  }
}

/** The accepted key is offered again: the other one was met on the way, and the page need not warn any more. */
async function forgetOfferedKey(db: Db, id: string): Promise<void> {
  await db.director.updateMany({
    where: { id, offeredFingerprint: { not: null } },
    data: { offeredFingerprint: null, problem: null },
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
