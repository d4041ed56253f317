// The three kinds of thrown errors; input errors are Diagnostics and are never thrown.

/** Ours: something that cannot be. Ends as an error page and a log line with the stack. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

export type ServiceErrorCode =
  'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'invalid' | 'busy' | 'unavailable';

/** `next`: what the person does now, where the code alone would send them the wrong way. */
type ServiceErrorOptions = ErrorOptions & { next?: string };

/** A verb that may not or cannot be done; ends as HTTP problem+json. `details` is safe to show. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly next: string | undefined;
  constructor(
    readonly code: ServiceErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    options: ServiceErrorOptions = {},
  ) {
    super(message, options);
    this.next = options.next;
  }
}

export type HostErrorCode =
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'authentication-refused'
  | 'time-out'
  | 'connection-lost'
  | 'guard-missing'
  | 'guard-refused'
  | 'sudo-missing'
  | 'sudo-refused'
  | 'key-limited'
  | 'command-failed'
  | 'unreadable-answer';

/** The world: a director that did not do or did not answer. `retry`: the same read may be tried again. */
export class HostError extends Error {
  override readonly name = 'HostError';
  constructor(
    readonly code: HostErrorCode,
    message: string,
    readonly details: { host?: string; retry?: boolean; exitCode?: number; stdout?: string; stderr?: string } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
