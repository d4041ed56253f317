// The way to a director's SSH port as bad as networks get: slow, narrow, full of holes, silent, broken off, or with noise before the first line.
//
// The kernel of this machine cannot delay or lose packets by itself (no netem), so loss is what TCP makes of it: a stall until the
// segment is sent again (RFC 6298: at least 200 ms on Linux). Everything else is as on a real line.
import net from 'node:net';

export type LinkState = {
  /** Added to each direction. */
  delayMs: number;
  /** Bytes a second in each direction; 0 = as fast as it goes. */
  bytesPerSecond: number;
  /** Of the pieces that pass, how many are late by a retransmission; from 0 to 1. */
  loss: number;
  /** Nothing passes any more, and nobody is told. New connections are taken and stay silent. */
  isHalfOpen: boolean;
  /** Sent to who connects before what the server sends. */
  banner: string;
};
export type Link = {
  set: (state: Partial<LinkState>) => void;
  /** As it was at first; what is half open is cut. */
  heal: () => void;
  /** Every connection that passes now ends with RST. */
  reset: () => number;
  /** How often a connection began to speak towards the target after it was spoken to, or for the first time: round trips. */
  turns: () => number;
  close: () => Promise<void>;
};

const HEALTHY: LinkState = { delayMs: 0, bytesPerSecond: 0, loss: 0, isHalfOpen: false, banner: '' };
const RETRANSMISSION_MS = 200;
/** A segment's worth: what a slow line hands on at a time. */
const PIECE = 1_400;
/** Bytes that a sender may have on the line before it waits. */
const WINDOW = 262_144;

export async function openLink(listenPort: number, targetPort: number): Promise<Link> {
  let state = HEALTHY;
  let turns = 0;
  const open = new Set<net.Socket>();
  const track = (socket: net.Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
  };
  const server = net.createServer((near) => {
    const far = net.connect(targetPort, '127.0.0.1');
    track(near);
    track(far);
    if (state.banner !== '') near.write(state.banner);
    let isTheirTurn = true;
    near.on('data', () => {
      turns += isTheirTurn ? 1 : 0;
      isTheirTurn = false;
    });
    far.on('data', () => (isTheirTurn = true));
    carry(near, far, () => state);
    carry(far, near, () => state);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listenPort, '127.0.0.1', resolve);
  });
  const reset = () => {
    const count = open.size / 2;
    for (const socket of open) socket.resetAndDestroy();
    return count;
  };
  return {
    set: (next) => (state = { ...state, ...next }),
    heal: () => {
      if (state.isHalfOpen) reset();
      state = HEALTHY;
    },
    reset,
    turns: () => turns,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Pieces keep their order whatever each of them has to wait; as on a real line, many are on their way at once. */
function carry(from: net.Socket, to: net.Socket, stateOf: () => LinkState): void {
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;
  from.on('data', (chunk: Buffer) => {
    const { bytesPerSecond } = stateOf();
    const size = bytesPerSecond === 0 ? chunk.length : PIECE;
    for (let at = 0; at < chunk.length; at += size) last = pass(chunk.subarray(at, at + size), to, stateOf, last);
    // A line that is narrow, or full, slows down who sends, too.
    underWay += chunk.length;
    if (bytesPerSecond > 0 || underWay > WINDOW) from.pause();
    void last.then(() => {
      underWay -= chunk.length;
      from.resume();
    });
  });
  from.on('end', () => void last.then(() => to.end()));
  from.on('close', () => void last.then(() => to.destroy()));
}

async function pass(piece: Buffer, to: net.Socket, stateOf: () => LinkState, before: Promise<void>): Promise<void> {
  const { delayMs, bytesPerSecond, loss } = stateOf();
  const lateMs = Math.random() < loss ? RETRANSMISSION_MS : 0;
  const arrives = Date.now() + delayMs + lateMs;
  await before;
  const busyMs = bytesPerSecond === 0 ? 0 : (piece.length / bytesPerSecond) * 1000;
  const wait = Math.max(arrives - Date.now(), busyMs);
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  if (stateOf().isHalfOpen || to.destroyed) return;
  to.write(piece);
}
