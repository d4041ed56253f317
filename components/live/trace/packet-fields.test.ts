// The form and the one line of text say the same packet.
import { describe, expect, it } from 'vitest';
import { EMPTY_PACKET, fromPacketText, toPacketText } from './packet-fields';

describe('a packet in the form', () => {
  it.each([
    'tcp 203.0.113.9 -> 192.168.0.17:443 on eth0',
    'udp 192.168.0.17:53',
    'icmp 203.0.113.9 -> 192.168.0.17',
    'tcp 2001:db8::9 -> [2001:db8:1::7]:80 on eth1',
    'sctp [2001:db8:1::7]:80',
  ])('is the text %s again', (text) => {
    const fields = fromPacketText(text);
    expect(fields && toPacketText(fields)).toBe(text);
  });

  it('asks nothing without a destination, and no port of icmp', () => {
    expect(toPacketText(EMPTY_PACKET)).toBe('');
    expect(toPacketText({ ...EMPTY_PACKET, protocol: 'icmp', destination: '192.0.2.1', port: '80' })).toBe(
      'icmp 192.0.2.1',
    );
    expect(fromPacketText('tcp nowhere')).toBeUndefined();
  });
});
