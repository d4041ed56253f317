// Where the columns of a row of /proc/net/ip_vs_conn and ip_vs_conn_sync stand when the kernel pads it as usual (ip_vs_conn.c).

/** Offsets from the row's first byte; `end` is that of the line end. `width` is an address's: 8 letters, or 39 for IPv6. */
export type RowLayout = Readonly<Record<'index' | 'width' | 'fromPort' | 'to' | 'expires' | 'end', number>>;

export const FROM = 4;
const PORT = 5;
const STATE = 12;
const ORIGIN = 7;
const EXPIRES = 7;

/** `%-3s` client port virtual port real port `%-11s`, in the sync listing `%-6s`, then `%7u`. */
function layoutOf(index: number, width: number, hasOrigin: boolean): RowLayout {
  const endpoint = width + 1 + PORT;
  const to = FROM + endpoint;
  const expires = FROM + 3 * endpoint + STATE + (hasOrigin ? ORIGIN : 0);
  return { index, width, fromPort: to - PORT, to, expires, end: expires + EXPIRES };
}

export const ROW_LAYOUTS = [
  layoutOf(0, 8, false),
  layoutOf(1, 8, true),
  layoutOf(2, 39, false),
  layoutOf(3, 39, true),
] as const;
