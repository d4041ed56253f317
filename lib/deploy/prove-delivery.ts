// Asks the kernel itself where a marked packet would go: it must be local, or IPVS never sees it (lvs.md 1.5).
import { addressOfFamily, printAddress } from '../core/address';
import { HostError } from '../core/errors';
import type { Topology } from '../core/topology';
import type { GuardHost } from '../ssh/guard-host';

/** More would only repeat the same rule. */
const MAX_PROBES = 16;
const TIMEOUT_MS = 10_000;
const EXIT_USAGE = 2;

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
  const lines = probes.map(({ mark, address, device }) => `${address} ${source ?? address} ${device} ${mark}`);
  const answers = await askKernel(host, family, lines);
  if (typeof answers === 'string') return [`The route of a marked packet could not be asked: ${answers}`];
  return probes
    .filter((_probe, index) => !answers[index]?.startsWith('local '))
    .map(
      ({ name, mark, address }) =>
        `A packet for ${address} with mark ${mark} (group "${name}") is not delivered locally.`,
    );
}

/** A line each, or why not: a kernel that has no route says so as an error. */
async function askKernel(host: GuardHost, family: 4 | 6, lines: readonly string[]): Promise<string[] | string> {
  try {
    const stdin = `${lines.join('\n')}\n`;
    const { stdout } = await host.guard('delivery', [String(family)], { stdin, timeoutMs: TIMEOUT_MS });
    return stdout.split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'command-failed') throw error;
    if (error.details.exitCode === EXIT_USAGE) return askIp(host, family, lines);
    return error.details.stderr?.trim() ?? error.message;
  }
}

/** On a director whose guard is older than the verb. */
async function askIp(host: GuardHost, family: 4 | 6, lines: readonly string[]): Promise<string[] | string> {
  const batch = lines
    .map((line) => line.split(' '))
    .map(([address, source, device, mark]) => `route get ${address} from ${source} iif ${device} mark ${mark}\n`);
  const { code, stdout, stderr } = await host.exec(['ip', `-${family}`, '-o', '-batch', '-'], {
    stdin: batch.join(''),
    timeoutMs: TIMEOUT_MS,
  });
  return code === 0 ? stdout.split('\n').filter((line) => line.trim() !== '') : stderr.trim();
}

/** From where packets of clients come: a gateway, else the other director. */
function sourceOf({ gateways, directors }: Topology, self: string, family: 4 | 6): string | undefined {
  const gateway = gateways.find((address) => address.family === family);
  const peer = directors.find(({ name }) => name !== self);
  return gateway?.text ?? (peer && addressOfFamily(peer.external, family)?.address.text);
}
