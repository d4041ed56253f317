// Sends requests one after the other and prints a JSON line for each. Usage: client-program.mjs URL [COUNT] [INTERVAL_MS] [TIMEOUT_MS]; COUNT 0 = for ever; http:// or udp://
import dgram from 'node:dgram';
import http from 'node:http';

const [target = '', count = '1', interval = '0', timeout = '2000'] = process.argv.slice(2);
const url = new URL(target.replace(/^udp:/, 'http:'));
const timeoutMs = Number(timeout);

function askHttp() {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ body, realServer: response.headers['x-real-server'] }));
      response.on('error', (error) => resolve({ error: error.message }));
    });
    const timer = setTimeout(() => request.destroy(new Error('no answer')), timeoutMs);
    request.on('close', () => clearTimeout(timer));
    request.on('error', (error) => resolve({ error: error.code ?? error.message }));
  });
}

function askUdp() {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    const end = (answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ error: 'no answer' }), timeoutMs);
    socket.on('message', (data) => end({ body: data.toString(), realServer: data.toString().split(' ')[0] }));
    socket.on('error', (error) => end({ error: error.code ?? error.message }));
    socket.send('ping', Number(url.port || 5353), url.hostname);
  });
}

const ask = target.startsWith('udp:') ? askUdp : askHttp;
for (let sent = 0; Number(count) === 0 || sent < Number(count); sent += 1) {
  const at = Date.now();
  const answer = await ask();
  const milliseconds = Date.now() - at;
  console.log(JSON.stringify({ at, milliseconds, ...answer }));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(interval) - milliseconds)));
}
