// What a director last answered, asked again: a packet through it, its literal outputs, and a sentence where nothing was read.
import { describe, expect, it } from 'vitest';
import { HostError } from '../core/errors';
import { liveFrames } from '../live/test-frames';
import { openLastReadings, type Reading } from '../live/last-readings';
import type { GuardHost } from '../ssh/guard-host';
import { readOutputs, traceLive } from './read-last';

const reading = (changes = {}): Reading => ({
  frames: liveFrames(changes),
  readAt: '2026-01-01T00:00:02.000Z',
  settingsReadAt: '2026-01-01T00:00:00.000Z',
});
const away = async (): Promise<Reading> => {
  throw new HostError('unreachable', 'director1 does not answer.', { host: 'director1' });
};

describe('a packet through the last reading', () => {
  it('says what the rules that were read do, and when they were read', async () => {
    const found = await traceLive(async () => reading(), 'tcp 203.0.113.9 -> 192.168.0.17:443', 'eth0');
    expect(found).toMatchObject({ readAt: '2026-01-01T00:00:02.000Z', settingsReadAt: '2026-01-01T00:00:00.000Z' });
    expect(found.answer).toMatchObject({ mark: 1, decidedBy: { own: true } });
    expect(found.answer?.decidedBy?.rule).toMatch(/^-A LVS-CONSOLE -d 192\.168\.0\.0\/24 -i eth0 /);
    const foreign = await traceLive(async () => reading(), 'tcp 203.0.113.77 -> 192.168.0.17:443', 'eth0');
    expect(foreign.answer).toMatchObject({ mark: 0x4001, decidedBy: { own: false } });
  });

  it('has no answer where a section could not be read or nobody answers, and says why', async () => {
    const broken = { firewall: { status: 1, text: '' } };
    const found = await traceLive(async () => reading(broken), 'tcp 192.168.0.17:443', 'eth0');
    expect(found.answer).toBeUndefined();
    expect(found.problem).toBe('Section firewall could not be read: its tool ended with 1.');
    expect(await traceLive(away, 'tcp 192.168.0.17:443', 'eth0')).toEqual({ problem: 'director1 does not answer.' });
  });

  it('refuses what is no packet', async () => {
    await expect(traceLive(async () => reading(), 'quic 192.0.2.1', 'eth0')).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('literal outputs', () => {
  it('are those of the reading, with the status of each tool', async () => {
    const found = await readOutputs(
      async () => reading({ files: { status: 127, text: '' } }),
      ['ipvs-daemon', 'files'],
    );
    expect(found.outputs).toEqual([
      { section: 'ipvs-daemon', status: 0, text: 'master sync daemon (mcast=eth1, syncid=240)\n' },
      { section: 'files', status: 127, text: '' },
    ]);
    expect(await readOutputs(away, ['ipvs'])).toEqual({ problem: 'director1 does not answer.', outputs: [] });
  });
});

describe('the last readings', () => {
  it('cost a polled director nothing, and one that nobody here polls a read for several questions', async () => {
    const readings = openLastReadings();
    let reads = 0;
    const host = { name: 'director1', read: async () => ((reads += 1), liveFrames()) } as unknown as GuardHost;
    const ask = () => readings.get('d1', async () => host);
    await Promise.all([ask(), ask(), ask()]);
    expect(reads).toBe(1);
    readings.keep('d1', reading());
    expect((await ask()).readAt).toBe('2026-01-01T00:00:02.000Z');
    expect((await readings.ask('d1', 'conn-list', async () => host)).readAt).not.toBe('2026-01-01T00:00:02.000Z');
    await readings.ask('d1', 'conn-list', async () => host);
    expect(reads).toBe(2);
    readings.drop('d1');
    expect((await ask()).readAt).not.toBe('2026-01-01T00:00:02.000Z');
    expect(reads).toBe(2);
  });
});
