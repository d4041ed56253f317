// In which order a plan changes the pair: one director after the other wherever the two understand each other meanwhile.
import type { HostRelease } from '../core/release';
import type { HostPlan, PairMode } from '../core/views/plan';
import type { VrrpChange } from './vrrp-change';

const AUTH_KEYS = '/etc/ha.d/authkeys';
const HA_CF = '/etc/ha.d/ha.cf';
/** What a heartbeat does with the gateways is its own business: the other one need not know of it. */
const GATEWAY_WATCH = /^(ping|ping_group|apiauth|respawn)\s/;

type Input = { releases: readonly HostRelease[]; previous?: { releases: readonly HostRelease[] } };

/**
 * `vrrp`: two keepalived that do not hear each other both become active, so what they must agree on comes to both at once; also what
 * comes over a keepalived that somebody set up by hand, since nobody here knows what it runs with. Both then reload within a moment.
 */
export function decidePairMode(hosts: readonly HostPlan[], input: Input, vrrp: VrrpChange | undefined): PairMode {
  if (hosts.length === 1) return 'rolling';
  const moving = hosts.filter(({ daemonAction }) => /^(re)?start-(heartbeat|keepalived)$/.test(daemonAction));
  // Started alone, a standby would find nobody and take the addresses: the two agree best when both begin.
  const isFirstStart = moving.some(({ role, daemonAction }) => role === 'active' && daemonAction.startsWith('start-'));
  if (isFirstStart || vrrp) return 'together';
  if (moving.length === 0) return 'rolling';
  return hosts.every((host) => hearsPeer(host, input)) ? 'rolling-restart' : 'together';
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
