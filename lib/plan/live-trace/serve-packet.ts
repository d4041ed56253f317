// Which virtual service of one director takes a packet that is delivered locally, and what its real servers can expect of it.
import { addressAt, parseAddress } from '../../core/address';
import { schedulerFlagSchema, schedulerSchema } from '../../core/document';
import type { IpvsRealServer, IpvsService } from '../../core/kernel-state';
import { sharesOf } from '../../core/shares';
import type { Address, RealServer } from '../../core/topology';
import { isFollowedByIpvs } from '../../core/trace-mark';
import type { TracedServer } from '../../core/views/live-trace';
import { endpointKey, markKey } from '../../parse/ipvs-text';
import { doubt, say, warn, type Journey } from './journey';

export type Served = { service?: string; realServers: TracedServer[] };

export function servePacket(journey: Journey): Served {
  const { packet } = journey;
  if (packet.protocol === 'icmp') {
    const text = isFollowedByIpvs(packet)
      ? 'IPVS sends an ICMP error to the real server of the connection that it speaks of.'
      : 'IPVS schedules tcp, udp and sctp only: the director itself answers.';
    say(journey, 'ipvs', text);
    return { realServers: [] };
  }
  const service = findService(journey);
  if (!service) {
    const asked = journey.mark === 0 ? 'without a mark' : `with mark ${journey.mark}`;
    say(journey, 'ipvs', `No virtual service takes it ${asked}: the director itself answers.`);
    return { realServers: [] };
  }
  const realServers = shareOut(journey, service);
  say(journey, 'ipvs', `Virtual service ${service.key} (${service.scheduler}) takes it.`, printService(service));
  if (!realServers.some(({ weight }) => weight > 0))
    warn(journey, 'ipvs', `${service.key} has no real server with a weight above 0: a new connection is refused.`);
  return { service: service.key, realServers };
}

/** By mark first, then by address and port, then a service of any port (lvs.md 6.1). */
function findService({ observed: { ipvs }, packet, mark }: Journey): IpvsService | undefined {
  const { family, text: address } = packet.destination;
  const port = packet.destinationPort;
  const keys = [
    ...(mark === 0 ? [] : [markKey(mark, family)]),
    ...(port === undefined ? [] : [endpointKey(packet.protocol, { address, port, family })]),
    endpointKey(packet.protocol, { address, port: 0, family }),
  ];
  return keys.flatMap((key) => ipvs.find((service) => service.key === key) ?? [])[0];
}

function shareOut(journey: Journey, { scheduler, flags, realServers }: IpvsService): TracedServer[] {
  const known = schedulerSchema.safeParse(scheduler);
  if (!known.success) doubt(journey, `How scheduler ${scheduler} shares connections out is not known to the console.`);
  const shares = known.success
    ? sharesOf({ realServers: realServers.map(toRealServer) }, known.data, flagsOf(flags))
    : [];
  return realServers.map(({ address, port, forwarding, weight }, at) => ({
    ...{ address, forwarding, weight, share: shares[at]?.share ?? 0 },
    ...(port !== 0 && { port }),
  }));
}

/** One-packet scheduling is a flag of the service, and changes nobody's share. */
const flagsOf = (flags: readonly string[]) => schedulerFlagSchema.array().parse(flags.filter((flag) => flag !== 'ops'));

function toRealServer({ address, weight }: IpvsRealServer): RealServer {
  const read = parseAddress(address);
  const parsed: Address = read.ok ? read.value : { ...addressAt(4, 0n), text: address };
  return { address: parsed, weight };
}

function printService({ key, scheduler, flags, persistenceSeconds }: IpvsService): string {
  const [kind = '', ...rest] = key.split(':');
  const who = kind.startsWith('fwm')
    ? `-f ${rest.join(':')}${kind === 'fwm6' ? ' -6' : ''}`
    : `-${kind === 'udp' ? 'u' : 't'} ${rest.join(':')}`;
  const persistent = persistenceSeconds === undefined ? '' : ` -p ${persistenceSeconds}`;
  return `-A ${who} -s ${scheduler}${persistent}${flags.length === 0 ? '' : ` -b ${flags.join(',')}`}`;
}
