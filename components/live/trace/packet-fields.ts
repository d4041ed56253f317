// A packet as five fields of a form, and as the one line of text that the URL, the topology page and the command line share.
import { parsePacket } from '@/lib/core/packet-text';

export type PacketFields = { protocol: string; source: string; destination: string; port: string; device: string };

export const EMPTY_PACKET: PacketFields = { protocol: 'tcp', source: '', destination: '', port: '', device: '' };

/** Empty while there is no destination: then there is nothing to ask. */
export function toPacketText({ protocol, source, destination, port, device }: PacketFields): string {
  const [to, from] = [destination.trim(), source.trim()];
  if (to === '') return '';
  const hasPort = port.trim() !== '' && protocol !== 'icmp';
  const end = hasPort ? `${to.includes(':') ? `[${to}]` : to}:${port.trim()}` : to;
  return `${protocol} ${from === '' ? '' : `${from} -> `}${end}${device.trim() === '' ? '' : ` on ${device.trim()}`}`;
}

/** Undefined when the text is no packet. */
export function fromPacketText(text: string): PacketFields | undefined {
  const read = parsePacket(text, '');
  if (!read.ok) return undefined;
  const { protocol, source, destination, destinationPort, interface: device } = read.value;
  return {
    ...{ protocol, source: source?.text ?? '', destination: destination.text },
    ...{ port: destinationPort === undefined ? '' : String(destinationPort), device },
  };
}
