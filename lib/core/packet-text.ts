// A packet as people type it: `tcp 203.0.113.9 -> 192.168.0.17:443 on eth0`; source, port and interface may be left out.
import { parseAddress } from './address';
import type { Attempt } from './attempt';
import type { Address, Packet } from './topology';

const PROTOCOLS = ['tcp', 'udp', 'sctp', 'icmp'] as const;
const FORM = 'Write e.g. tcp 203.0.113.9 -> 192.168.0.17:443';

/** Also the form of `printPacket` (`tcp 192.168.0.17:443 from 203.0.113.9 on eth0`). `externalInterface` is meant when none is named. */
export function parsePacket(text: string, externalInterface: string): Attempt<Packet> {
  const [, proto = '', rest = ''] = /^\s*(\S+)\s+(.*)$/.exec(text) ?? [];
  const protocol = PROTOCOLS.find((each) => each === proto.toLowerCase());
  if (!protocol) return refuse(`"${proto || text.trim()}" is no protocol: tcp, udp, sctp or icmp. ${FORM}`);
  const [, body = rest, device] = /^(.*?)\s+(?:on|in)\s+(\S+)(?:\s+of\s+\S+)?\s*$/.exec(rest) ?? [];
  const { from, to } = endsOf(body.trim());
  const destination = parseEndpoint(to);
  if (!destination.ok) return refuse(`The destination ${destination.problem}. ${FORM}`);
  const source = from === undefined ? undefined : parseEndpoint(from);
  if (source && !source.ok) return refuse(`The source ${source.problem}.`);
  if (source?.ok && source.value.address.family !== destination.value.address.family)
    return refuse('Source and destination are of different families.');
  const { address, port } = destination.value;
  if (port !== undefined && protocol === 'icmp') return refuse('icmp has no port: leave it out.');
  return {
    ok: true,
    value: {
      protocol,
      destination: address,
      interface: device ?? externalInterface,
      ...(source?.ok && { source: source.value.address }),
      ...(port !== undefined && { destinationPort: port }),
    },
  };
}

function endsOf(body: string): { from: string | undefined; to: string } {
  const [, source, arrowTarget] = /^(\S+)\s*(?:->|→)\s*(\S+)$/.exec(body) ?? [];
  if (source !== undefined && arrowTarget !== undefined) return { from: source, to: arrowTarget };
  const [, target, from] = /^(\S+)\s+from\s+(\S+)$/.exec(body) ?? [];
  return { from, to: target ?? body.replace(/^(?:->|→)\s*/, '') };
}

/** `192.168.0.17`, `192.168.0.17:443`, `[2001:db8::1]:443`, `2001:db8::1`. The port of a source is read and not used. */
function parseEndpoint(text: string): Attempt<{ address: Address; port?: number }> {
  const [, bracketed, bracketPort] = /^\[([^\]]+)\](?::(.*))?$/.exec(text) ?? [];
  const [, plain, plainPort] = /^([^:]+):([^:]*)$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? text);
  if (!address.ok) return { ok: false, problem: `"${text}" is no address: ${address.problem}` };
  const port = bracketPort ?? plainPort;
  if (port === undefined) return { ok: true, value: { address: address.value } };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) return { ok: false, problem: `has the port "${port}", which is not 1 to 65535` };
  return { ok: true, value: { address: address.value, port: number } };
}

function refuse(problem: string): Attempt<Packet> {
  return { ok: false, problem };
}
