'use client';
// Which verb's dialog is open, in the URL: a link sent to a colleague opens the same forecast.
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

const kinds = ['drain', 'halt', 'online', 'weight', 'flush', 'undo', 'failover'] as const;
export type AskedKind = (typeof kinds)[number];
export type AskedServer = { address: string; port?: number | undefined; pool: string };

export function useVerbUrl() {
  const [url, setUrl] = useQueryStates({
    verb: parseAsStringLiteral(kinds),
    verbServer: parseAsString.withDefault(''),
    verbPort: parseAsInteger,
    verbPool: parseAsString.withDefault(''),
    verbRevision: parseAsInteger,
  });
  const nothing = { verb: null, verbServer: null, verbPort: null, verbPool: null, verbRevision: null };
  return {
    kind: url.verb,
    server: {
      ...{ address: url.verbServer, pool: url.verbPool },
      ...(url.verbPort !== null && { port: url.verbPort }),
    } satisfies AskedServer,
    undo: url.verbRevision,
    askServer: (verb: AskedKind, { address, port = 0, pool }: AskedServer) =>
      void setUrl({ ...nothing, verb, verbServer: address, verbPool: pool, verbPort: port > 0 ? port : null }),
    askUndo: (revision: number) => void setUrl({ ...nothing, verb: 'undo', verbRevision: revision }),
    askFailover: () => void setUrl({ ...nothing, verb: 'failover' }),
    close: () => void setUrl(nothing),
  };
}
