// In which order a plan changes the pair: one director after the other wherever the two understand each other meanwhile.
import type { HostRelease } from '../core/release';
import type { Topology } from '../core/topology';
import type { HostPlan, PairMode } from '../core/views/plan';

const AUTH_KEYS = '/etc/ha.d/authkeys';
const HA_CF = '/etc/ha.d/ha.cf';
/** What a heartbeat does with the gateways is its own business: the other one need not know of it. */
const GATEWAY_WATCH = /^(ping|ping_group|apiauth|respawn)\s/;

type Input = { topology: Topology; releases: readonly HostRelease[]; previous?: { releases: readonly HostRelease[] } };

export function decidePairMode(hosts: readonly HostPlan[], input: Input): PairMode {
  if (hosts.length === 1) return 'rolling';
  const moving = hosts.filter(({ daemonAction }) => /^(re)?start-(heartbeat|keepalived)$/.test(daemonAction));
  // Started alone, a standby would find nobody and take the addresses: the two agree best when both begin.
  const isFirstStart = moving.some(({ role, daemonAction }) => role === 'active' && daemonAction.startsWith('start-'));
  if (isFirstStart || movesAddresses(input)) return 'together';
  if (moving.length === 0) return 'rolling';
  return hosts.every((host) => hearsPeer(host, input)) ? 'rolling-restart' : 'together';
}

/** A director refuses the adverts of a peer with another list of addresses, so keepalived gets a new list on both at once. */
function movesAddresses({ topology, releases, previous }: Input): boolean {
  if (topology.stack !== 'keepalived' || !previous) return false;
  const list = ({ intent }: HostRelease) => JSON.stringify(intent.active.virtualAddresses);
  return releases.some((release) => {
    const before = releaseOf(previous.releases, release.director);
    return before !== undefined && list(before) !== list(release);
  });
}

/** Two heartbeats of which one has another key, other media or other times take each other for dead: both would become active. */
function hearsPeer({ director, files }: HostPlan, { releases, previous }: Input): boolean {
  const isChanged = (path: string) => files.some((file) => file.path === path && file.change !== 'unchanged');
  if (isChanged(AUTH_KEYS)) return false;
  if (!isChanged(HA_CF)) return true;
  const [before, after] = [previous?.releases ?? [], releases].map((list) => speechOf(releaseOf(list, director)));
  return before !== undefined && before === after;
}

function speechOf(release: HostRelease | undefined): string | undefined {
  const text = release?.files.find(({ path }) => path === HA_CF)?.content;
  return text
    ?.split('\n')
    .filter((line) => !GATEWAY_WATCH.test(line))
    .join('\n');
}

function releaseOf(releases: readonly HostRelease[], director: string): HostRelease | undefined {
  return releases.find((release) => release.director === director);
}
