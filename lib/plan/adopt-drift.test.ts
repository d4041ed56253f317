// A hand-made change becomes the document that would render it, and what no document says is refused with its reason.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { seedDocument } from '../core/seed';
import type { Adoption } from '../core/views/drift';
import { adoptDrift } from './adopt-drift';
import { diffIpvs } from './diff-ipvs';
import { findDrift } from './find-drift';
import { ANY_WAY } from './health-made';
import type { ObservedHost } from './observed-host';
import { changed, deployedHost, render } from './test-observed';

const server = { service: 'fwm:1', address: '192.168.6.2', port: 0 };

function adopted(adoption: Adoption, document = seedDocument()): { document: TopologyDocument; also: string[] } {
  const found = adoptDrift(document, adoption);
  if ('why' in found) throw new Error(found.why);
  return found;
}

describe('adopting', () => {
  it.each<[string, (host: ObservedHost) => void]>([
    ['a weight', ({ ipvs }) => (ipvs[0]!.realServers[0]!.weight = 7)],
    ['a scheduler', ({ ipvs }) => (ipvs[0]!.scheduler = 'wlc')],
    ['persistence', ({ ipvs }) => (ipvs[0]!.persistenceSeconds = 300)],
    [
      'a real server',
      ({ ipvs }) => ipvs[0]!.realServers.push({ address: '192.168.6.77', port: 0, forwarding: 'masq', weight: 2 }),
    ],
  ])('%s gives a revision whose service is the one that stands there', (_what, change) => {
    const [release] = render(seedDocument()).releases;
    const host = deployedHost(release!, 'active');
    change(host);
    const expected = { intent: release!.intent, daemons: [] };
    const found = findDrift(
      { release: '1-aaaaaaaa', revision: 1, host: expected, files: [], healthWays: ANY_WAY },
      host,
    );
    const [item] = found === 'paused' ? [] : found;
    const { document } = adopted(item!.adopt as Adoption);
    const service = render(document).releases[0]!.intent.active.ipvs.find(({ key }) => key === host.ipvs[0]!.key)!;
    expect(diffIpvs([service], [host.ipvs[0]!], []).map(({ sentence }) => sentence)).toEqual([]);
  });

  it('takes a real server out of its pool, and persistence out of its group', () => {
    const { document } = adopted({ kind: 'remove-server', ...server });
    expect(document.pools[0]!.realServers.map(({ address }) => address)).not.toContain(server.address);
    const persistent = changed(
      (next) => (next.groups[0]!.persistence = { timeoutSeconds: 60, netmask: '255.255.255.0' }),
    );
    const plain = adopted({ kind: 'service', service: 'fwm:1', scheduler: 'rr' }, persistent);
    expect(plain.document.groups[0]!.persistence).toBeUndefined();
  });

  it('says which other groups get the change because they share the pool', () => {
    const [group, ...others] = seedDocument().groups.filter(({ pool }) => pool === seedDocument().pools[0]!.name);
    const { also } = adopted({ kind: 'weight', ...server, service: `fwm:${group!.mark}`, weight: 3 });
    expect(also).toEqual(others.map(({ name }) => name));
  });

  it('leaves everything else of the document alone', () => {
    const { document } = adopted({ kind: 'weight', ...server, weight: 3 });
    const back = adopted({ kind: 'weight', ...server, weight: 1 }, document);
    expect(back.document).toEqual(seedDocument());
  });

  it.each<[string, Adoption, RegExp]>([
    ['a service that has no group', { kind: 'weight', ...server, service: 'fwm:99', weight: 3 }, /no group/],
    ['a real server that is gone', { kind: 'weight', ...server, address: '192.168.6.99', weight: 3 }, /no real server/],
    ['one that is there already', { kind: 'add-server', ...server, weight: 1, forwarding: 'masq' }, /already/],
    [
      'one that is forwarded in another way than its pool',
      { kind: 'add-server', ...server, address: '192.168.6.99', weight: 1, forwarding: 'gate' },
      /forwards by masq/,
    ],
  ])('refuses %s', (_what, adoption, why) => {
    expect(adoptDrift(seedDocument(), adoption)).toMatchObject({ why: expect.stringMatching(why) as string });
  });
});
