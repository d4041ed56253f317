// One real server: HTTP on 80 and 443 that says who answered, UDP echo on 5353, over both families. Usage: real-server.mjs NAME
import dgram from 'node:dgram';
import http from 'node:http';

const name = process.argv[2] ?? 'rs';

function answer(request, response, port) {
  const { remoteAddress, localAddress } = request.socket;
  const local = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  response.writeHead(200, {
    'content-type': 'text/plain',
    'x-real-server': name,
    'x-client': remoteAddress ?? '',
    'x-local': `${local}:${port}`,
    connection: 'close', // the next request is a new connection, so that the scheduler is asked again
  });
  // The second line is what the seed's ldirectord.cf looks for (receive="Test Page").
  response.end(request.method === 'HEAD' ? '' : `${name} ${port}\nTest Page\n`);
}

// A socket for each family: one for both would show IPv4 addresses as ::ffff:192.168.6.2.
for (const port of [80, 443])
  for (const host of ['0.0.0.0', '::'])
    http.createServer((request, response) => answer(request, response, port)).listen({ port, host, ipv6Only: true });

for (const [type, address] of [
  ['udp4', '0.0.0.0'],
  ['udp6', '::'],
]) {
  const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', (_message, peer) => socket.send(`${name} 5353\n`, peer.port, peer.address));
  socket.bind(5353, address);
}
