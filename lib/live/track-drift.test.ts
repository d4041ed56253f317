// Drift over time: first seen once, nothing from a pair that is being changed, nothing from daemons at work.
import { describe, expect, it } from 'vitest';
import { nothingExpected } from '../deploy/verify-host';
import { ANY_WAY } from '../plan/health-made';
import { liveFrames } from './test-frames';
import type { LiveContext } from './to-live-host';
import { trackDrift, type Seen } from './track-drift';

const expected = {
  ...{ release: '3-aaaaaaaa', revision: 2, host: { ...nothingExpected, daemons: [] as string[] } },
  ...{ files: [], healthWays: ANY_WAY },
};
const START = Date.parse('2026-11-23T00:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000);

function seen(changes: Parameters<typeof liveFrames>[0] = {}, more: Partial<LiveContext> = {}): Seen {
  const context = { virtualAddresses: ['192.168.7.240'], isDeploying: false, expected, ...more };
  return { frames: liveFrames(changes), context, role: 'active', texts: new Map() };
}
const clean = {
  firewall: { text: '*mangle\n:PREROUTING ACCEPT [1:60]\nCOMMIT\n' },
  ipvs: { text: '' },
};
const stoppedDaemon = { ...expected, host: { ...expected.host, daemons: ['keepalived'] } };

describe('a tracker', () => {
  it('tells drift at the first read, and keeps when it was first seen as long as it lasts', () => {
    const track = trackDrift(undefined);
    expect(track(seen(), at(0))).toMatchObject({ state: 'drift', release: '3-aaaaaaaa', revision: 2 });
    const [item] = track(seen(), at(60)).items;
    expect(item!.firstSeen).toBe(at(0).toISOString());
    expect(track(seen(clean), at(61))).toMatchObject({ state: 'none', items: [] });
    expect(track(seen(), at(70)).items[0]!.firstSeen).toBe(at(70).toISOString());
  });

  it('goes on from what an earlier process stored', () => {
    const last = trackDrift(undefined)(seen(), at(0));
    expect(trackDrift(last)(seen(), at(500)).items[0]!.firstSeen).toBe(at(0).toISOString());
  });

  it('says nothing before the first deploy, while one is open, and from what could not be read', () => {
    const never = { virtualAddresses: [], isDeploying: false };
    const track = trackDrift(undefined);
    expect(track({ ...seen(), context: never }, at(0))).toMatchObject({ state: 'not-deployed', items: [] });
    expect(track(seen({}, { isDeploying: true }), at(1))).toMatchObject({ state: 'paused', items: [] });
    const open = liveFrames().get('status')!.text.replace('state=confirmed', 'state=switched');
    expect(track(seen({ status: { text: open } }), at(2))).toMatchObject({ state: 'paused', items: [] });
    const unread = track(seen({ sysctls: { status: 1, text: '' } }), at(3));
    expect(unread).toMatchObject({ state: 'unknown', items: [] });
    expect(unread.why).toContain('sysctls');
  });

  it('waits two seconds before a stopped daemon counts', () => {
    const track = trackDrift(undefined);
    const stopped = () => seen(clean, { expected: stoppedDaemon });
    expect(track(stopped(), at(0)).state).toBe('none');
    expect(track(stopped(), at(2.1))).toMatchObject({ state: 'drift', items: [{ what: 'keepalived' }] });
  });

  it('does not count what daemons do just after a change of role, but still what a person does', () => {
    const track = trackDrift(undefined);
    const stopped = (more = clean) => seen(more, { expected: stoppedDaemon });
    track({ ...stopped(), role: 'standby' }, at(0));
    expect(track(stopped(), at(5)).state).toBe('settling');
    expect(track(stopped({ ...clean, firewall: liveFrames().get('firewall')! }), at(10)).state).toBe('drift');
    expect(track(stopped(), at(26))).toMatchObject({ state: 'drift', items: [{ what: 'keepalived' }] });
  });

  it('tells another release on the director when it is still there two seconds later', () => {
    const track = trackDrift(undefined);
    const other = () => seen(clean, { expected: { ...expected, release: '4-bbbbbbbb' } });
    expect(track(other(), at(0)).state).toBe('none');
    expect(track(other(), at(3)).items[0]!.sentence).toContain('4-bbbbbbbb was deployed last');
  });
});
