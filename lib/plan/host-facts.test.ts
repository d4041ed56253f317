import { describe, expect, it } from 'vitest';
import type { KernelIntent } from '../core/kernel-state';
import { checkHostFacts, parseHostFacts, type DirectorFacts } from './host-facts';
import { facts } from './test-observed';

const NOTHING: KernelIntent['always'] = {
  ...{ modules: [], sysctls: {}, chains: [], jumps: [], sets: [], addresses: [], policyRules: [], routes: [] },
};
const six = { family: 6 as const, table: 'mangle', chain: 'LVS-CONSOLE', rules: [] };
const set = { name: 'lvs-console-1', type: 'hash:net', options: '', entries: [] };
const BASE = ['ip', 'ipvsadm', 'modprobe', 'keepalived'];
const IPTABLES = ['iptables', 'iptables-save', 'iptables-restore'];

function codesOf(always: Partial<KernelIntent['always']>, more: Partial<DirectorFacts>): string[] {
  const intent: KernelIntent = {
    ...{ always: { ...NOTHING, ...always }, active: { virtualAddresses: [], ipvs: [] }, standby: { ipvs: [] } },
  };
  return checkHostFacts('director1', facts('director1', more), intent, 'keepalived').map(
    ({ code, message }) => `${code}: ${message}`,
  );
}

describe('a host that cannot carry a release', () => {
  it.each([
    ['iptables where the rules are nftables', { nftables: 'chain x {}' }, [...BASE, 'nft'], []],
    ['nft where the rules are of iptables', {}, [...BASE, ...IPTABLES], []],
  ])('needs no %s', (_what, always, tools, wanted) => {
    expect(codesOf(always, { tools })).toEqual(wanted);
  });

  it.each([
    ['nft', { nftables: 'chain x {}' }, [...BASE, ...IPTABLES]],
    ['ip6tables, ip6tables-save, ip6tables-restore', { chains: [six] }, [...BASE, ...IPTABLES]],
    ['ipset', { sets: [set] }, [...BASE, ...IPTABLES]],
    ['iptables, iptables-save, iptables-restore', {}, [...BASE, 'nft']],
  ])('lacks %s', (missing, always, tools) => {
    expect(codesOf(always, { tools })).toEqual([`host.tool-missing: director1: ${missing} not installed.`]);
  });

  it('has the tool and a kernel that does not do what it asks for', () => {
    const tools = [...BASE, 'nft'];
    expect(codesOf({ nftables: 'chain x {}' }, { tools, capabilities: { nft: false, iptables: true } })).toEqual([
      'host.firewall: director1: The kernel does not do what nft asks for.',
    ]);
    expect(codesOf({ nftables: 'chain x {}' }, { tools, capabilities: { nft: true, iptables: false } })).toEqual([]);
  });

  it('starts without putting the confirmed release in place', () => {
    const tools = [...BASE, ...IPTABLES];
    expect(codesOf({}, { tools, hasBootFallback: false })[0]).toContain('host.boot-fallback: director1: ');
    expect(codesOf({}, { tools, hasBootFallback: true })).toEqual([]);
    expect(codesOf({}, { tools })).toEqual([]);
  });

  it.each([
    ['yes', true],
    ['no', false],
    ['unknown', undefined],
  ])('tells of its start: %s', (word, wanted) => {
    const read = parseHostFacts(new Map([['boot', { status: 0, text: `fallback\t${word}\n` }]]));
    expect(read.hasBootFallback).toBe(wanted);
  });
});

describe('the releases on a host', () => {
  const told = (text: string, status = 0) =>
    parseHostFacts(new Map([['releases', { status, text }]])).plain['Releases'];

  it('are told newest first, with what each one is', () => {
    expect(
      told('10-0000000a live confirmed\n9-0000000b earlier\n11-0000000c staged\norigin before-the-first-deploy\n'),
    ).toBe(
      '11-0000000c (staged), 10-0000000a (live, confirmed), 9-0000000b (earlier), origin (before the first deploy)',
    );
    expect(told('')).toBe('none');
    expect(told('', 1)).toBe('cannot be seen');
  });
});
