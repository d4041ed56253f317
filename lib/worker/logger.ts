// The worker's log: JSON lines on standard output, without secrets.
import pino, { type Logger } from 'pino';

export type { Logger };

const SECRETS = ['privateKey', 'heartbeatKey', 'secret', 'content', 'stdin', 'archive', 'sealedPrivate'];

export function openLogger(): Logger {
  return pino({
    level: process.env['LVS_CONSOLE_LOG_LEVEL'] ?? 'info',
    base: { process: 'worker', pid: process.pid },
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: '(secret)' },
    serializers: { err: (error: Error) => ({ name: error.name, message: error.message, stack: error.stack }) },
  });
}
