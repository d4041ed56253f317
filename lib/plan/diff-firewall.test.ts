// Own chains, sets and tables in both families against what was read back; nothing foreign counts.
import { describe, expect, it } from 'vitest';
import type { KernelIntent } from '../core/kernel-state';
import { parseNftablesText } from '../parse/nftables-text';
import { seedDocument } from '../core/seed';
import { diffFirewall } from './diff-firewall';
import { deployedHost, emptyHost, render } from './test-observed';

const [release] = render(seedDocument()).releases;
const always = (change: Partial<KernelIntent['always']> = {}) => ({ ...release!.intent.always, ...change });
const sentences = (intent: KernelIntent['always'], host: ReturnType<typeof emptyHost>) =>
  diffFirewall(intent, host).map(({ sentence }) => sentence);
const set = {
  name: 'lvs-console-4',
  type: 'hash:net',
  options: 'family inet',
  entries: ['192.168.0.0/25', '192.168.1.1'],
};
const nftables = render({ ...seedDocument(), firewall: 'nftables' }).releases[0]!.intent.always.nftables!;

describe('diffFirewall', () => {
  it('finds nothing on a director that holds its release', () => {
    expect(sentences(always(), deployedHost(release!, 'active'))).toEqual([]);
  });

  it('compares sets by their entries, in any order', () => {
    const host = deployedHost(release!, 'active');
    const turned = { ...set, entries: set.entries.toReversed() };
    expect(sentences(always({ sets: [set] }), { ...host, sets: [turned] })).toEqual([]);
    expect(sentences(always({ sets: [set] }), { ...host, sets: [] })).toEqual(['Set lvs-console-4 is missing.']);
    const short = { ...set, entries: ['192.168.1.1', '192.168.9.9'] };
    expect(sentences(always({ sets: [set] }), { ...host, sets: [short] })).toEqual([
      'Entry "192.168.0.0/25" is missing from set lvs-console-4.',
    ]);
    expect(sentences(always(), { ...host, sets: [set] })).toEqual(['Set lvs-console-4 is there, but not wanted.']);
  });

  it('tells IPv6 rules of an earlier release that are still there', () => {
    const rule = {
      chain: 'LVS-CONSOLE',
      text: '-A LVS-CONSOLE -d 2001:db8::/64 -j MARK --set-xmark 0x9/0xffffffff',
      line: 1,
    };
    const host = { ...deployedHost(release!, 'active'), firewall6: [{ name: 'mangle', chains: [], rules: [rule] }] };
    expect(sentences(always(), host)).toEqual([`Rule "${rule.text}" is in table mangle, but not wanted.`]);
  });

  it('needs the tool of a family that the release uses, and does not take its absence for empty', () => {
    const chain = { family: 6 as const, table: 'mangle', chain: 'LVS-CONSOLE', rules: ['-A LVS-CONSOLE -j RETURN'] };
    const intent = always({ chains: [...release!.intent.always.chains, chain] });
    expect(sentences(intent, deployedHost(release!, 'active'))).toEqual(['The host has no ip6tables.']);
  });

  it('compares the nftables table by value', () => {
    const intent = always({ chains: [], jumps: [], nftables });
    const present = parseNftablesText(nftables).value;
    expect(sentences(intent, { ...emptyHost(), nftables: present })).toEqual([]);
    expect(sentences(intent, emptyHost())).toEqual(['The host has no nftables.']);
    expect(sentences(intent, { ...emptyHost(), nftables: { maps: [], chains: [] } })).toEqual([
      'The nftables table lvs-console is missing.',
    ]);
    const [first, ...others] = present.chains;
    const changed = { ...present, chains: [{ ...first!, rules: first!.rules.slice(1) }, ...others] };
    expect(sentences(intent, { ...emptyHost(), nftables: changed })).toEqual([
      'The nftables table lvs-console differs from the release.',
    ]);
    expect(sentences(always({ chains: [], jumps: [] }), { ...emptyHost(), nftables: present })).toEqual([
      'The nftables table lvs-console is there, but not wanted.',
    ]);
  });
});
