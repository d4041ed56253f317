// The connections of a director now, at a cost that does not grow with their number: the table of services, and a bounded listing.
import 'server-only';
import { HostError } from '../core/errors';
import type { GuardFrame } from '../parse/guard-frames';
import { parseIpvsadmDaemon } from '../parse/ipvsadm-daemon';
import { parseIpvsadmList } from '../parse/ipvsadm-list';
import { NO_FILTER, readConnections } from '../live/read-connections';
import { readSection } from '../plan/observed-host';
import type { TrafficNow } from '../plan/forecast-counts';
import type { GuardHost } from '../ssh/guard-host';

const READ_MS = 15_000;
/** Rows that one read takes; the kernel walks its table for them, and a plan is not worth a stall. */
const MOST_ROWS = 2_000;
const LISTING_MS = 500;

/** Never throws for a director that does not answer: then the counts are unknown. */
export async function readTraffic(host: GuardHost): Promise<TrafficNow> {
  try {
    const frames = await host.read(['ipvs-list', 'ipvs-daemon', 'modules'], { timeoutMs: READ_MS });
    const services = readSection(frames, 'ipvs-list', parseIpvsadmList);
    const daemons = readSection(frames, 'ipvs-daemon', parseIpvsadmDaemon);
    if ('problem' in services && isWithoutIpvs(frames.get('modules'))) return emptyTable(host.name);
    if ('problem' in services) return { director: host.name, problem: services.problem };
    return {
      ...{ director: host.name, readAt: new Date().toISOString(), services: services.value },
      ...(!('problem' in daemons) && { isSyncing: daemons.value.some(({ role }) => role === 'master') }),
      listing: await readListing(host),
    };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { director: host.name, problem: error.message };
  }
}

/** Then the tools fail, and that is the one failure that means empty. */
function isWithoutIpvs(modules: GuardFrame | undefined): boolean {
  return modules?.status === 0 && !modules.text.split('\n').includes('ip_vs');
}

function emptyTable(director: string): TrafficNow {
  const readAt = new Date().toISOString();
  return { director, readAt, services: [], listing: { rows: [], isWhole: true }, isSyncing: false };
}

/** Rows of templates are not in the kernel's cheap count: only a listing that came to the end of the table is whole. */
async function readListing(host: GuardHost): Promise<NonNullable<TrafficNow['listing']>> {
  try {
    const look = { limit: MOST_ROWS, boundMs: LISTING_MS, filter: NO_FILTER };
    const { rows, isWhole, found, odd, reason } = await readConnections(host, look);
    return { rows, isWhole: isWhole && rows.length === found && odd === 0 && reason === '' };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { rows: [], isWhole: false };
  }
}
