// Sends requests one after the other and prints a JSON line for each. Usage: client-program.mjs URL [COUNT] [INTERVAL_MS] [TIMEOUT_MS]; COUNT 0 = for ever; http:// or udp://; URL "-" = one request to each URL on stdin, 16 at a time
import dgram from 'node:dgram';
import fs from 'node:fs';
import http from 'node:http';

const [target = '', count = '1', interval = '0', timeout = '2000'] = process.argv.slice(2);
const timeoutMs = Number(timeout);
const AT_ONCE = 16;

function askHttp(url) {
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

function askUdp(url) {
  return new Promise((resolve) => {
    const address = url.hostname.replace(/^\[|\]$/g, '');
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = (answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ error: 'no answer' }), timeoutMs);
    socket.on('message', (data) => end({ body: data.toString(), realServer: data.toString().split(' ')[0] }));
    socket.on('error', (error) => end({ error: error.code ?? error.message }));
    socket.send('ping', Number(url.port || 5353), address);
  });
}

async function ask(text) {
  const at = Date.now();
  const url = new URL(text.replace(/^udp:/, 'http:'));
  const answer = await (text.startsWith('udp:') ? askUdp(url) : askHttp(url));
  return { at, milliseconds: Date.now() - at, ...answer };
}

async function askAll(urls) {
  const answers = [];
  let next = 0;
  const work = async () => {
    while (next < urls.length) {
      const at = next++;
      answers[at] = await ask(urls[at]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}

if (target === '-') {
  const urls = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
  for (const answer of await askAll(urls)) console.log(JSON.stringify(answer));
} else
  for (let sent = 0; Number(count) === 0 || sent < Number(count); sent += 1) {
    const answer = await ask(target);
    console.log(JSON.stringify(answer));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(interval) - answer.milliseconds)));
  }
