// One SSH connection to one host; the only file that imports ssh2. No authentication is sent before the host key was accepted.
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { Algorithms, Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import { HostError } from '../core/errors';
import {
  describeEndpoint,
  hostKeyRefusal,
  lostError,
  timeOutError,
  toConnectError,
  type Endpoint,
} from './connection-errors';
import { gather, splitLines } from './output';
import { quoteArgv } from './quote-argv';

/** `fingerprint`: the accepted one (`SHA256:...`); undefined = none was accepted yet, and the connection is refused. */
export type HostLogin = Endpoint & { user: string; fingerprint: string | undefined; privateKey: string };
export type ExecOptions = {
  stdin?: string | Uint8Array;
  timeoutMs: number;
  signal?: AbortSignal;
  /** Bytes of standard output; more is an error, never a silent cut. */
  maxOutput?: number;
  /** Gets standard output as it comes; then none of it is kept for the result. What it throws ends the call. */
  onOutput?: (chunk: Buffer) => void;
  /** Gets each whole line of standard output as it comes, which is kept for the result as well. */
  onLine?: (line: string) => void;
};
/** `signal`: what ended the command there (`SIGKILL`); `code` is 255 then. */
export type ExecResult = { code: number; signal?: string; stdout: string; stderr: string };
export type HostConnection = {
  /** Resolves with any exit status. Throws `time-out` and `connection-lost` when the outcome is unknown. */
  exec: (argv: readonly string[], options: ExecOptions) => Promise<ExecResult>;
  isOpen: () => boolean;
  close: () => void;
};
export type ScannedHostKey = { keyType: string; fingerprint: string; /** base64 of the wire form */ hostKey: string };

const CONNECT_MS = 10_000;
/** A dead peer is noticed within interval x (count + 1); a director that is only busy may leave that many questions unanswered. */
const KEEPALIVE = { keepaliveInterval: 2_000, keepaliveCountMax: 6 };
const MAX_OUTPUT = 8 * 1024 * 1024;
const MAX_ERROR_OUTPUT = 64 * 1024;
const CHANNEL_RETRY_MS = 200;
const HOST_KEYS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const ALGORITHMS: Algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
  serverHostKey: HOST_KEYS,
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'],
  compress: ['none'],
};

/** As OpenSSH prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** An ed25519 pair in OpenSSH's own forms. */
export function generateKey(comment: string): { privateKey: string; authorizedKey: string } {
  // One in about 190 pairs of ssh2 1.17.0 cannot be read again by ssh2 itself ("Malformed OpenSSH private key").
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error))
      return { privateKey: pair.private, authorizedKey: pair.public };
  }
  throw new Error('no readable SSH key was generated in 20 attempts');
}

/** Reads the host key that the endpoint offers and hangs up: no user name and no signature is sent. */
export async function scanHostKey(endpoint: Endpoint, { timeoutMs = CONNECT_MS } = {}): Promise<ScannedHostKey> {
  let offered: Buffer | undefined;
  const onKey = (key: Buffer) => {
    offered = key;
    return false;
  };
  try {
    const client = await handshake({ ...configOf(endpoint, onKey, timeoutMs), username: 'none' }, timeoutMs);
    client.end();
  } catch (cause) {
    if (!offered) throw toConnectError(cause, endpoint);
  }
  if (!offered) throw new HostError('unreadable-answer', `${describeEndpoint(endpoint)} offered no host key`);
  return { keyType: keyTypeOf(offered), fingerprint: fingerprintOf(offered), hostKey: offered.toString('base64') };
}

/** Throws `host-key-unknown` or `host-key-changed` with both fingerprints, `unreachable`, `authentication-refused`. */
export async function openConnection(login: HostLogin, { timeoutMs = CONNECT_MS } = {}): Promise<HostConnection> {
  let offered: Buffer | undefined;
  const onKey = (key: Buffer) => {
    offered = key;
    return login.fingerprint !== undefined && fingerprintOf(key) === login.fingerprint;
  };
  const config = {
    ...configOf(login, onKey, timeoutMs),
    ...KEEPALIVE,
    username: login.user,
    privateKey: login.privateKey,
  };
  try {
    return toConnection(await handshake(config, timeoutMs), login);
  } catch (cause) {
    const refusal = offered && hostKeyRefusal(login, fingerprintOf(offered));
    throw refusal ?? toConnectError(cause, login);
  }
}

function configOf(endpoint: Endpoint, hostVerifier: (key: Buffer) => boolean, timeoutMs: number): ConnectConfig {
  return {
    host: endpoint.address,
    port: endpoint.port,
    hostVerifier,
    algorithms: ALGORITHMS,
    readyTimeout: timeoutMs,
    timeout: timeoutMs,
  };
}

/** ssh2 has a time-out for the handshake, but not for a name that does not resolve: a second clock covers everything. */
function handshake(config: ConnectConfig, timeoutMs: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const fail = (cause: unknown) => {
      clearTimeout(timer);
      client.destroy();
      reject(cause instanceof Error ? cause : new Error(String(cause)));
    };
    const timer = setTimeout(() => fail(new Error(`no SSH session within ${timeoutMs} ms`)), timeoutMs + 500);
    client.on('error', fail);
    client.once('close', () => fail(new Error('the connection was closed during the handshake')));
    client.once('ready', () => {
      clearTimeout(timer);
      client.setNoDelay(true);
      resolve(client);
    });
    try {
      client.connect(config);
    } catch (cause) {
      fail(cause);
    }
  });
}

