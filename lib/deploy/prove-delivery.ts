// Asks the kernel itself where a marked packet would go: it must be local, or IPVS never sees it (lvs.md 1.5).
import { addressOfFamily, printAddress } from '../core/address';
import type { Topology } from '../core/topology';
import type { GuardHost } from '../ssh/guard-host';

/** More would only repeat the same rule. */
const MAX_PROBES = 16;
const TIMEOUT_MS = 10_000;

type Probe = { name: string; mark: number; family: 4 | 6; address: string; device: string };

/** Differences, a sentence each: empty when one address of every group's every range is delivered locally. */
export async function findUndelivered(host: GuardHost, topology: Topology): Promise<string[]> {
  const director = topology.directors.find(({ name }) => name === host.name);
  if (!director) return [];
  const probes = topology.groups
    .flatMap(({ name, mark, matches }) =>
      matches.map(({ range: { interval }, interface: device = director.external.interface }): Probe => {
        const { family, first } = interval;
        return { name, mark, family, device, address: printAddress(family, first) };
      }),
    )
    .slice(0, MAX_PROBES);
  const found = await Promise.all(
    ([4, 6] as const).map((family) =>
      ask(
        host,
        topology,
        family,
        probes.filter((probe) => probe.family === family),
      ),
    ),
  );
  return found.flat();
}

async function ask(host: GuardHost, topology: Topology, family: 4 | 6, probes: readonly Probe[]): Promise<string[]> {
  if (probes.length === 0) return [];
  const source = sourceOf(topology, host.name, family);
  const lines = probes.map(
    ({ mark, address, device }) => `route get ${address} from ${source ?? address} iif ${device} mark ${mark}`,
  );
  const { code, stdout, stderr } = await host.exec(['ip', `-${family}`, '-o', '-batch', '-'], {
    stdin: `${lines.join('\n')}\n`,
    timeoutMs: TIMEOUT_MS,
  });
  const answers = stdout.split('\n').filter((line) => line.trim() !== '');
  if (code !== 0) return [`The route of a marked packet could not be asked: ${stderr.trim()}`];
  return probes
    .filter((_probe, index) => !answers[index]?.startsWith('local '))
    .map(
      ({ name, mark, address }) =>
        `A packet for ${address} with mark ${mark} (group "${name}") is not delivered locally.`,
    );
}

/** From where packets of clients come: a gateway, else the other director. */
function sourceOf({ gateways, directors }: Topology, self: string, family: 4 | 6): string | undefined {
  const gateway = gateways.find((address) => address.family === family);
  const peer = directors.find(({ name }) => name !== self);
  return gateway?.text ?? (peer && addressOfFamily(peer.external, family)?.address.text);
}
