// The real kernel is the judge: thousands of random packets through the generated rules get exactly the marks that tracing says.
import { describe, expect, it } from 'vitest';
import { printPacket } from '../core/packet-set';
import { tracePacket } from '../core/trace';
import type { Packet, Topology } from '../core/topology';
import { kernelMarks, ruleTextsOf, type IptablesVariant, type RuleTexts } from '../testing/bench/kernel-marks';
import { randomFrom, randomPackets, randomTopology, type RandomShape } from '../testing/bench/random-marks';
import { kernelIntentOf } from './kernel-intent';

/** Another one each run; the name of a failed test says it, and LVS_MARKS_SEED repeats it. */
const seed = Number(process.env.LVS_MARKS_SEED ?? Date.now() % 1_000_000);
const PACKETS = 2500;

type Form = {
  form: string;
  variant: IptablesVariant;
  shape: Omit<RandomShape, 'family'>;
  is: (texts: RuleTexts) => boolean;
};
const iptables = { firewall: 'iptables', ports: 'few', hasSources: true, groups: 4 } as const;
const nftables = { ...iptables, firewall: 'nftables' } as const;
const plain = ({ sets, nft }: RuleTexts) => sets === '' && !nft.includes('map ');
const inSets =
  (type: string) =>
  ({ sets }: RuleTexts) =>
    sets.includes(` ${type} `);
const inMaps =
  (type: string) =>
  ({ nft }: RuleTexts) =>
    nft.includes(type);
const FORMS: Form[] = [
  { form: 'plain rules of iptables-nft', variant: 'nft', shape: iptables, is: plain },
  { form: 'plain rules of iptables-legacy', variant: 'legacy', shape: iptables, is: plain },
  { form: 'sets under iptables-nft', variant: 'nft', shape: { ...iptables, groups: 60 }, is: inSets('hash:net') },
  { form: 'sets under iptables-legacy', variant: 'legacy', shape: { ...iptables, groups: 60 }, is: inSets('hash:net') },
  {
    form: 'sets with ports under iptables-nft',
    variant: 'nft',
    shape: { ...iptables, groups: 60, ports: 'many', hasSources: false },
    is: inSets('hash:net,port'),
  },
  {
    form: 'sets with ports under iptables-legacy',
    variant: 'legacy',
    shape: { ...iptables, groups: 60, ports: 'many', hasSources: false },
    is: inSets('hash:net,port'),
  },
  { form: 'plain rules of nftables', variant: 'nft', shape: nftables, is: plain },
  { form: 'maps of nftables', variant: 'nft', shape: { ...nftables, groups: 60 }, is: inMaps('_addr : mark') },
  {
    form: 'maps of nftables with ports',
    variant: 'nft',
    shape: { ...nftables, groups: 60, ports: 'many' },
    is: inMaps('inet_service : mark'),
  },
];

function differences(topology: Topology, packets: readonly Packet[], marks: readonly number[]) {
  return packets.flatMap((packet, at) => {
    const traced = tracePacket(topology, packet).mark ?? 0;
    const icmp = packet.icmpType === undefined ? '' : ` type ${packet.icmpType}`;
    return marks[at] === traced ? [] : [{ packet: `${printPacket(packet)}${icmp}`, kernel: marks[at], traced }];
  });
}

/** The shape decides the form only nearly always, so topologies are drawn until one has it. */
function draw({ shape, is }: Form, family: 4 | 6, from: number) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const random = randomFrom(from + attempt * 7919);
    const topology = randomTopology(random, { ...shape, family });
    const texts = ruleTextsOf(kernelIntentOf(topology, topology.directors[0]!).always);
    if (is(texts)) return { topology, texts, random };
  }
  throw new Error('no topology of this form in 200');
}

describe.each([4, 6] as const)(`the kernel's marks of IPv%i packets (seed ${seed})`, (family) => {
  it.each(FORMS)('are those of the trace for $form', (form) => {
    const { topology, texts, random } = draw(form, family, seed);
    const packets = randomPackets(random, topology, family, PACKETS);
    const marks = kernelMarks(texts, packets, form.variant);
    expect(differences(topology, packets, marks).slice(0, 10)).toEqual([]);
    expect(marks.filter((mark) => mark !== 0).length).toBeGreaterThan(PACKETS / 20);
  });
});

/** Every other mark is another one. */
function spoil(text: string): string {
  let count = 0;
  return text.replace(/0x(?!ffffffff)[0-9a-f]+(?=\n|,|\/0xffffffff| comment)/g, (mark) =>
    (count += 1) % 2 === 1 ? `0x${(Number(mark) ^ 1).toString(16)}` : mark,
  );
}

describe('a planted wrong mark', () => {
  it.each(FORMS)('is found in $form', (form) => {
    const { topology, texts, random } = draw(form, 4, 42);
    const packets = randomPackets(random, topology, 4, PACKETS);
    const part = texts.sets !== '' ? 'sets' : texts.nft !== '' ? 'nft' : 'v4';
    const marks = kernelMarks({ ...texts, [part]: spoil(texts[part]) }, packets, form.variant);
    expect(differences(topology, packets, marks).length).toBeGreaterThan(0);
  });
});
