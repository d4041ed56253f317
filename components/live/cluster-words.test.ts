// The daemon's word beside the addresses.
import { describe, expect, it } from 'vitest';
import type { LiveHost } from '@/lib/core/views/live';
import { clusterWords } from './cluster-words';

const system = { uptimeSeconds: 1, clockAheadSeconds: 0 };
const of = (role: LiveHost['role'], word: { heartbeat?: string; vrrp?: string }) =>
  clusterWords({ role, system: { ...system, ...word } });

describe('what a cluster daemon says', () => {
  it.each<[LiveHost['role'], { heartbeat?: string; vrrp?: string }, string, boolean]>([
    ['active', { heartbeat: 'all' }, 'heartbeat: holds all resources', false],
    ['standby', { heartbeat: 'local' }, 'heartbeat: holds its own resources', false],
    ['standby', { heartbeat: 'none' }, 'heartbeat: holds no resource', false],
    ['standby', { heartbeat: 'foreign' }, "heartbeat: holds the other one's resources", true],
    ['active', { heartbeat: 'transition' }, 'heartbeat: is moving resources', false],
    ['active', { heartbeat: 'new-word' }, 'heartbeat: new-word', false],
    ['active', { vrrp: 'BACKUP' }, 'VRRP: BACKUP', true],
    ['unknown', { vrrp: 'MASTER' }, 'VRRP: MASTER', false],
  ])('of a director that is %s: %j', (role, word, words, isOdd) => {
    expect(of(role, word)).toEqual({ words, isOdd });
  });

  it('is nothing where neither was asked', () => {
    expect(of('active', {})).toBeUndefined();
    expect(clusterWords({ role: 'active' })).toBeUndefined();
  });
});
