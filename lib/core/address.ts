// Addresses and address intervals of both families: strict reading, canonical text, exact arithmetic.
import { parseCidr } from 'cidr-tools';
import ipaddr from 'ipaddr.js';
import { failure, success, type Attempt } from './attempt';
import { ipv4Prefixes, parseIpv4, printIpv4 } from './ipv4';
import type { Address, AddressInterval, Family, InterfaceAddress } from './topology';

export const ADDRESS_BITS: Record<Family, number> = { 4: 32, 6: 128 };
const ORDINALS = ['first', 'second', 'third', 'fourth'];

/** One host address. Refused on purpose: octal or short IPv4 forms, zones (`%eth0`), IPv4-mapped IPv6. */
export function parseAddress(text: string): Attempt<Address> {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return success({ family: 4, value: BigInt(ipv4), text });
  if (/^[\d.]+$/.test(text)) return failure(ipv4Problem(text));
  if (!text.includes(':')) return failure(`"${text}" is not an IP address`);
  if (text.includes('%')) return failure(`"${text}" carries a zone (%...); write the address without it`);
  if (!ipaddr.IPv6.isValid(text)) return failure(`"${text}" is not a valid IPv6 address`);
  const parsed = ipaddr.IPv6.parse(text);
  if (parsed.isIPv4MappedAddress()) {
    return failure(`"${text}" is an IPv4 address written as IPv6; write ${parsed.toIPv4Address().toString()}`);
  }
  const canonical = parsed.toRFC5952String();
  return success({ family: 6, value: parseCidr(canonical).start, text: canonical });
}

/** `address/prefix` of an interface: the host part is kept, the network is computed. */
export function parseInterfaceAddress(text: string): Attempt<InterfaceAddress> {
  const parts = splitPrefix(text);
  if (!parts.ok) return parts;
  const { address, prefixLength } = parts.value;
  if (prefixLength === undefined) return failure(`"${text}" has no prefix length, e.g. ${text}/24`);
  return success({ address, prefixLength, network: networkOf(address, prefixLength) });
}

/** A virtual range: `CIDR`, one address, or `first-last`. `normalisedTo` is set when a CIDR had host bits. */
export function parseInterval(text: string): Attempt<{ interval: AddressInterval; normalisedTo?: string }> {
  const dash = text.indexOf('-');
  if (dash >= 0) return parseFirstLast(text.slice(0, dash), text.slice(dash + 1));
  const parts = splitPrefix(text);
  if (!parts.ok) return parts;
  const { address, prefixLength = ADDRESS_BITS[address.family] } = parts.value;
  const interval = networkOf(address, prefixLength);
  if (interval.first === address.value) return success({ interval });
  return success({ interval, normalisedTo: `${printAddress(address.family, interval.first)}/${prefixLength}` });
}

function parseFirstLast(firstText: string, lastText: string): Attempt<{ interval: AddressInterval }> {
  const first = parseAddress(firstText);
  if (!first.ok) return first;
  const last = parseAddress(lastText);
  if (!last.ok) return last;
  if (first.value.family !== last.value.family)
    return failure(`${firstText} and ${lastText} are of different families`);
  if (first.value.value > last.value.value)
    return failure(`the first address ${firstText} is above the last ${lastText}`);
  return success({ interval: { family: first.value.family, first: first.value.value, last: last.value.value } });
}

/** The smallest list of prefixes that is exactly the interval, ascending; one address is a /32 or /128. */
export function intervalToCidrs({ family, first, last }: AddressInterval): string[] {
  if (family === 4) return ipv4Prefixes(Number(first), Number(last));
  const cidrs: string[] = [];
  for (let start = first; start <= last;) {
    let hostBits = 0;
    while (hostBits < ADDRESS_BITS[family] && fits(start, hostBits + 1, last)) hostBits += 1;
    cidrs.push(`${printAddress(family, start)}/${ADDRESS_BITS[family] - hostBits}`);
    start += 1n << BigInt(hostBits);
  }
  return cidrs;
}

