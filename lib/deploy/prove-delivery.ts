// Asks the kernel itself where a marked packet would go: it must be local, or IPVS never sees it (lvs.md 1.5).
import { addressOfFamily, printAddress } from '../core/address';
import type { Topology } from '../core/topology';
import type { GuardFrames } from '../ssh/guard-host';

/** What `guard delivery` takes in one question. */
const MAX_PROBES = 1024;

type Probe = { name: string; mark: number; family: 4 | 6; address: string; device: string };

/** Standard input of `guard delivery`: a line for each mark and interface, then for more ranges of them; empty when there is nothing to ask. */
export function deliveryQuestions(topology: Topology, director: string): string {
  return probesOf(topology, director)
    .map(({ family, mark, address, device }) => {
      const source = sourceOf(topology, director, family);
      return `${address} ${source ?? address} ${device} ${mark}\n`;
    })
    .join('');
}

/** Differences, a sentence each: empty when each address that was asked about is delivered locally. */
export function findUndelivered(topology: Topology, director: string, frames: GuardFrames): string[] {
  const probes = probesOf(topology, director);
  return ([4, 6] as const).flatMap((family) =>
    judge(
      probes.filter((probe) => probe.family === family),
      frames.get(`delivery${family}`),
    ),
  );
}

function judge(probes: readonly Probe[], frame: ReturnType<GuardFrames['get']>): string[] {
  if (probes.length === 0) return [];
  // A kernel that has no route says so as an error.
  if (frame?.status !== 0)
    return [
      `The route of a marked packet could not be asked: ${frame?.text.trim() ?? 'the answer has no such section'}`,
    ];
  const answers = frame.text.split('\n').filter((line) => line.trim() !== '');
  return probes
    .filter((_probe, index) => !answers[index]?.startsWith('local '))
    .map(
      ({ name, mark, address }) =>
        `A packet for ${address} with mark ${mark} (group "${name}") is not delivered locally.`,
    );
}

function probesOf({ directors, groups }: Topology, name: string): Probe[] {
  const director = directors.find((each) => each.name === name);
  if (!director) return [];
  const all = groups.flatMap(({ name: group, mark, matches }) =>
    matches.map(({ range: { interval }, interface: device = director.external.interface }): Probe => {
      const { family, first } = interval;
      return { name: group, mark, family, device, address: printAddress(family, first) };
    }),
  );
  return [...onePerRule(all)].slice(0, MAX_PROBES);
}

/** The rules that lead a packet to its table look at mark and interface: each of these first, so that no mark is left out for the many ranges of another. */
function onePerRule(probes: readonly Probe[]): Set<Probe> {
  const firsts = new Map<string, Probe>();
  for (const probe of probes) {
    const rule = `${probe.family} ${probe.mark} ${probe.device}`;
    if (!firsts.has(rule)) firsts.set(rule, probe);
  }
  return new Set([...firsts.values(), ...probes]);
}

/** From where packets of clients come: a gateway, else the other director. */
function sourceOf({ gateways, directors }: Topology, self: string, family: 4 | 6): string | undefined {
  const gateway = gateways.find((address) => address.family === family);
  const peer = directors.find(({ name }) => name !== self);
  return gateway?.text ?? (peer && addressOfFamily(peer.external, family)?.address.text);
}
