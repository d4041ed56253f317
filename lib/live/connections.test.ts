// Looks at connection tables and whole searches, from the guard's words to what the page shows; the director's side is in guard.lab.test.ts.
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../core/errors';
import { resolveTopology } from '../core/resolve';
import { seedDocument } from '../core/seed';
import type { GuardHost } from '../ssh/guard-host';
import { termsOf } from './connection-terms';
import { forecastListing, noteListing, type ListingSample } from './listing-cost';
import { groupNamer, NO_FILTER, readConnections } from './read-connections';
import { openSearchRows } from './search-rows';

const row = (port: string, state = 'ESTABLISHED', origin = 'LOCAL ') =>
  `TCP CB007109 ${port} C0A8004D 0050 C0A80602 0050 ${state.padEnd(11)} ${origin}     899\n`;
const template = 'IP  CB007100 0000 00000001 0000 C0A80602 0000 ASSURED     SYNC       598\n';
const frame = (section: string, body: string, status = 0) =>
  `@@ begin ${section}\n${body}@@ end ${section} ${status}\n`;
const seen = (whole: string, more = 0) => `seen=3\nfound=3\nodd=0\nmore_cells=${more}\nmore_nets=0\nwhole=${whole}\n`;
const answer = (whole: string, more?: number) =>
  frame('count', '120\n') +
  frame('began', '100.10 1\n') +
  frame('rows', row('C350') + row('C351', 'TIME_WAIT') + template) +
  frame(
    'cells',
    '2 TCP C0A8004D 0050 C0A80602 0050 ESTABLISHED LOCAL\n1 IP 00000001 0000 C0A80602 0000 ASSURED SYNC\n',
  ) +
  frame('nets', '3 CB0071\n') +
  frame('seen', seen(whole, more)) +
  frame('ended', '100.16 1\n') +
  frame('cpu', '0m0.010s 0m0.020s\n0m0.010s 0m0.040s\n');
const asked: string[][] = [];
const answering = (stdout: string) =>
  ({
    name: 'director1',
    guard: async (_verb: string, args: string[]) => {
      asked.push(args);
      return { stdout, stderr: '' };
    },
  }) as unknown as GuardHost;
const topology = resolveTopology(seedDocument()).topology!;

describe('a look', () => {
  it('says what it saw, what the whole is, and what it cost', async () => {
    const nameGroup = groupNamer(topology, 'director1');
    const look = { limit: 10, boundMs: 50, filter: NO_FILTER, nameGroup };
    const page = await readConnections(answering(answer('no')), look);
    expect(page).toMatchObject({
      total: 120,
      seen: 3,
      found: 3,
      isWhole: false,
      boundMs: 50,
      tookMs: 60,
      cpuMs: 80,
      odd: 0,
    });
    const group = topology.groups.find(({ mark }) => mark === 1)!.name;
    expect(page.rows.map(({ client, virtual, kind, origin, mark }) => [client, virtual, kind, origin, mark])).toEqual([
      ['203.0.113.9:50000', '192.168.0.77:80', 'connection', 'local', undefined],
      ['203.0.113.9:50001', '192.168.0.77:80', 'connection', 'local', undefined],
      ['203.0.113.0:0', '0.0.0.1:0', 'template', 'synced', 1],
    ]);
    expect(page.rows[2]?.group).toBe(group);
    expect(page.counts).toMatchObject({
      states: [
        { name: 'TCP ESTABLISHED', count: 2 },
        { name: 'persistence template', count: 1 },
      ],
      realServers: [
        { name: '192.168.6.2:80', count: 2 },
        { name: '192.168.6.2:0', count: 1 },
      ],
      networks: [{ name: '203.0.113.0/24', count: 3 }],
      origins: [
        { name: 'local', count: 2 },
        { name: 'synced', count: 1 },
      ],
      isCut: false,
    });
  });

  it('says that lists are not complete, and that the table was passed to its end', async () => {
    const look = { limit: 10, boundMs: 50, filter: NO_FILTER };
    expect(await readConnections(answering(answer('yes', 4)), look)).toMatchObject({
      isWhole: true,
      counts: { isCut: true },
    });
  });

  it('of a host without IPVS is an empty table with the reason', async () => {
    const stdout = frame('count', '', 2) + frame('rows', '', 1);
    const page = await readConnections(answering(stdout), { limit: 1, boundMs: 50, filter: NO_FILTER });
    expect(page).toMatchObject({
      rows: [],
      total: 0,
      reason: 'This director has no connection table: IPVS is not loaded.',
    });
  });

  it('that is cut off in the middle is an error, never an empty page', async () => {
    const cut = answer('no').slice(0, 200);
    await expect(readConnections(answering(cut), { limit: 1, boundMs: 50, filter: NO_FILTER })).rejects.toMatchObject({
      code: 'unreadable-answer',
    });
  });
});

