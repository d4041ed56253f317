// Who the director takes the console for: user, whether the key is bound to the guard, whether it may only read.
import 'server-only';
import { HostError } from '../core/errors';
import type { SeenAccess } from '../core/views/director';
import type { GuardHost } from '../ssh/guard-host';

export type Session = {
  user: string;
  access: SeenAccess;
  isReadOnly: boolean;
  /** `<client> <port> <server> <port>`, or empty when the host hides it. */
  client: string;
};

const SESSION_MS = 10_000;
const EXIT_USAGE = 2;

export async function readSession(host: GuardHost): Promise<Session> {
  const facts = new Map(
    (await ask(host)).split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  const user = facts.get('user') ?? '';
  const form = user === 'root' ? 'root' : 'sudo';
  return {
    user,
    access: facts.get('via') === 'ssh' ? form : `${form}-plain`,
    isReadOnly: facts.get('read_only') === 'yes',
    client: facts.get('client') ?? '',
  };
}

/** A guard older than the verb is one that no forced command starts, so its login is plain, and sudo leaves one of the two. */
async function ask(host: GuardHost): Promise<string> {
  try {
    return (await host.guard('session', [], { timeoutMs: SESSION_MS })).stdout;
  } catch (error) {
    if (!(error instanceof HostError) || error.details.exitCode !== EXIT_USAGE) throw error;
    const { stdout } = await host.exec(['printenv', 'SSH_CONNECTION', 'SUDO_USER'], { timeoutMs: SESSION_MS });
    const words = stdout.trim().split('\n').filter(Boolean);
    return [
      `user=${words.find((word) => !word.includes(' ')) ?? 'root'}`,
      `client=${words.find((word) => word.includes(' ')) ?? ''}`,
    ].join('\n');
  }
}
