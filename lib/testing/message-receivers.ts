// Two receivers of alerts on loopback: a webhook, and a mail server that speaks as much SMTP as a client needs (RFC 5321).
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export type Webhook = {
  url: (path: string) => string;
  /** Every request, in order. */
  received: { path: string; body: { event: string; pair: string; rule: string; sentence: string } }[];
  answerWith: number;
  close: () => void;
};
export type MailServer = {
  port: number;
  /** `lines`: what the client said besides the mail itself. */
  mails: { lines: string[]; text: string }[];
  refuseLogin: boolean;
  close: () => void;
};

export async function startWebhook(): Promise<Webhook> {
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      webhook.received.push({
        path: request.url ?? '',
        body: JSON.parse(text) as Webhook['received'][number]['body'],
      });
      const { answerWith } = webhook;
      response.writeHead(answerWith, answerWith === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end();
    });
  });
  const port = await listen(server);
  const webhook: Webhook = {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    received: [],
    answerWith: 200,
    close: () => void server.close(),
  };
  return webhook;
}

export async function startMailServer(): Promise<MailServer> {
  const server = net.createServer((socket) => {
    const mail = { lines: [] as string[], text: '' };
    let isData = false;
    let rest = '';
    const take = (line: string) => {
      if (isData && line !== '.') {
        mail.text += `${line}\n`;
        return;
      }
      if (!isData) mail.lines.push(line);
      const isEnd = isData;
      isData = line === 'DATA';
      if (isEnd) own.mails.push(mail);
      socket.write(`${isEnd ? '250 queued' : replyTo(line, own.refuseLogin)}\r\n`);
    };
    socket.write('220 test ESMTP\r\n');
    socket.on('data', (chunk) => {
      rest += chunk.toString();
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        take(line);
      }
    });
    socket.on('error', () => undefined);
  });
  const own: MailServer = {
    port: await listen(server),
    mails: [],
    refuseLogin: false,
    close: () => void server.close(),
  };
  return own;
}

function replyTo(line: string, refuseLogin: boolean): string {
  if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH PLAIN LOGIN';
  if (line.startsWith('AUTH')) return refuseLogin ? '535 5.7.8 the password hunter2 is wrong' : '235 welcome';
  if (line === 'STARTTLS') return '502 not here';
  if (line === 'DATA') return '354 go on';
  return line === 'QUIT' ? '221 bye' : '250 ok';
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
