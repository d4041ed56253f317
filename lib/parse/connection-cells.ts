// Counts connections by what they mean: protocol, virtual address or mark, real server, state, origin.
import type { Connection } from '../core/views/connections';

export type CellName = Pick<Connection, 'protocol' | 'virtual' | 'realServer' | 'state' | 'kind' | 'mark' | 'origin'>;
export type ConnectionCell = CellName & { count: number };
export type ConnectionCells = {
  /** False: there are too many other cells, and this one was not counted. */
  count: (row: CellName, by: number) => boolean;
  list: () => ConnectionCell[];
};

export function createCells(most: number): ConnectionCells {
  const cells = new Map<string, ConnectionCell>();
  return {
    count: (row, by) => {
      const key = `${row.protocol} ${row.virtual} ${row.realServer} ${row.state} ${row.kind} ${row.origin ?? ''}`; // a mark is its virtual address
      const known = cells.get(key);
      if (known) known.count += by;
      else if (cells.size < most) cells.set(key, { ...nameOf(row), count: by });
      else return false;
      return true;
    },
    list: () => [...cells.values()],
  };
}

/** Without what only the row says: client and expiry. */
export function nameOf({ protocol, virtual, realServer, state, kind, mark, origin }: CellName): CellName {
  return {
    protocol,
    virtual,
    realServer,
    state,
    kind,
    ...(mark !== undefined && { mark }),
    ...(origin !== undefined && { origin }),
  };
}
