// Which pages are the console's own: those of its public URL, and those of the very host that a request was sent to.
import 'server-only';

/** LVS_CONSOLE_URL (the supervisor sets it), else the loopback address. */
export function publicUrl(): string {
  return process.env.LVS_CONSOLE_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`;
}

/**
 * A page at the request's own host is same-origin: a browser sends the session cookie to the host that set it only, so a name
 * that somebody else points at this machine brings none. Both schemes, because a proxy in front may speak TLS for us.
 */
export function ownOrigins(headers?: Headers): string[] {
  const host = headers?.get('host');
  return [new URL(publicUrl()).origin, ...(host ? [`http://${host}`, `https://${host}`] : [])];
}
