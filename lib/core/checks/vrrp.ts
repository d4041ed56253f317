// VRRP of stack keepalived: two identifiers that tell the instances apart on their segments.
import { error, warning, type Diagnostic } from '../diagnostic';
import { vrrpOf } from '../to-topology';
import type { Check } from './check';

const KEYS = ['externalRouterId', 'internalRouterId'] as const;
/** A byte in the packet; the interval is sent in hundredths of a second in 12 bits, 40.95 s at most (RFC 5798). */
const MAX_ROUTER_ID = 255;
const MAX_ADVERT_SECONDS = 40;

export const checkVrrpIds: Check = ({ document }) => {
  const { stack, vrrp } = document;
  if (stack !== 'keepalived') return [];
  const wrong = KEYS.filter((key) => vrrp?.[key] !== undefined && !isRouterId(vrrp[key]));
  if (wrong.length > 0) {
    return wrong.map((key) =>
      error(
        'vrrp.id-invalid',
        ['vrrp', key],
        `${key} is ${vrrp?.[key] ?? ''}; a VRRP identifier is a number from 1 to ${MAX_ROUTER_ID}.`,
        'Leave it out to have one derived from the name of the topology.',
      ),
    );
  }
  const { externalRouterId, internalRouterId } = vrrpOf(document);
  if (externalRouterId !== internalRouterId) return [];
  const message = `Both VRRP instances have identifier ${externalRouterId}: on one segment, or one switch, they would take each other for the peer.`;
  return [
    error('vrrp.id-duplicate', ['vrrp', 'internalRouterId'], message, 'Give the two instances different numbers.'),
  ];
};

export const checkVrrpAdverts: Check = ({ document: { stack, vrrp } }): Diagnostic[] => {
  if (stack !== 'keepalived' || !vrrp || (vrrp.advertSeconds >= 1 && vrrp.advertSeconds <= MAX_ADVERT_SECONDS))
    return [];
  const message = `advertSeconds is ${vrrp.advertSeconds}; VRRP can say 1 to ${MAX_ADVERT_SECONDS} seconds.`;
  return [error('vrrp.advert-invalid', ['vrrp', 'advertSeconds'], message, 'The usual value is 1.')];
};

export const checkVrrpUnused: Check = ({ document: { stack, vrrp } }) =>
  vrrp === undefined || stack === 'keepalived'
    ? []
    : [
        warning(
          'vrrp.unused',
          ['vrrp'],
          `VRRP is spoken by keepalived only, and the stack is ${stack}.`,
          'Remove vrrp, or use stack: keepalived.',
        ),
      ];

function isRouterId(value: number): boolean {
  return value >= 1 && value <= MAX_ROUTER_ID;
}
