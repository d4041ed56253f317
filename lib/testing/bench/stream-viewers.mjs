// Child of bench `stream`: so many viewers of one live stream over plain sockets, and when each of them had each reading.
//
// Its own process, so that what the viewers cost is not taken for the console's; plain sockets, because a thousand browsers are not
// one machine's work. Parent -> child: { kind: 'open', ... }, then { kind: 'report' }; child -> parent: 'opened', then the latencies.
import net from 'node:net';

const BATCH = 25;
const latencies = [];
const state = { isCounting: false, events: 0, isReading: true };

/** From the moment the director's answer was complete (`readAt`) to the moment the whole event is here. */
function follow(socket) {
  let text = '';
  let last = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      if (!event.includes('event: live')) continue;
      const newest =
        [...event.matchAll(/"readAt":"([^"]+)"/g)]
          .map(([, at]) => at)
          .sort()
          .at(-1) ?? '';
      if (newest <= last) continue;
      last = newest;
      state.events += 1;
      if (state.isCounting) latencies.push(Date.now() - Date.parse(newest));
    }
  });
}

function open({ host, port, path, cookie }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nCookie: ${cookie}\r\nAccept: text/event-stream\r\n\r\n`,
      );
    });
    socket.once('error', reject);
    socket.once('data', (head) => {
      if (!head.toString('latin1').startsWith('HTTP/1.1 200')) reject(new Error(head.toString('latin1').slice(0, 300)));
      follow(socket);
      resolve();
    });
  });
}

process.on('message', async (message) => {
  if (message.kind === 'open') {
    for (let at = 0; at < message.viewers; at += BATCH)
      await Promise.all(Array.from({ length: Math.min(BATCH, message.viewers - at) }, () => open(message)));
    process.send('opened');
  }
  if (message.kind === 'count') {
    state.events = 0;
    state.isCounting = true;
  }
  if (message.kind === 'report') process.send({ latencies, events: state.events });
});
process.on('disconnect', () => process.exit(0));
