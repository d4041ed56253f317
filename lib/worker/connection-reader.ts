// Looks at connection tables and searches them whole; knows what a listing costs each director.
import 'server-only';
import { randomBytes } from 'node:crypto';
import { HostError, ServiceError } from '../core/errors';
import { resolveTopology } from '../core/resolve';
import type { ConnectionFilter, ConnectionPage, ConnectionSearch, SearchRows } from '../core/views/connections';
import type { Db } from '../db/client';
import { termsOf } from '../live/connection-terms';
import { forecastListing, noteListing, type ListingSample } from '../live/listing-cost';
import { cpuMsOf, groupNamer, readConnections, type NameGroup } from '../live/read-connections';
import { openSearchRows, type SearchRowStore } from '../live/search-rows';
import { parseGuardFrames } from '../parse/guard-frames';
import type { GuardHost } from '../ssh/guard-host';
import { loadLastVerified } from './stored-plan';
import type { DirectorHosts } from './director-hosts';

/** Of a director's time for a look that nobody asked for, and for one that somebody waits for. */
const GLANCE_MS = 50;
const LOOK_MS = 1_000;
/** Once for a director whose table is too large for a look: a search is offered with its cost, and that is measured. */
const FIRST_LOOK_MS = 250;
const SEARCH_MS = 900_000;
/** A search that ended is kept so long, and so many of one director. */
const KEEP_MS = 30 * 60_000;
const KEPT = 3;
const NAMER_MS = 5_000;

type Running = { search: ConnectionSearch; rows: SearchRowStore; stop: AbortController; directorId: string };
export type ConnectionReader = {
  look: (input: { directorId: string; limit: number; filter: ConnectionFilter }) => Promise<ConnectionPage>;
  /** One at a time for each director: throws ServiceError('busy') with the one that runs. */
  start: (input: { directorId: string; filter: ConnectionFilter; by: string }) => Promise<ConnectionSearch>;
  stop: (id: string) => ConnectionSearch;
  get: (id: string) => ConnectionSearch;
  list: (directorIds: readonly string[]) => ConnectionSearch[];
  rows: (input: { id: string; offset: number; limit: number }) => SearchRows;
};

