// What a release must not mark or divert, whichever way its rules are written.
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../core/address';
import type { TopologyDocument } from '../core/document';
import type { KernelIntent } from '../core/kernel-state';
import { seedDocument } from '../core/seed';
import { checkLockout } from './check-lockout';
import { render } from './test-observed';

/** Of the seed's marked range. */
const INSIDE = '192.168.0.9';

function guardedAt(text: string) {
  const read = parseAddress(text);
  if (!read.ok) throw new Error(text);
  return [{ what: 'the console at', address: read.value }];
}

/** `many`: enough rules for sets and maps. Without the routes, which would show the range by themselves. */
function marking(firewall: TopologyDocument['firewall'], many: boolean): KernelIntent {
  const document = { ...seedDocument(), firewall };
  const [group] = document.groups;
  if (!group) throw new Error('the seed has a group');
  const more = Array.from({ length: 40 }, (_, at) => ({ name: `r${at}`, addresses: `203.0.113.${at * 2}/32` }));
  if (many) {
    document.ranges.push(...more);
    group.matches.push(...more.map(({ name }) => ({ range: name, protocol: 'any' as const })));
  }
  const { intent } = structuredClone(render(document).releases[0]!);
  intent.always.routes = [];
  return intent;
}

describe('checkLockout', () => {
  it.each([
    ['iptables', false],
    ['iptables', true],
    ['nftables', false],
    ['nftables', true],
  ] as const)('finds a marked address in rules of %s, also in sets and maps: %s', (firewall, many) => {
    const codes = (at: string) => checkLockout(marking(firewall, many), guardedAt(at)).map(({ code }) => code);
    expect(new Set(codes(INSIDE))).toEqual(new Set(['lockout.host-address']));
    expect(codes('192.0.2.9')).toEqual([]);
  });

  it.each([
    ['has no destination', 'meta mark set', 'lockout.unbounded'],
    ['cannot be read', 'ct mark set', 'lockout.unread'],
  ])('refuses an nftables rule that %s', (_what, instead, code) => {
    const intent = marking('nftables', false);
    const { nftables = '' } = intent.always;
    intent.always.nftables = nftables.replace(/ip daddr \S+ meta mark set/, instead);
    expect(checkLockout(intent, []).map((found) => found.code)).toEqual([code]);
  });

  it.each([
    ['198.51.100.0/24', ['lockout.host-address']],
    [undefined, ['lockout.unbounded']],
    ['203.0.113.0/24', []],
  ])('finds what a policy rule without a mark diverts (%s)', (destination, expected) => {
    const intent = marking('iptables', false);
    const rule = { family: 4, priority: 100, interface: 'eth1', table: 100 } as const;
    intent.always.policyRules.push({ ...rule, ...(destination !== undefined && { destination }) });
    expect(checkLockout(intent, guardedAt('198.51.100.7')).map(({ code }) => code)).toEqual(expected);
  });
});
