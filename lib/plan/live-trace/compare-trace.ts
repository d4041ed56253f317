// A director's treatment of a packet beside what the topology means: alike, otherwise in these words, or not known.
import { containsAddress } from '../../core/address';
import type { IpvsRealServer, Role } from '../../core/kernel-state';
import { isDirectorAddress, isPlainRange } from '../../core/own-addresses';
import { tracePacket, type Trace } from '../../core/trace';
import type { Director, Packet, Topology } from '../../core/topology';
import type { HostTrace, LiveAnswer, TracedServer } from '../../core/views/live-trace';
import { markKey } from '../../parse/ipvs-text';
import { kernelIntentOf } from '../../render/kernel-intent';
import { virtualAddressesOf } from '../roles';

type Compared = Pick<HostTrace, 'agrees' | 'differences'>;
type Question = { topology: Topology; director: Director; role: HostTrace['role']; packet: Packet };

export function compareTrace(question: Question, answer: LiveAnswer): Compared {
  const { topology, director, role, packet } = question;
  const meant = tracePacket(topology, { ...packet, director: director.name });
  const differences = [
    ...compareMarks(topology, meant, answer),
    ...compareDelivery(question, meant, answer),
    ...compareService(question, meant, answer),
  ];
  if (differences.length > 0) return { agrees: 'no', differences };
  if (role === 'unknown' && meant.pool !== null && hasRoles(topology))
    return {
      agrees: 'unknown',
      differences: ['Whether it is the active director is not known, so what it should serve is not either.'],
    };
  return { agrees: answer.doubts.length > 0 ? 'unknown' : 'yes', differences };
}

function compareMarks({ groups }: Topology, meant: Trace, { mark }: LiveAnswer): string[] {
  if ((meant.mark ?? 0) === mark) return [];
  const print = (value: number) => {
    const group = groups.find((each) => each.mark === value);
    if (value === 0) return 'no mark';
    return group ? `mark ${value} (group "${group.name}")` : `mark ${value}, which no group has`;
  };
  return [`It gets ${print(mark)} here; meant is ${print(meant.mark ?? 0)}.`];
}

function compareDelivery(question: Question, meant: Trace, { delivered, mark }: LiveAnswer): string[] {
  if (meant.delivered === delivered || (mark === 0 && isHeldElsewhere(question))) return [];
  const words = {
    local: 'delivered to the director',
    unreachable: 'answered unreachable',
    forwarded: 'forwarded',
    dropped: 'dropped',
  };
  return [`It is ${words[delivered]} here; meant is that it is ${words[meant.delivered]}.`];
}

/** An address that this director does not have now, and need not: then routing sends the packet to who has it. */
function isHeldElsewhere({ topology, director, role, packet: { destination } }: Question): boolean {
  const isOthers = topology.directors.some((each) => each !== director && isDirectorAddress(each, destination));
  if (isOthers) return true;
  if (role !== 'standby') return false;
  const isPlain = ({ interval }: Topology['ranges'][number]) =>
    containsAddress(interval, destination) && isPlainRange(topology, interval);
  return virtualAddressesOf(topology).includes(destination.text) || topology.ranges.some(isPlain);
}

/** A standby whose stack keeps its table empty is meant to have no service. */
function compareService({ topology, director, role, packet }: Question, meant: Trace, answer: LiveAnswer): string[] {
  if (role === 'unknown' && hasRoles(topology)) return [];
  if (packet.protocol === 'icmp' || answer.delivered !== 'local' || meant.delivered !== 'local') return [];
  const wantedKey = meant.mark === null ? undefined : markKey(meant.mark, packet.destination.family);
  const of: Role = role === 'standby' ? 'standby' : 'active';
  const wanted = kernelIntentOf(topology, director)[of].ipvs.find(({ key }) => key === wantedKey);
  if (wanted?.key !== answer.service) {
    const print = (key: string | undefined) => (key === undefined ? 'no virtual service' : `virtual service ${key}`);
    return [`${capital(print(answer.service))} takes it here; meant is ${print(wanted?.key)}.`];
  }
  return wanted ? compareServers(wanted.realServers, answer.realServers, fallbackOf(topology, meant)) : [];
}

function hasRoles({ stack }: Topology): boolean {
  return stack !== 'single';
}

function fallbackOf({ groups }: Topology, { group }: Trace): string | undefined {
  return groups.find(({ name }) => name === group)?.pool.fallback?.address.text;
}

function compareServers(
  wanted: readonly IpvsRealServer[],
  present: readonly TracedServer[],
  fallback: string | undefined,
): string[] {
  type End = { address: string; port?: number | undefined };
  const isSame = (a: End, b: End) => a.address === b.address && (a.port ?? 0) === (b.port ?? 0);
  const changed = wanted.flatMap((server) => {
    const here = present.find((each) => isSame(each, server));
    if (!here) return [`Real server ${server.address} is not in the service here: ${HEALTH}.`];
    if (here.forwarding !== server.forwarding)
      return [`Real server ${server.address} is ${here.forwarding} here; meant is ${server.forwarding}.`];
    if (here.weight === server.weight) return [];
    const why = here.weight === 0 ? `: ${HEALTH}` : '';
    return [`Real server ${server.address} has weight ${here.weight} here; meant is ${server.weight}${why}.`];
  });
  const more = present.filter((each) => !wanted.some((server) => isSame(each, server)));
  const words = more.map(({ address }) =>
    address === fallback
      ? `Fallback ${address} is in the service: no real server was up.`
      : `Real server ${address} is in the service here and in no pool.`,
  );
  return [...changed, ...words];
}

const HEALTH = 'a health check takes one out that does not answer, and so may a hand';

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
