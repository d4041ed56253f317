// One real server: HTTP on 80 and 443 that says who answered, UDP echo on 5353. Usage: real-server.mjs NAME
import dgram from 'node:dgram';
import http from 'node:http';

const name = process.argv[2] ?? 'rs';

for (const port of [80, 443]) {
  const server = http.createServer((request, response) => {
    const { remoteAddress, localAddress } = request.socket;
    response.writeHead(200, {
      'content-type': 'text/plain',
      'x-real-server': name,
      'x-client': remoteAddress ?? '',
      'x-local': `${localAddress}:${port}`,
      connection: 'close', // the next request is a new connection, so that the scheduler is asked again
    });
    // The second line is what the seed's ldirectord.cf looks for (receive="Test Page").
    response.end(request.method === 'HEAD' ? '' : `${name} ${port}\nTest Page\n`);
  });
  server.listen(port, '0.0.0.0');
}

const socket = dgram.createSocket('udp4');
socket.on('message', (_message, peer) => socket.send(`${name} 5353\n`, peer.port, peer.address));
socket.bind(5353, '0.0.0.0');
