// Asks the kernel itself where a marked packet would go: it must be local, or IPVS never sees it (lvs.md 1.5).
import { printAddress } from '../core/address';
import type { Topology } from '../core/topology';
import type { GuardHost } from '../ssh/guard-host';

/** More would only repeat the same rule. */
const MAX_PROBES = 16;
const TIMEOUT_MS = 10_000;

/** Differences, a sentence each: empty when one address of every group's every range is delivered locally. */
export async function findUndelivered(host: GuardHost, topology: Topology): Promise<string[]> {
  const director = topology.directors.find(({ name }) => name === host.name);
  if (!director) return [];
  const source =
    topology.gateways[0]?.text ?? topology.directors.find(({ name }) => name !== host.name)?.external.address.text;
  const probes = topology.groups
    .flatMap(({ name, mark, matches }) =>
      matches.map(({ range: { interval } }) => ({
        name,
        mark,
        address: printAddress(interval.family, interval.first),
      })),
    )
    .slice(0, MAX_PROBES);
  const lines = probes.map(
    ({ mark, address }) =>
      `route get ${address} from ${source ?? address} iif ${director.external.interface} mark ${mark}`,
  );
  const { code, stdout, stderr } = await host.exec(['ip', '-o', '-batch', '-'], {
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
