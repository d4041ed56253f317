// Asks the real kernel: loads generated rules into a network namespace of its own, sends packets, and reads which mark each one got.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { invariant } from '@/lib/core/errors';
import type { KernelIntent } from '@/lib/core/kernel-state';
import type { Packet } from '@/lib/core/topology';
import { printIpSets } from '@/lib/render/print-ip-sets';
import { printJump, printRules } from '@/lib/render/print-rules';
import { MACS, printFrame } from './frames';

type Always = KernelIntent['always'];
export type IptablesVariant = 'nft' | 'legacy';
/** What the namespace loads: texts as they are on the wire, so that a test can spoil one. */
export type RuleTexts = { sets: string; v4: string; v6: string; nft: string; jumps: Always['jumps'] };

export function ruleTextsOf(always: Always): RuleTexts {
  return {
    sets: printIpSets(always),
    v4: printRules(always.chains, 4),
    v6: printRules(always.chains, 6),
    nft: always.nftables ?? '',
    jumps: always.jumps,
  };
}

/** After all mark rules: remembers number and mark of each packet, and ends its way. */
const OBSERVER = `table inet observer {
  set seen4 { typeof ip id . meta mark; flags dynamic; size 131072; }
  set seen6 { typeof ip6 flowlabel . meta mark; flags dynamic; size 131072; }
  chain observe {
    type filter hook prerouting priority -140;
    meta nfproto ipv4 iifname { "eth0", "eth1" } add @seen4 { ip id . meta mark } drop
    meta nfproto ipv6 iifname { "eth0", "eth1" } ip6 hoplimit 64 add @seen6 { ip6 flowlabel . meta mark } drop
  }
}
`;

/** Marks by position in `packets`; 0 = no mark. At most 65,536 packets of one family. */
export function kernelMarks(texts: RuleTexts, packets: readonly Packet[], variant: IptablesVariant): number[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-marks-'));
  try {
    const file = (name: string, text: string) => {
      fs.writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const frames = packets.map(
      (packet, id) => `${packet.interface.replace('eth', 'peer')} ${printFrame(packet, id)}\n`,
    );
    const script = [
      'set -e',
      ...linkCommands(),
      ...loadCommands(texts, file, variant),
      `nft -f ${file('observer.nft', OBSERVER)}`,
      `python3 ${path.join(import.meta.dirname, 'send-frames.py')} < ${file('frames', frames.join(''))}`,
      'nft -j list table inet observer',
    ];
    const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script.join('\n')], {
      encoding: 'utf8',
      timeout: 100_000,
      maxBuffer: 1 << 28,
    });
    invariant(status === 0, `the namespace failed: ${stderr}`);
    return marksOf(stdout, packets.length);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What is sent into a peer arrives on the interface of the same number. */
export function linkCommands(): string[] {
  return Object.entries(MACS).flatMap(([device, mac]) => {
    const peer = device.replace('eth', 'peer');
    return [
      `ip link add ${device} type veth peer name ${peer}`,
      `ip link set ${device} address ${mac.replace(/(..)(?=.)/g, '$1:')} up`,
      `ip link set ${peer} up`,
    ];
  });
}

export function loadCommands(
  { sets, v4, v6, nft, jumps }: RuleTexts,
  file: (name: string, text: string) => string,
  variant: IptablesVariant,
): string[] {
  const tools = { 4: `iptables-${variant}`, 6: `ip6tables-${variant}` } as const;
  return [
    ...(sets === '' ? [] : [`ipset restore < ${file('sets', sets)}`]),
    ...(v4 === '' ? [] : [`${tools[4]}-restore -n < ${file('rules.v4', v4)}`]),
    ...(v6 === '' ? [] : [`${tools[6]}-restore -n < ${file('rules.v6', v6)}`]),
    ...jumps.map((jump) => `${tools[jump.family]} -t ${jump.table} -A ${printJump(jump)}`),
    ...(nft === '' ? [] : [`nft -f ${file('rules.nft', nft)}`]),
  ];
}

type Listed = { nftables: { set?: { name: string; elem?: { concat: [number, number] }[] } }[] };

/** A packet that was not seen is a fault of the test, not a packet without a mark. */
function marksOf(json: string, count: number): number[] {
  const listed = JSON.parse(json) as Listed;
  const seen = new Map<number, number>();
  for (const { set } of listed.nftables) {
    for (const { concat } of set?.elem ?? []) {
      invariant(!seen.has(concat[0]), `packet ${concat[0]} was seen twice`);
      seen.set(concat[0], concat[1]);
    }
  }
  return Array.from({ length: count }, (_, id) => {
    const mark = seen.get(id);
    invariant(mark !== undefined, `packet ${id} did not arrive (${seen.size} of ${count} did)`);
    return mark;
  });
}
