// The address that limits and audit rows use: never one that the client chose.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const PRELOAD = path.join(import.meta.dirname, 'forwarded-headers.mjs');
const SERVER = `
  import http from 'node:http';
  const server = http.createServer((request, response) => response.end(JSON.stringify(request.headers)));
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
  process.stdin.on('end', () => process.exit()).resume();
`;

/** Asks a real server in a process of its own that was started with the preload, as web is. */
async function headersSeen(proxies: string, sent: Record<string, string>): Promise<Record<string, string>> {
  const child = spawn(process.execPath, ['--import', PRELOAD, '--input-type=module', '-e', SERVER], {
    env: { ...process.env, LVS_CONSOLE_PROXIES: proxies },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(String(data))),
    );
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: sent });
    return (await answer.json()) as Record<string, string>;
  } finally {
    child.stdin.end();
  }
}

describe('forwarded headers', () => {
  it('of a stranger are replaced by the address that spoke to us', async () => {
    const seen = await headersSeen('', {
      'x-forwarded-for': '203.0.113.1',
      'x-real-ip': '203.0.113.1',
      'x-forwarded-proto': 'https',
    });
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen['x-real-ip']).toBeUndefined();
    expect(seen['x-forwarded-proto']).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['127.0.0.0/8', '198.51.100.66, 203.0.113.1', '203.0.113.1'],
    ['127.0.0.1,10.0.0.0/8', '198.51.100.66, 203.0.113.1, 10.1.2.3', '203.0.113.1'],
    ['127.0.0.1,2001:db8::/32', '203.0.113.1, 2001:db8::5', '203.0.113.1'],
  ])('of a named proxy (%s) say the nearest hop that is none: of "%s" %s', async (proxies, forwarded, client) => {
    const seen = await headersSeen(proxies, { 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https' });
    expect(seen['x-forwarded-for']).toBe(client);
    expect(seen['x-forwarded-proto']).toBe('https');
  });

  it('keep web from starting when a proxy is misspelt', async () => {
    const child = spawn(process.execPath, ['--import', PRELOAD, '-e', ''], {
      env: { ...process.env, LVS_CONSOLE_PROXIES: '10.0.0.' },
    });
    let message = '';
    child.stderr.on('data', (data: Buffer) => (message += String(data)));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(message).toContain('LVS_CONSOLE_PROXIES: 10.0.0. is neither an address nor a prefix');
  });
});
