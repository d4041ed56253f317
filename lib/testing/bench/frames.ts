// Packets as the bytes of Ethernet frames, with a number in each by which the kernel can tell them apart.
import type { Packet } from '@/lib/core/topology';

/** Where frames arrive: eth0 and eth1 of the namespace, with addresses that receiveFrames() gives them. */
export const MACS: Record<string, string> = { eth0: '020000000000', eth1: '020000000001' };
const SENDER = '0200000000ff';
const NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** `id` (16 bits) stands in the identification of IPv4 and in the flow label of IPv6. In hexadecimal digits. */
export function printFrame(packet: Packet, id: number): string {
  const { family } = packet.destination;
  const payload = transportOf(packet);
  const header = family === 4 ? ipv4Header(packet, id, payload.length) : ipv6Header(packet, id, payload.length);
  const ethernet = `${MACS[packet.interface] ?? ''}${SENDER}${family === 4 ? '0800' : '86dd'}`;
  return `${ethernet}${hexOf(header)}${hexOf(payload)}`;
}

function ipv4Header(packet: Packet, id: number, length: number): number[] {
  const header = [
    ...[0x45, 0, ...word(20 + length), ...word(id), 0, 0, 64, protocolOf(packet), 0, 0],
    ...bytesOf(packet.source?.value ?? 0xcb007109n, 4),
    ...bytesOf(packet.destination.value, 4),
  ];
  const sum = checksum(header);
  return header.with(10, sum >> 8).with(11, sum & 255);
}

function ipv6Header(packet: Packet, id: number, length: number): number[] {
  return [
    ...[0x60, 0, ...word(id), ...word(length), protocolOf(packet), 64],
    ...bytesOf(packet.source?.value ?? 0x2001_0db8_ffff_0000_0000_0000_0000_0009n, 16),
    ...bytesOf(packet.destination.value, 16),
  ];
}

function protocolOf({ protocol, destination }: Packet): number {
  if (protocol === 'icmp') return destination.family === 4 ? 1 : 58;
  return NUMBERS[protocol];
}

/** Checksums of this layer are not looked at where marks are set. */
function transportOf({ protocol, destinationPort = 0, icmpType = 8 }: Packet): number[] {
  const ports = [...word(40000), ...word(destinationPort)];
  switch (protocol) {
    case 'tcp':
      return [...ports, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, ...word(64240), 0, 0, 0, 0];
    case 'udp':
      return [...ports, ...word(8), 0, 0];
    case 'sctp':
      return [...ports, ...new Array<number>(8).fill(0), 1, 0, ...word(20), ...new Array<number>(16).fill(0)];
    case 'icmp':
      return [icmpType, 0, ...new Array<number>(6).fill(0), ...new Array<number>(28).fill(0)];
  }
}

function word(value: number): [number, number] {
  return [(value >> 8) & 255, value & 255];
}

function bytesOf(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, at) => Number((value >> BigInt(8 * (length - 1 - at))) & 255n));
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