describe('a filter', () => {
  it.each([
    [{ client: '203.0.113.9' }, '2 CB007109 CB007109'],
    [{ client: '203.0.113.0/24' }, '2 CB007100 CB0071FF'],
    [{ client: '192.0.2.1-192.0.2.5' }, '2 C0000201 C0000205'],
    [{ virtual: '192.168.0.7:80' }, '4 C0A80007 C0A80007 5 0050 0050'],
    [
      { virtual: '[2001:db8::7]:443' },
      '4 2001:0DB8:0000:0000:0000:0000:0000:0007 2001:0DB8:0000:0000:0000:0000:0000:0007 5 01BB 01BB',
    ],
    [
      { virtual: '2001:db8::/112' },
      '4 2001:0DB8:0000:0000:0000:0000:0000:0000 2001:0DB8:0000:0000:0000:0000:0000:FFFF',
    ],
    [{ realServer: '192.168.6.2', port: '8000-8099' }, '6 C0A80602 C0A80602 5 1F40 1FA3'],
    [{ state: 'time_wait', origin: 'synced' as const }, '8 TIME_WAIT TIME_WAIT 9 SYNC SYNC'],
    [{}, ''],
  ])('%j is sent as %s', (part, terms) => {
    expect(termsOf({ ...NO_FILTER, ...part }).join(' ')).toBe(terms);
  });

  it.each([
    [{ client: '; reboot' }, 'Client'],
    [{ virtual: '$(id):80' }, 'Virtual address'],
    [{ realServer: "192.168.6.2' x" }, 'Real server'],
    [{ port: '0' }, 'Port'],
    [{ state: 'a b' }, 'State'],
  ])('%j is refused with the name of its field, and never sent', async (part, field) => {
    const before = asked.length;
    const look = { limit: 1, boundMs: 50, filter: { ...NO_FILTER, ...part } };
    const error = await readConnections(answering(answer('yes')), look).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceError);
    expect((error as ServiceError).message).toMatch(new RegExp(`^${field}: `));
    expect(asked).toHaveLength(before);
  });
});

describe('the cost of a whole listing', () => {
  const note = (...samples: ListingSample[]) => samples.reduce<ListingSample[]>(noteListing, []);

  it('is the square until two parts of different length were timed', () => {
    expect(forecastListing([], 1000)).toBeUndefined();
    expect(forecastListing(note({ rows: 2_000, ms: 250 }), 20_000)).toEqual({
      seconds: 25,
      exponent: 2,
      isMeasured: false,
    });
  });

  it.each([
    ['quadratic', 2, 125],
    ['linear', 1, 5],
  ])('follows a %s kernel', (_, exponent, seconds) => {
    const samples = note({ rows: 2_000, ms: 200 }, { rows: 10_000, ms: 200 * 5 ** exponent });
    const forecast = forecastListing(samples, 50_000)!;
    expect(forecast.isMeasured).toBe(true);
    expect(forecast.exponent).toBeCloseTo(exponent, 5);
    expect(forecast.seconds).toBeCloseTo(seconds, 3);
  });

  it('takes no sample that is mostly the start of its processes', () => {
    expect(note({ rows: 50, ms: 400 }, { rows: 5_000, ms: 60 })).toEqual([]);
  });
});

describe('a search', () => {
  const text = Array.from({ length: 1201 }, (_, at) => row(at.toString(16).toUpperCase().padStart(4, '0'))).join('');
  const whole = `@@ seen 1000\n${text}@@ end seen=5000 found=1201 odd=0 whole=yes\n@@ begin cpu\n0m0.1s 0m0.2s\n0m0s 0m0s\n@@ end cpu 0\n`;

  it.each([1, 7, 4096, 1_000_000])(
    'gives every row back, from any place, when it comes in parts of %i bytes',
    (size) => {
      const store = openSearchRows(groupNamer(topology, 'director1'));
      for (let at = 0; at < whole.length; at += size) store.push(Buffer.from(whole.slice(at, at + size)));
      expect(store.end()).toMatchObject({ end: { seen: 5000, found: 1201, isWhole: true } });
      expect(store.progress()).toEqual({ seen: 5000, found: 1201 });
      expect(store.read(0, 2).map(({ client }) => client)).toEqual(['203.0.113.9:0', '203.0.113.9:1']);
      expect(store.read(498, 4).map(({ client }) => client.split(':')[1])).toEqual(['498', '499', '500', '501']);
      expect(store.read(1199, 50)).toHaveLength(2);
      expect(store.read(5000, 50)).toEqual([]);
      expect(store.counts().networks).toEqual([{ name: '203.0.113.0/24', count: 1201 }]);
    },
  );

  it('that was cut off has no end, and keeps what it found', () => {
    const store = openSearchRows();
    store.push(Buffer.from(text));
    expect(store.end().end).toBeUndefined();
    expect(store.progress().found).toBe(1201);
    expect(store.read(1200, 5)).toHaveLength(1);
  });
});
