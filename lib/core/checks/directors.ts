// The pair: how many directors, their addresses and interfaces, and that both stand on the same networks.
import { intersectIntervals, isSameAddress, isSameInterval, printInterval } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Address } from '../topology';
import { duplicatesOf, isInterfaceName, type Check } from './check';

const SIDES = ['external', 'internal'] as const;
const ALL_SIDES = ['external', 'internal', 'external6', 'internal6'] as const;
type Side = (typeof ALL_SIDES)[number];
const fieldOf = (side: Side) => (side.endsWith('6') ? [side.slice(0, -1), 'address6'] : [side, 'address']);

export const checkDirectorCount: Check = ({ document: { stack, directors } }) => {
  const wanted = stack === 'single' ? 1 : 2;
  if (directors.length === wanted) return [];
  const message = `Stack "${stack}" needs ${wanted === 1 ? 'one director' : 'two directors'}, the topology has ${directors.length}.`;
  const hint =
    wanted === 1
      ? 'Remove a director, or choose heartbeat or keepalived.'
      : 'Name two directors, or choose stack: single.';
  return [error('director.count', ['directors'], message, hint)];
};

export const checkInterfaces: Check = ({ document }) =>
  document.directors.flatMap((director, index) =>
    SIDES.flatMap((side) => {
      const name = director[side].interface;
      if (isInterfaceName(name)) return [];
      const message = `"${name}" cannot be the ${side} interface of ${director.name}: it must be a network interface name of at most 15 letters, digits, "_", "." or "-", and not lo.`;
      return [
        error(
          'interface.invalid',
          ['directors', index, side, 'interface'],
          message,
          'Write the name that "ip link" shows, e.g. eth0.',
        ),
      ];
    }),
  );

/** haresources must be the same file on both and names the interfaces of the virtual addresses. */
export const checkSameInterfaces: Check = ({ document: { stack, directors } }) => {
  const [first, ...others] = directors;
  if (stack !== 'heartbeat' || !first) return [];
  return others.flatMap((director, at) =>
    SIDES.filter((side) => director[side].interface !== first[side].interface).map((side) =>
      error(
        'interface.differs',
        ['directors', at + 1, side, 'interface'],
        `The ${side} interface is "${first[side].interface}" on ${first.name} but "${director[side].interface}" on ${director.name}: haresources names the interface and must be the same file on both.`,
        'Give the interfaces the same names on both directors.',
      ),
    ),
  );
};

export const checkDirectorNetworks: Check = ({ document, directors }) => {
  const first = directors[0];
  return directors.slice(1).flatMap((director, at) =>
    ALL_SIDES.flatMap((side) => {
      const [one, other] = [first?.[side], director[side]];
      if (!one || !other || isSameInterval(one.network, other.network)) return [];
      const names = [document.directors[0]?.name ?? '', document.directors[at + 1]?.name ?? ''];
      const message = `The ${side.replace('6', ' IPv6')} networks differ: ${printInterval(one.network)} on ${names[0]}, ${printInterval(other.network)} on ${names[1]}. The virtual address must fit into both.`;
      return [
        error(
          'director.networks-differ',
          ['directors', at + 1, ...fieldOf(side)],
          message,
          'Put both directors on the same network, with the same prefix length.',
        ),
      ];
    }),
  );
};

/** One interface with one address may be both external and internal (real servers on the only network). */
export const checkOverlappingNetworks: Check = ({ document, directors }) =>
  directors.flatMap((resolved, index) => {
    const director = document.directors[index];
    if (director?.external.interface === director?.internal.interface) return [];
    return (['', '6'] as const).flatMap((suffix) => {
      const [external, internal] = [resolved[`external${suffix}`], resolved[`internal${suffix}`]];
      if (!external || !internal || !intersectIntervals(external.network, internal.network)) return [];
      const message = `The external network ${printInterval(external.network)} and the internal network ${printInterval(internal.network)} of ${director?.name ?? ''} overlap, so one of the two interfaces would not be used.`;
      return [
        error(
          'director.networks-overlap',
          ['directors', index, ...fieldOf(`internal${suffix}`)],
          message,
          'Use two separate networks.',
        ),
      ];
    });
  });

export const checkDirectorAddresses: Check = ({ document, directors }) => {
  const all = directors.flatMap((director, index) => {
    const isOneArmed = document.directors[index]?.external.interface === document.directors[index]?.internal.interface;
    return ALL_SIDES.flatMap((side) => {
      const address: Address | undefined = director[side]?.address;
      const outside = side.endsWith('6') ? director.external6 : director.external;
      const isOutsideToo =
        isOneArmed && side.startsWith('internal') && address && outside && isSameAddress(outside.address, address);
      return address && isOutsideToo !== true ? [{ address, index, side }] : [];
    });
  });
  return duplicatesOf(all, ({ address }) => address.text).map(({ value, firstIndex }): Diagnostic => {
    const first = all[firstIndex];
    const holder = first
      ? `the ${first.side.replace('6', ' IPv6')} address of ${document.directors[first.index]?.name ?? ''}`
      : 'another address';
    const message = `${value.address.text} is already ${holder}; two hosts or interfaces with one address disturb each other.`;
    return error(
      'director.duplicate-address',
      ['directors', value.index, ...fieldOf(value.side)],
      message,
      'Give each its own address.',
    );
  });
};

/** Two directors behind one SSH end point would be deployed to the same host twice. */
export const checkManagement: Check = ({ document: { directors } }) => [
  ...duplicatesOf(directors, ({ management }) => management && `${management.address} ${management.port}`).map(
    ({ value, index, firstIndex }) =>
      error(
        'director.duplicate-management',
        ['directors', index, 'management'],
        `${value.name} and ${directors[firstIndex]?.name ?? ''} have the same management address and port, so one host would be taken for both.`,
        'Give the address and port of the SSH server of each director.',
      ),
  ),
  ...directors.flatMap(({ name, management }, index) =>
    management === undefined || /^[a-z_][a-z0-9_-]{0,31}$/.test(management.user)
      ? []
      : [
          error(
            'director.user-invalid',
            ['directors', index, 'management', 'user'],
            `"${management.user}" is not a user name that can log in to ${name}.`,
            'Use lower-case letters, digits, "_" and "-"; the default is root.',
          ),
        ],
  ),
];

export const checkOneInterface: Check = ({ document: { directors } }) =>
  directors.flatMap(({ name, external, internal }, index) => {
    if (external.interface !== internal.interface) return [];
    const message = `${name} uses ${external.interface} as external and as internal interface: packets of the real servers pass the mark rules as well, and under masq replies may bypass the director.`;
    return [
      warning(
        'interface.shared',
        ['directors', index, 'internal', 'interface'],
        message,
        'Use two interfaces, or forwarding gate.',
      ),
    ];
  });
