// Pools and their real servers: somebody to serve, reachable the way the forwarding method needs, ports left alone.
import { containsAddress, printInterval } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import { duplicatesOf, groupsOfPool, isMultiPort, quotedList, type Check } from './check';

export const checkEmptyPools: Check = ({ document }) =>
  document.pools.flatMap(({ name, realServers }, index) =>
    realServers.length > 0
      ? []
      : [
          error(
            'pool.empty',
            ['pools', index, 'realServers'],
            `Pool "${name}" has no real server, so every connection to it is refused.`,
            'Add a real server.',
          ),
        ],
  );

export const checkUnusedPools: Check = (resolution) =>
  resolution.document.pools.flatMap(({ name }, index) =>
    groupsOfPool(resolution, name).length > 0
      ? []
      : [
          warning(
            'pool.unused',
            ['pools', index],
            `No group uses pool "${name}".`,
            'Name it in a group, or remove it.',
          ),
        ],
  );

export const checkPoolWeights: Check = ({ document }) =>
  document.pools.flatMap(({ name, realServers }, pool): Diagnostic[] => {
    const wrong = realServers.flatMap(({ address, weight }, at) =>
      weight >= 0 && weight <= 65535
        ? []
        : [
            error(
              'real-server.weight-invalid',
              ['pools', pool, 'realServers', at, 'weight'],
              `Weight ${weight} of real server ${address} is not between 0 and 65535.`,
              'The usual weight is 1; 0 takes no new connections.',
            ),
          ],
    );
    if (realServers.length === 0 || realServers.some(({ weight }) => weight !== 0)) return wrong;
    const path = ['pools', pool, 'realServers'];
    const hint = 'Give at least one a weight above 0.';
    if (document.stack === 'keepalived') {
      const message = `Every real server of pool "${name}" has weight 0, for which keepalived has no quorum: its test of the configuration fails.`;
      return [...wrong, error('pool.all-weights-zero', path, message, hint)];
    }
    const message = `Every real server of pool "${name}" has weight 0, so none takes a new connection.`;
    return [warning('pool.all-weights-zero', path, message, hint)];
  });

export const checkDuplicateRealServers: Check = ({ document, realServers }) =>
  realServers.flatMap((addresses, pool) => {
    const { name, realServers: documents } = document.pools[pool] ?? { name: '', realServers: [] };
    return duplicatesOf(
      [...addresses.entries()],
      ([at, address]) => address && `${address.text} ${documents[at]?.port ?? 0}`,
    ).map(({ index, firstIndex }) =>
      error(
        'real-server.duplicate',
        ['pools', pool, 'realServers', index, 'address'],
        `Pool "${name}" already has ${addresses[index]?.text ?? ''} as realServers[${firstIndex}]; IPVS holds a real server once per service.`,
        'Remove one of the two, or raise the weight of the first.',
      ),
    );
  });

/** masq: the reply must come back through the director, so it must be the real server's router on the internal network. */
export const checkRealServerNetworks: Check = ({ document, realServers, directors }) =>
  document.pools.flatMap(({ name, forwarding }, pool) =>
    (realServers[pool] ?? []).flatMap((address, at): Diagnostic[] => {
      const sides = directors.map(({ external, internal, external6, internal6 }) =>
        [internal, internal6, ...(forwarding === 'gate' ? [external, external6] : [])].flatMap((side) => side ?? []),
      );
      const missing = sides.find(
        (on) => address && on.length > 0 && !on.some((side) => containsAddress(side.network, address)),
      );
      const networks = missing?.map((side) => printInterval(side.network)).join(' and ') ?? '';
      if (!address || !missing || forwarding === 'ipip') return [];
      const path = ['pools', pool, 'realServers', at, 'address'];
      return [
        forwarding === 'masq'
          ? error(
              'real-server.outside-internal-network',
              path,
              `Real server ${address.text} of pool "${name}" (masq) is not in the internal network ${networks}: its replies would not return through the director, and the client would not accept them.`,
              'Give its address in the internal network, or use forwarding ipip.',
            )
          : error(
              'real-server.not-connected',
              path,
              `Real server ${address.text} of pool "${name}" (gate) is in no network of the directors (${networks}): gate sends to its MAC address, so it must be a neighbour.`,
              'Give its address on a shared network, or use forwarding ipip.',
            ),
      ];
    }),
  );

/** The kernel sends to the real server's port whatever port the client asked for (lvs.md S4). */
export const checkRealServerPorts: Check = (resolution) =>
  resolution.document.pools.flatMap(({ name, forwarding, realServers }, pool) => {
    const uses = groupsOfPool(resolution, name);
    const many = uses.filter((use) => isMultiPort(use) === true).map(({ group }) => group.name);
    const persistent = uses.filter(({ group }) => group.persistence).map(({ group }) => group.name);
    return realServers.flatMap(({ address, port }, at): Diagnostic[] => {
      const path = ['pools', pool, 'realServers', at, 'port'];
      if (port === undefined) return [];
      if (forwarding !== 'masq') {
        return [
          error(
            'real-server.port-not-masq',
            path,
            `Real server ${address} of pool "${name}" has port ${port}, but ${forwarding} cannot change the port of a packet.`,
            'Remove the port, or use forwarding masq.',
          ),
        ];
      }
      if (many.length > 0) {
        const message = `Real server ${address} of pool "${name}" has port ${port}, but group ${quotedList(many)} has more than one port: without persistence the kernel rewrites every packet to port ${port} (443 too), with persistence it ignores the port.`;
        return [
          error(
            'real-server.port-under-masq',
            path,
            message,
            'Remove the port, or make a group of exactly one port for it.',
          ),
        ];
      }
      if (persistent.length === 0) return [];
      return [
        warning(
          'real-server.port-ignored',
          path,
          `Port ${port} of real server ${address} has no effect in group ${quotedList(persistent)}: the kernel ignores it under persistence.`,
          'Remove the port or the persistence.',
        ),
      ];
    });
  });