function toConnection(client: Client, endpoint: Endpoint): HostConnection {
  let lostBecause: string | undefined;
  const lost = new AbortController();
  const lose = (why: string) => {
    lostBecause ??= why;
    lost.abort();
  };
  client.on('error', (cause) => lose(cause.message));
  client.on('close', () => lose('the connection was closed'));
  return {
    exec: (argv, options) => exec(client, argv, options, { lost: lost.signal, why: () => lostBecause ?? '', endpoint }),
    isOpen: () => lostBecause === undefined,
    close: () => {
      lose('the connection was closed by the console');
      client.end();
      setTimeout(() => client.destroy(), 500).unref();
    },
  };
}

type Link = { lost: AbortSignal; why: () => string; endpoint: Endpoint };

/** A server with few sessions (MaxSessions) refuses a channel while others are busy: nothing was run, so it is tried again. */
async function exec(client: Client, argv: readonly string[], options: ExecOptions, link: Link): Promise<ExecResult> {
  const deadline = Date.now() + options.timeoutMs;
  const command = quoteArgv(argv);
  for (;;) {
    const opened = await openChannel(client, command, link, options, deadline);
    if (opened) return await opened.result;
    await new Promise((resolve) => setTimeout(resolve, CHANNEL_RETRY_MS));
  }
}

/** Undefined: no session was free. The listeners are set in the same tick: a short answer and its end may come in one packet. */
function openChannel(
  client: Client,
  command: string,
  link: Link,
  options: ExecOptions,
  deadline: number,
): Promise<{ result: Promise<ExecResult> } | undefined> {
  return new Promise((resolve, reject) => {
    const end = watchEnds(link, options.signal, deadline - Date.now(), reject);
    try {
      client.exec(command, (error, channel) => {
        if (!end()) channel?.close();
        else if (!error) resolve({ result: collect(channel, options, link, deadline - Date.now()) });
        else if (/open fail(ed|ure)/i.test(error.message) && Date.now() < deadline) resolve(undefined);
        else reject(lostError(link.endpoint, error.message));
      });
    } catch (cause) {
      end();
      reject(lostError(link.endpoint, cause instanceof Error ? cause.message : String(cause)));
    }
  });
}

/** Rejects once on loss, abort or time-out. The function that it returns stops watching and answers whether that was first. */
function watchEnds(link: Link, signal: AbortSignal | undefined, timeoutMs: number, reject: (error: Error) => void) {
  let isOver = false;
  const end = () => {
    const isFirst = !isOver;
    isOver = true;
    clearTimeout(timer);
    link.lost.removeEventListener('abort', onLost);
    signal?.removeEventListener('abort', onAbort);
    return isFirst;
  };
  const finish = (error: () => HostError) => {
    if (end()) reject(error());
  };
  const onLost = () => finish(() => lostError(link.endpoint, link.why()));
  const onAbort = () => finish(() => lostError(link.endpoint, 'the call was cancelled'));
  const timer = setTimeout(() => finish(() => timeOutError(link.endpoint, timeoutMs)), Math.max(timeoutMs, 0));
  link.lost.addEventListener('abort', onLost);
  signal?.addEventListener('abort', onAbort);
  if (link.lost.aborted) onLost();
  else if (signal?.aborted) onAbort();
  return end;
}

function collect(channel: ClientChannel, options: ExecOptions, link: Link, timeoutMs: number): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const stdout = gather(options.maxOutput ?? MAX_OUTPUT);
    const stderr = gather(MAX_ERROR_OUTPUT);
    const lines = options.onLine && splitLines(options.onLine);
    let code: number | undefined;
    let killedBy: string | undefined;
    const end = watchEnds(link, options.signal, timeoutMs, (error) => {
      channel.close();
      reject(error);
    });
    channel.on('data', (chunk: Buffer) => {
      if (options.onOutput) {
        try {
          options.onOutput(chunk);
        } catch (cause) {
          if (!end()) return;
          channel.close();
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        }
        return;
      }
      lines?.(chunk);
      if (stdout.add(chunk) || !end()) return;
      channel.close();
      reject(new HostError('unreadable-answer', `${describeEndpoint(link.endpoint)} answered with too much text`));
    });
    channel.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    channel.on('exit', (exitCode: number | null, signal?: string) => {
      code = exitCode ?? 255;
      killedBy = exitCode === null ? signal : undefined;
    });
    channel.on('error', () => undefined); // `close` follows, without an exit status
    channel.stdin.on('error', () => undefined); // the command may end before it has read everything
    channel.on('close', () => {
      if (!end()) return;
      if (code === undefined) reject(lostError(link.endpoint, 'the channel was closed without an exit status'));
      else resolve({ code, stdout: stdout.text(), stderr: stderr.text(), ...(killedBy && { signal: killedBy }) });
    });
    channel.end(options.stdin === undefined ? undefined : Buffer.from(options.stdin));
  });
}

function keyTypeOf(key: Buffer): string {
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}
