import { describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { recorded } from '../parse/test-recorded';
import type { GuardHost } from '../ssh/guard-host';
import { readTraffic } from './read-traffic';

const CONNECTIONS = recorded('proc-net-ip_vs_conn');
const frame = (name: string, text: string, status = 0) => `@@ begin ${name}\n${text}@@ end ${name} ${status}\n`;

/** A director that answers with what a real one said. */
function director(sections: Record<string, [text: string, status: number]>, connections: string): GuardHost {
  const frames = new Map(Object.entries(sections).map(([name, [text, status]]) => [name, { text, status }]));
  return {
    name: 'director1',
    read: async () => frames,
    guard: async () => ({ stdout: connections, stderr: '' }),
  } as unknown as GuardHost;
}

const table = {
  'ipvs-list': [recorded('ipvsadm-Ln'), 0],
  'ipvs-daemon': [recorded('ipvsadm-Ln-daemon'), 0],
  modules: ['ip_vs\n', 0],
} satisfies Record<string, [string, number]>;
/** As the guard frames a listing that came to the end of the table, or was cut off by its bound. */
const listing = (rows: string, whole = 'yes') =>
  [
    ...[frame('count', '4\n'), frame('began', '1.00 1\n'), frame('rows', rows), frame('cells', ''), frame('nets', '')],
    frame(
      'seen',
      `seen=9\nfound=${String(rows.split('\n').length - 2)}\nodd=0\nmore_cells=0\nmore_nets=0\nwhole=${whole}\n`,
    ),
    ...[frame('ended', '1.01 1\n'), frame('cpu', '0m0s 0m0s\n0m0s 0m0s\n')],
  ].join('');

describe('the connections of a director', () => {
  it('are the counts of its services and the rows of its table', async () => {
    const traffic = await readTraffic(director(table, listing(CONNECTIONS)));
    expect(traffic.problem).toBeUndefined();
    expect(traffic.services?.length).toBeGreaterThan(0);
    expect(traffic.services?.flatMap(({ realServers }) => realServers)[0]?.activeConnections).toEqual(
      expect.any(Number),
    );
    expect(traffic.listing).toMatchObject({ isWhole: true });
    expect(traffic.listing?.rows.length).toBeGreaterThan(0);
  });

  it('are not all listed when the bound was reached', async () => {
    const [header = '', row = ''] = CONNECTIONS.split('\n');
    const traffic = await readTraffic(director(table, listing(`${header}\n${`${row}\n`.repeat(2_000)}`, 'no')));
    expect(traffic.listing).toMatchObject({ isWhole: false });
  });

  it('are not listed at all when the listing failed, though the services were read', async () => {
    const failed = frame('count', '', 1) + frame('rows', '', 1);
    const traffic = await readTraffic(director(table, failed));
    expect(traffic.services?.length).toBeGreaterThan(0);
    expect(traffic.listing).toEqual({ rows: [], isWhole: false });
  });

  it('are none where IPVS is not loaded, the one failure that means empty', async () => {
    const failed = { 'ipvs-list': ['', 255], 'ipvs-daemon': ['', 255] } satisfies Record<string, [string, number]>;
    const unloaded = await readTraffic(director({ ...failed, modules: ['nf_tables\n', 0] }, ''));
    expect(unloaded).toMatchObject({ services: [], listing: { rows: [], isWhole: true } });
    const broken = await readTraffic(director({ ...failed, modules: ['ip_vs\n', 0] }, ''));
    expect(broken.services).toBeUndefined();
    expect(broken.problem).toContain('ipvs-list');
  });

  it('are unknown when the director does not answer, and its words say why', async () => {
    const away = { name: 'director1', read: () => Promise.reject(new HostError('time-out', 'director1: no answer.')) };
    expect(await readTraffic(away as unknown as GuardHost)).toEqual({
      director: 'director1',
      problem: 'director1: no answer.',
    });
  });
});
