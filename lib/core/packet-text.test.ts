// Packets as people type them, and the form that the analysis prints.
import { describe, expect, it } from 'vitest';
import { printPacket } from './packet-set';
import { parsePacket } from './packet-text';

const read = (text: string) => {
  const packet = parsePacket(text, 'eth0');
  return packet.ok ? printPacket(packet.value) : packet.problem;
};

describe('parsePacket', () => {
  it.each([
    ['tcp 203.0.113.9 -> 192.168.0.17:443', 'tcp 192.168.0.17:443 from 203.0.113.9 on eth0'],
    ['TCP 203.0.113.9:51000->192.168.0.17:443', 'tcp 192.168.0.17:443 from 203.0.113.9 on eth0'],
    ['udp 192.168.0.17:53 in eth1', 'udp 192.168.0.17:53 on eth1'],
    ['icmp 192.168.0.17', 'icmp 192.168.0.17 on eth0'],
    ['tcp [2001:db8:1::1]:80', 'tcp [2001:db8:1::1]:80 on eth0'],
    ['tcp 2001:db8:9::9 -> 2001:db8:1::1', 'tcp 2001:db8:1::1 from 2001:db8:9::9 on eth0'],
    ['tcp 192.168.0.0:80 from 203.0.113.9 on eth0', 'tcp 192.168.0.0:80 from 203.0.113.9 on eth0'],
  ])('reads %s', (text, expected) => expect(read(text)).toBe(expected));

  it.each([
    ['', 'is no protocol'],
    ['gre 192.168.0.1', '"gre" is no protocol'],
    ['tcp 192.168.7.340:80', '"192.168.7.340:80" is no address'],
    ['tcp 192.168.0.1:70000', 'not 1 to 65535'],
    ['tcp 192.168.0.1:', 'not 1 to 65535'],
    ['icmp 192.168.0.1:80', 'icmp has no port'],
    ['tcp 203.0.113.9 -> 2001:db8::1', 'different families'],
    ['tcp nobody -> 192.168.0.1', 'The source "nobody" is no address'],
  ])('says what is wrong with "%s"', (text, problem) => expect(read(text)).toContain(problem));
});