function fits(start: bigint, hostBits: number, last: bigint): boolean {
  const size = 1n << BigInt(hostBits);
  return start % size === 0n && start + size - 1n <= last;
}

/** Canonical text of an address number. */
export function printAddress(family: Family, value: bigint): string {
  if (family === 4) return printIpv4(Number(value));
  const bytes = Array.from({ length: 16 }, (_, index) => Number((value >> BigInt((15 - index) * 8)) & 0xffn));
  return (ipaddr.fromByteArray(bytes) as ipaddr.IPv6).toRFC5952String();
}

/** `192.0.2.0/28`, `192.0.2.7` for one address, else `first-last`. */
export function printInterval(interval: AddressInterval): string {
  const { family, first, last } = interval;
  if (first === last) return printAddress(family, first);
  const cidrs = intervalToCidrs(interval);
  return cidrs.length === 1 && cidrs[0] !== undefined
    ? cidrs[0]
    : `${printAddress(family, first)}-${printAddress(family, last)}`;
}

export function printInterfaceAddress({ address, prefixLength }: InterfaceAddress): string {
  return `${address.text}/${prefixLength}`;
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function printEndpoint(address: Address, port: number): string {
  return address.family === 4 ? `${address.text}:${port}` : `[${address.text}]:${port}`;
}

export function networkOf(address: Address, prefixLength: number): AddressInterval {
  const hostMask = (1n << BigInt(ADDRESS_BITS[address.family] - prefixLength)) - 1n;
  return { family: address.family, first: address.value & ~hostMask, last: address.value | hostMask };
}

export function intervalOf({ family, value }: Address): AddressInterval {
  return { family, first: value, last: value };
}

export function addressAt(family: Family, value: bigint): Address {
  return { family, value, text: printAddress(family, value) };
}

export function isSameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

export function isSameInterval(a: AddressInterval, b: AddressInterval): boolean {
  return a.family === b.family && a.first === b.first && a.last === b.last;
}

export function containsAddress(interval: AddressInterval, { family, value }: Address): boolean {
  return interval.family === family && interval.first <= value && value <= interval.last;
}

export function containsInterval(outer: AddressInterval, inner: AddressInterval): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

export function intersectIntervals(a: AddressInterval, b: AddressInterval): AddressInterval | undefined {
  if (a.family !== b.family) return undefined;
  const first = a.first > b.first ? a.first : b.first;
  const last = a.last < b.last ? a.last : b.last;
  return first <= last ? { family: a.family, first, last } : undefined;
}

function splitPrefix(text: string): Attempt<{ address: Address; prefixLength?: number }> {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok) return address;
  if (slash < 0) return success({ address: address.value });
  const bits = ADDRESS_BITS[address.value.family];
  const prefix = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) {
    return failure(`"/${prefix}" is not a prefix length; it is a number from 0 to ${bits}`);
  }
  return success({ address: address.value, prefixLength: Number(prefix) });
}

function ipv4Problem(text: string): string {
  const octets = text.split('.');
  if (octets.length !== 4) return `"${text}" has ${octets.length} number(s), an IPv4 address has four`;
  const index = octets.findIndex((octet) => !/^(0|[1-9]\d*)$/.test(octet) || Number(octet) > 255);
  const octet = octets[index] ?? '';
  const why =
    octet === '' ? 'is empty' : Number(octet) > 255 ? `is ${octet}, more than 255` : `is ${octet}, with a leading zero`;
  return `the ${ORDINALS[index] ?? ''} octet of "${text}" ${why}`;
}

/** The address of one family of an interface that may carry both; undefined when it has none. */
export function addressOfFamily(
  { ipv6, ...main }: InterfaceAddress & { ipv6?: InterfaceAddress },
  family: Family,
): InterfaceAddress | undefined {
  if (main.address.family === family) return main;
  return family === 6 ? ipv6 : undefined;
}

/** 127.0.0.0/8 and ::1: the host itself. */
export function isLoopback({ family, value }: Address): boolean {
  return family === 4 ? value >> 24n === 127n : value === 1n;
}
