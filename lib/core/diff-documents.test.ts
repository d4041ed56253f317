import { describe, expect, it } from 'vitest';
import { diffDocuments } from './diff-documents';
import { seedDocument } from './seed';
import type { TopologyDocument } from './document';
import type { ObjectChange } from './views/object-change';

function diffAfter(edit: (document: TopologyDocument) => void): ObjectChange[] {
  const after = structuredClone(base);
  edit(after);
  return diffDocuments(base, after);
}
const base: TopologyDocument = {
  ...seedDocument(),
  ranges: [
    { name: 'services', addresses: '192.168.0.0/24' },
    { name: 'mail', addresses: '198.51.100.0/28' },
  ],
  groups: [
    ...seedDocument().groups,
    {
      ...{ name: 'smtp', mark: 2, scheduler: 'wlc', pool: 'web', overrides: ['everything'] },
      matches: [
        { range: 'mail', protocol: 'tcp', ports: [25, '465-587'] },
        { range: 'mail', protocol: 'udp' },
      ],
    },
  ],
};

describe('the difference of two documents', () => {
  it('is nothing for the same document, whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(base).reverse()) as TopologyDocument;
    expect(diffDocuments(base, turned)).toEqual([]);
  });

  const rows: [string, (document: TopologyDocument) => void, ObjectChange[]][] = [
    [
      'a weight',
      (d) => void (d.pools[0]!.realServers[1]!.weight = 0),
      [
        {
          ...{ kind: 'real server', name: '192.168.6.3', pool: 'web', change: 'changed' },
          fields: [{ path: 'weight', before: '1', after: '0' }],
        },
      ],
    ],
    [
      'a real server that goes and one that comes',
      (d) => void d.pools[0]!.realServers.splice(1, 1, { address: '192.168.6.9', weight: 2, port: 8080 }),
      [
        {
          ...{ kind: 'real server', name: '192.168.6.9', pool: 'web', change: 'added' },
          fields: [
            { path: 'weight', after: '2' },
            { path: 'port', after: '8080' },
          ],
        },
        {
          ...{ kind: 'real server', name: '192.168.6.3', pool: 'web', change: 'removed' },
          fields: [{ path: 'weight', before: '1' }],
        },
      ],
    ],
    [
      'persistence that comes, and the ports of one match of two',
      (d) => {
        d.groups[1]!.persistence = { timeoutSeconds: 600, netmask: '255.255.255.0' };
        d.groups[1]!.matches[0]!.ports = [25];
      },
      [
        {
          ...{ kind: 'group', name: 'smtp', change: 'changed' },
          fields: [
            { path: 'match', before: 'tcp 25, 465-587 to mail', after: 'tcp 25 to mail' },
            { path: 'persistence.timeoutSeconds', after: '600' },
            { path: 'persistence.netmask', after: '255.255.255.0' },
          ],
        },
      ],
    ],
    [
      'matches in another order',
      (d) => void d.groups[1]!.matches.reverse(),
      [
        {
          ...{ kind: 'group', name: 'smtp', change: 'changed' },
          fields: [
            {
              path: 'order of matches',
              before: 'tcp 25, 465-587 to mail; udp to mail',
              after: 'udp to mail; tcp 25, 465-587 to mail',
            },
          ],
        },
      ],
    ],
    [
      'settings of the pair',
      (d) => {
        d.ftp = true;
        d.virtualAddresses.external = '192.168.7.241/24';
        d.gateways = ['192.168.7.1', '192.168.7.2'];
      },
      [
        {
          ...{ kind: 'topology', name: 'fwmark-seed', change: 'changed' },
          fields: [
            { path: 'ftp', before: 'false', after: 'true' },
            { path: 'virtualAddresses.external', before: '192.168.7.240/24', after: '192.168.7.241/24' },
            { path: 'gateways', before: '192.168.7.1', after: '192.168.7.1, 192.168.7.2' },
          ],
        },
      ],
    ],
    [
      'groups in another order',
      (d) => void d.groups.reverse(),
      [
        {
          ...{ kind: 'topology', name: 'fwmark-seed', change: 'changed' },
          fields: [{ path: 'order of groups', before: 'everything, smtp', after: 'smtp, everything' }],
        },
      ],
    ],
    [
      'a director’s interface',
      (d) => void (d.directors[0]!.external.interface = 'ens3'),
      [
        {
          ...{ kind: 'director', name: 'director1', change: 'changed' },
          fields: [{ path: 'external.interface', before: 'eth0', after: 'ens3' }],
        },
      ],
    ],
  ];
  it.each(rows)('tells %s', (_what, edit, changes) => expect(diffAfter(edit)).toEqual(changes));

  it('knows an object that only has another name, and that what refers to it did not change', () => {
    const changes = diffAfter((d) => {
      d.ranges[1]!.name = 'post';
      d.pools[0]!.name = 'all';
      d.groups[0]!.name = 'rest';
      for (const match of d.groups[1]!.matches) match.range = 'post';
      for (const group of d.groups) group.pool = 'all';
      d.groups[1]!.overrides = ['rest'];
    });
    expect(changes).toEqual([
      { kind: 'range', name: 'post', formerName: 'mail', change: 'renamed', fields: [] },
      { kind: 'pool', name: 'all', formerName: 'web', change: 'renamed', fields: [] },
      { kind: 'group', name: 'rest', formerName: 'everything', change: 'renamed', fields: [] },
    ]);
  });

  it('takes an object with another name and another value for a new one', () => {
    const changes = diffAfter((d) => void (d.ranges[1] = { name: 'post', addresses: '198.51.100.0/29' }));
    expect(changes.map(({ kind, name, change }) => [kind, name, change])).toEqual([
      ['range', 'post', 'added'],
      ['range', 'mail', 'removed'],
    ]);
  });

  it('calls everything new when there is nothing before', () => {
    const changes = diffDocuments(undefined, base);
    expect(changes.every(({ change }) => change === 'added')).toBe(true);
    expect(changes.map(({ kind }) => kind)).toEqual([
      ...['topology', 'director', 'director', 'range', 'range', 'pool', 'real server', 'real server', 'group', 'group'],
    ]);
  });

  it('tells real servers with one address by their ports', () => {
    const twice = structuredClone(base);
    twice.pools[0]!.realServers = [
      { address: '192.168.6.2', weight: 1, port: 8080 },
      { address: '192.168.6.2', weight: 1, port: 8081 },
    ];
    const next = structuredClone(twice);
    next.pools[0]!.realServers.pop();
    expect(diffDocuments(twice, next)).toEqual([
      {
        ...{ kind: 'real server', name: '192.168.6.2 port 8081', pool: 'web', change: 'removed' },
        fields: [
          { path: 'weight', before: '1' },
          { path: 'port', before: '8081' },
        ],
      },
    ]);
  });
});