export function openConnectionReader(db: Db, hosts: DirectorHosts): ConnectionReader {
  const samples = new Map<string, ListingSample[]>();
  const searches = new Map<string, Running>();
  const namers = new Map<string, { at: number; name: Promise<NameGroup | undefined> }>();

  const namerOf = async (directorId: string): Promise<{ nameGroup?: NameGroup }> => {
    let known = namers.get(directorId);
    if (!known || Date.now() - known.at > NAMER_MS) {
      known = { at: Date.now(), name: loadNamer(db, directorId) };
      known.name.catch(() => namers.delete(directorId));
      namers.set(directorId, known);
    }
    const nameGroup = await known.name;
    return nameGroup ? { nameGroup } : {};
  };
  const note = (directorId: string, sample: ListingSample) =>
    samples.set(directorId, noteListing(samples.get(directorId) ?? [], sample));
  const find = (id: string): Running => {
    const found = searches.get(id);
    if (found) return found;
    throw new ServiceError('not-found', 'This search is no longer kept: start it again.');
  };
  const forgetOld = () => {
    const ended = [...searches.values()].filter(({ search }) => search.state !== 'running');
    for (const each of ended) {
      const { id, endedAt = '' } = each.search;
      const newer = ended.filter(
        (other) => other.directorId === each.directorId && (other.search.endedAt ?? '') > endedAt,
      );
      if (newer.length < KEPT && Date.now() - Date.parse(endedAt) < KEEP_MS) continue;
      each.rows.close();
      searches.delete(id);
    }
  };

  const look: ConnectionReader['look'] = async ({ directorId, limit, filter }) => {
    const boundMs = termsOf(filter).length === 0 ? GLANCE_MS : LOOK_MS;
    const host = await hosts.openReader(directorId);
    const page = await readConnections(host, { limit, boundMs, filter, ...(await namerOf(directorId)) });
    if (!page.isWhole && !samples.has(directorId)) {
      const { seen, tookMs } = await readConnections(host, { limit: 1, boundMs: FIRST_LOOK_MS, filter });
      note(directorId, { rows: seen, ms: tookMs });
    }
    note(directorId, { rows: page.seen, ms: page.tookMs });
    const forecast = forecastListing(samples.get(directorId) ?? [], page.total);
    return { ...page, ...(forecast && { forecast }) };
  };

  const start: ConnectionReader['start'] = async ({ directorId, filter, by }) => {
    forgetOld();
    const terms = termsOf(filter);
    const other = [...searches.values()].find(
      (each) => each.directorId === directorId && each.search.state === 'running',
    );
    if (other)
      throw new ServiceError('busy', `A search of ${other.search.by} runs on ${other.search.director}: stop it first.`);
    const host = await hosts.openReader(directorId);
    const { total } = await readConnections(host, { limit: 1, boundMs: 1, filter });
    const rows = openSearchRows((await namerOf(directorId)).nameGroup);
    const search: ConnectionSearch = {
      ...{ id: randomBytes(9).toString('base64url'), director: host.name, filter, by, total },
      ...{ startedAt: new Date().toISOString(), state: 'running', seen: 0, found: 0, isWhole: false },
      counts: rows.counts(),
    };
    const running: Running = { search, rows, stop: new AbortController(), directorId };
    searches.set(search.id, running);
    void run(host, running, terms).then((sample) => sample && note(directorId, sample));
    return search;
  };

  return {
    look,
    start,
    stop: (id) => {
      const running = find(id);
      running.stop.abort();
      return view(running);
    },
    get: (id) => view(find(id)),
    list: (directorIds) => {
      forgetOld();
      return [...searches.values()]
        .filter(({ directorId }) => directorIds.includes(directorId))
        .map(view)
        .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    },
    rows: ({ id, offset, limit }) => ({ offset, rows: find(id).rows.read(offset, limit) }),
  };
}

/** Settles the search; the answer is what a whole listing cost. */
async function run(host: GuardHost, running: Running, terms: readonly string[]): Promise<ListingSample | undefined> {
  const { rows, stop } = running;
  const began = Date.now();
  try {
    await host.guard('search', [String(SEARCH_MS), ...terms], {
      timeoutMs: SEARCH_MS + 30_000,
      signal: stop.signal,
      onOutput: (chunk) => rows.push(chunk),
    });
    const { end, rest } = rows.end();
    if (!end) throw new HostError('unreadable-answer', `${host.name}: the search was cut off.`, { host: host.name });
    const { isWhole, seen } = end;
    settle(running, { state: 'done', isWhole, seen, cpuMs: cpuMsOf(parseGuardFrames(rest).value) });
    return { rows: seen, ms: Date.now() - began };
  } catch (error) {
    rows.end();
    if (stop.signal.aborted) settle(running, { state: 'stopped' });
    else settle(running, { state: 'failed', problem: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function settle(running: Running, end: Partial<ConnectionSearch>): void {
  running.search = { ...view(running), ...end, endedAt: new Date().toISOString() };
}

function view({ search, rows }: Running): ConnectionSearch {
  const { seen, found } = rows.progress();
  return { ...search, seen: Math.max(seen, search.seen), found, counts: rows.counts() };
}

/** Undefined before the first verified deploy: then no group is named, because none made a mark. */
async function loadNamer(db: Db, directorId: string): Promise<NameGroup | undefined> {
  const { topologyId, name } = await db.director.findUniqueOrThrow({ where: { id: directorId } });
  const deployed = await loadLastVerified(db, topologyId);
  const { topology } = deployed ? resolveTopology(deployed.document) : {};
  return topology && groupNamer(topology, name);
}
