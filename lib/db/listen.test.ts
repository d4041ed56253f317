// Fan-out by LISTEN/NOTIFY: every watcher hears of a committed change, also across a lost connection.
import { afterEach, describe, expect, it } from 'vitest';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { getDb, inTransaction } from './client';
import { notify, watchChannel, type Channel } from './listen';

setUpTestDatabase();

const open: AbortController[] = [];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Collects what a watcher yields; `undefined` (read again) as null, so that it is seen in a diff. */
function watch(channel: Channel) {
  const control = new AbortController();
  open.push(control);
  const heard: (string | null)[] = [];
  const ended = (async () => {
    for await (const payload of watchChannel(channel, control.signal)) heard.push(payload ?? null);
  })();
  const until = async (count: number, timeoutMs = 5_000) => {
    for (const deadline = Date.now() + timeoutMs; heard.length < count;) {
      if (Date.now() > deadline) throw new Error(`heard only ${JSON.stringify(heard)}`);
      await pause(10);
    }
    return heard;
  };
  return { heard, ended, until, stop: () => control.abort() };
}

async function listeningBackends(): Promise<number> {
  const [row] = await getDb().$queryRaw<[{ count: bigint }]>`
    SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
  return Number(row.count);
}

const cutListener = () => getDb().$queryRaw`
  SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;

afterEach(() => open.splice(0).forEach((control) => control.abort()));

describe('watching a channel', () => {
  it('says first that it listens: who reads then misses nothing', async () => {
    const watcher = watch('live');
    expect(await watcher.until(1)).toEqual([null]);
    await notify(getDb(), 'live', 'director-1');
    expect(await watcher.until(2)).toEqual([null, 'director-1']);
  });

  it('hears of a change when it is committed, and never of one that was rolled back', async () => {
    const watcher = watch('deploy');
    await watcher.until(1);
    await inTransaction(getDb(), async (tx) => {
      await notify(tx, 'deploy', 'undone');
      throw new Error('roll back');
    }).catch(() => undefined);
    await inTransaction(getDb(), async (tx) => {
      await notify(tx, 'deploy', 'done');
      await pause(100);
      expect(watcher.heard).toEqual([null]);
    });
    expect(await watcher.until(2)).toEqual([null, 'done']);
  });

  it('ends with its signal, and holds one connection for any number of watchers', async () => {
    const watchers = Array.from({ length: 20 }, () => watch('live'));
    await Promise.all(watchers.map(({ until }) => until(1)));
    expect(await listeningBackends()).toBe(1);
    for (const { stop } of watchers) stop();
    await Promise.all(watchers.map(({ ended }) => ended));
  });

  it('does not grow while its reader is slow: a payload waits at most once', async () => {
    const control = new AbortController();
    open.push(control);
    const slow = watchChannel('live', control.signal);
    const fast = watch('live');
    expect((await slow.next()).value).toBeUndefined();
    await fast.until(1);
    for (let round = 0; round < 10; round += 1) for (const id of ['a', 'b']) await notify(getDb(), 'live', id);
    await fast.until(3);
    await notify(getDb(), 'live', 'last');
    await pause(200);
    expect([(await slow.next()).value, (await slow.next()).value, (await slow.next()).value]).toEqual([
      'a',
      'b',
      'last',
    ]);
  });
});

describe('a lost connection', () => {
  it('is opened again, once, and every watcher is told to read again', async () => {
    const watchers = [watch('live'), watch('deploy')];
    await Promise.all(watchers.map(({ until }) => until(1)));
    await cutListener();
    for (const watcher of watchers) expect(await watcher.until(2)).toEqual([null, null]);
    expect(await listeningBackends()).toBe(1);
  });

  it('is tried again while the database is away, without piling up attempts', async () => {
    const watcher = watch('live');
    await watcher.until(1);
    const url = process.env.DATABASE_URL;
    await cutListener();
    process.env.DATABASE_URL = 'postgresql://app@localhost/absent?host=%2Fnonexistent';
    await pause(5_000);
    process.env.DATABASE_URL = url;
    await watcher.until(2, 10_000);
    await pause(2_500);
    expect(await listeningBackends()).toBe(1);
    await notify(getDb(), 'live', 'still here');
    await watcher.until(3);
    expect(watcher.heard.at(-1)).toBe('still here');
    expect(watcher.heard).toHaveLength(3);
  });

  it('is waited for when the database is away from the start', async () => {
    const url = process.env.DATABASE_URL;
    const first = watch('live');
    await first.until(1);
    await cutListener();
    process.env.DATABASE_URL = 'postgresql://app@localhost/absent?host=%2Fnonexistent';
    await pause(200);
    const late = watch('deploy');
    await pause(1_500);
    process.env.DATABASE_URL = url;
    expect((await late.until(1, 10_000))[0]).toBeNull();
  });
});
