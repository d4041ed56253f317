// A connection table of any size on a director of the lab, as its peer would send it: IPVS sync messages, version 1 (ip_vs_sync.c).

/** Of `ip_vs_sync_v4` without options, and as many as fit into a message of the kernel's own size. */
const CONNECTION_BYTES = 36;
const MOST_IN_A_MESSAGE = 35;

export type SyncedTable = {
  syncId: number;
  /** Address of the interface that the messages leave by. */
  from: string;
  count: number;
  mark: number;
  virtual: { address: string; port: number };
  realServers: string[];
  /** Clients are counted up from this address, 100 ports each. */
  firstClient: string;
};

/** A program for `node -e` on a host beside the directors; it ends by itself. Established TCP connections, masqueraded, for 15 minutes. */
export function syncMessagesProgram(table: SyncedTable): string {
  return `const table = ${JSON.stringify(table)};
const number = (address) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
const socket = require('node:dgram').createSocket('udp4');
const message = (first) => {
  const count = Math.min(${MOST_IN_A_MESSAGE}, table.count - first);
  const bytes = Buffer.alloc(8 + count * ${CONNECTION_BYTES});
  bytes.writeUInt8(table.syncId, 1); // after a zero, by which version 1 is known
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt8(count, 4);
  bytes.writeUInt8(1, 5);
  for (let at = 0; at < count; at += 1) {
    const [start, index] = [8 + at * ${CONNECTION_BYTES}, first + at];
    bytes.writeUInt8(6, start + 1); // TCP
    bytes.writeUInt16BE(${CONNECTION_BYTES}, start + 2);
    bytes.writeUInt16BE(1, start + 8); // ESTABLISHED
    bytes.writeUInt16BE(10000 + (index % 100), start + 10);
    bytes.writeUInt16BE(table.virtual.port, start + 12);
    bytes.writeUInt16BE(table.virtual.port, start + 14);
    bytes.writeUInt32BE(table.mark, start + 16);
    bytes.writeUInt32BE(900, start + 20);
    bytes.writeUInt32BE(number(table.firstClient) + Math.floor(index / 100), start + 24);
    bytes.writeUInt32BE(number(table.virtual.address), start + 28);
    bytes.writeUInt32BE(number(table.realServers[index % table.realServers.length]), start + 32);
  }
  return bytes;
};
socket.bind({ address: table.from }, async () => {
  socket.setMulticastInterface(table.from);
  socket.setMulticastTTL(1);
  for (let first = 0, sent = 0; first < table.count; first += ${MOST_IN_A_MESSAGE}, sent += 1) {
    await new Promise((resolve, reject) => socket.send(message(first), 8848, '224.0.0.81', (error) => (error ? reject(error) : resolve())));
    // The director is a guest on the same processors, and its socket buffer is small.
    if (sent % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.close();
});`;
}
