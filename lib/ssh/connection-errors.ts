// What can go wrong between the console and a host, in words that say what to do; one shape for all of it.
import { HostError } from '../core/errors';

export type Endpoint = { address: string; port: number };

/** Undefined when the offered key is the accepted one. */
export function hostKeyRefusal(
  login: Endpoint & { fingerprint: string | undefined },
  offered: string,
): HostError | undefined {
  if (offered === login.fingerprint) return undefined;
  const host = describeEndpoint(login);
  if (login.fingerprint === undefined) {
    return new HostError('host-key-unknown', `The host key of ${host} was never accepted; it offers ${offered}.`, {
      host,
    });
  }
  const message = `The host key of ${host} has changed: accepted ${login.fingerprint}, offered ${offered}. Nothing was sent.`;
  return new HostError('host-key-changed', message, { host });
}

export function toConnectError(cause: unknown, endpoint: Endpoint): HostError {
  const host = describeEndpoint(endpoint);
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const level = 'level' in error ? String(error.level) : '';
  if (level === 'client-authentication') {
    const message = `${host} refused the console's key. Add the console's key to the authorized_keys of the user.`;
    return new HostError('authentication-refused', message, { host }, { cause });
  }
  return new HostError('unreachable', `${host} cannot be reached: ${error.message}`, { host, retry: true }, { cause });
}

/** The outcome of what was sent is unknown. */
export function lostError(endpoint: Endpoint, why: string): HostError {
  const host = describeEndpoint(endpoint);
  return new HostError('connection-lost', `The connection to ${host} was lost: ${why}.`, { host, retry: true });
}

export function timeOutError(endpoint: Endpoint, timeoutMs: number): HostError {
  const host = describeEndpoint(endpoint);
  const message = `${host} did not answer within ${Math.round(timeoutMs / 100) / 10} s.`;
  return new HostError('time-out', message, { host, retry: true });
}

export function describeEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
