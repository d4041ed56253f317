'use client';
// Which verb's dialog is open, in the URL: a link sent to a colleague opens the same forecast.
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

const kinds = ['drain', 'halt', 'online', 'weight', 'flush', 'undo', 'failover'] as const;
export type AskedKind = (typeof kinds)[number];
export type AskedServer = { address: string; port?: number | undefined; pool: string };

export function useVerbUrl() {
  const [url, setUrl] = useQueryStates({
    verb: parseAsStringLiteral(kinds),
    server: parseAsString.withDefault(''),
    port: parseAsInteger,
    pool: parseAsString.withDefault(''),
    undo: parseAsInteger,
  });
  const nothing = { verb: null, server: null, port: null, pool: null, undo: null };
  return {
    kind: url.verb,
    server: { address: url.server, pool: url.pool, ...(url.port !== null && { port: url.port }) } satisfies AskedServer,
    undo: url.undo,
    askServer: (verb: AskedKind, { address, port = 0, pool }: AskedServer) =>
      void setUrl({ ...nothing, verb, server: address, pool, port: port > 0 ? port : null }),
    askUndo: (revision: number) => void setUrl({ ...nothing, verb: 'undo', undo: revision }),
    askFailover: () => void setUrl({ ...nothing, verb: 'failover' }),
    close: () => void setUrl(nothing),
  };
}
