// For tests of orders that no real pair can be brought into on purpose: two guards and a journal in memory, with faults by name.
import { HostError } from '../core/errors';
import { seedDocument } from '../core/seed';
import { resolveTopology } from '../core/resolve';
import type { GuardState } from '../parse/guard-status';
import { framesOf } from '../ssh/guard-host';
import { timersOf, type DeployHost, type PreparedDeploy, type Run } from './deploy-run';
import {
  addresses,
  deliveryFrames,
  factFrames,
  readFrames,
  TRANSACTION,
  transactionNow,
  type FakeHost,
} from './test-guard-answers';
import { memoryJournal, type MemoryJournal } from './test-journal';
import { nothingExpected } from './verify-host';

export { TRANSACTION };
export const BASE = '6-00000000';
/** `lost`: done, but the answer never came; `slow`: the same, and done only SLOW_MS later; `unsent`: it never arrived; `refused`; `away`: the host is gone from here on. */
export type Fault = 'lost' | 'slow' | 'unsent' | 'refused' | 'away';
const SLOW_MS = 20_000;
export type FakePair = {
  run: Run;
  hosts: Record<string, FakeHost>;
  /** `director1 switch`, in the order in which the hosts did it. */
  done: string[];
  journal: MemoryJournal;
  /** How often each host was asked something, the proof of a new connection apart. */
  trips: Record<string, number>;
  /** Called before a verb is answered. */
  faults: Map<string, Fault>;
  onDone: (verb: string) => void;
};
const NEXT: Partial<Record<string, { from: GuardState[]; to: GuardState }>> = {
  stage: { from: ['idle', 'confirmed', 'rolled-back', 'staged', 'checked'], to: 'staged' },
  check: { from: ['staged', 'checked'], to: 'checked' },
  arm: { from: ['checked', 'armed'], to: 'armed' },
  switch: { from: ['armed', 'switched'], to: 'switched' },
  confirm: { from: ['switched', 'confirmed'], to: 'confirmed' },
  rollback: { from: ['armed', 'switched', 'rolled-back'], to: 'rolled-back' },
  abort: { from: ['staged', 'checked', 'idle'], to: 'idle' },
};

export function fakePair(mode: PreparedDeploy['mode'] = 'rolling'): FakePair {
  const hosts = { director1: newHost('director1', true), director2: newHost('director2', false) };
  const done: string[] = [];
  const faults = new Map<string, Fault>();
  const journal = memoryJournal();
  const pair: FakePair = {
    ...{ hosts, done, faults, journal, trips: {}, onDone: () => undefined },
    run: undefined as unknown as Run,
  };
  const opened = Object.fromEntries(Object.values(hosts).map((host) => [host.name, openFake(host, pair)]));
  pair.run = { deploy: prepared(mode), journal, hosts: opened, signal: new AbortController().signal };
  return pair;
}

/** The same pair and journal as the next worker finds them. */
export function restarted(pair: FakePair): Run {
  pair.journal.writesLeft = Infinity;
  return {
    ...pair.run,
    deploy: {
      ...pair.run.deploy,
      state: pair.journal.rows.some(({ name }) => name === 'rollback') ? 'rolling-back' : 'running',
    },
  };
}

function newHost(name: string, isActive: boolean): FakeHost {
  const state: GuardState = 'confirmed';
  return {
    name,
    state,
    live: BASE,
    confirmed: BASE,
    generation: 6,
    firesAt: undefined,
    isActive,
    isAway: false,
    differs: false,
    guardVersion: '2.8.0+0123abcd',
    isHeartbeatStopped: false,
    ipvs: '',
    connection: '192.0.2.9 50000 192.0.2.1 22',
  };
}

function prepared(mode: PreparedDeploy['mode']): PreparedDeploy {
  const { topology: seed } = resolveTopology(seedDocument());
  if (!seed) throw new Error('the seed resolves');
  // These kernels hold no rules, so nothing may be said about packets.
  const topology = { ...seed, groups: [] };
  const virtualAddresses = Object.entries(addresses).map(([side, address]) => ({
    address,
    prefixLength: 24,
    interface: side === 'external' ? 'eth0' : 'eth1',
  }));
  const intent = { ...nothingExpected.intent, active: { virtualAddresses, ipvs: [] } };
  const expected = { intent, daemons: [] };
  return {
    ...{ id: 'd', number: 7, transaction: TRANSACTION, generation: 7, state: 'queued', mode, topology },
    timerSeconds: timersOf(mode === 'rolling' ? 60 : 240), // as a plan has them
    hosts: ['director1', 'director2'].map((director) => ({
      director,
      baseRelease: BASE,
      archive: new Uint8Array(10),
      expected,
      previous: expected,
    })),
    secrets: ['hunter2'],
    endedTransactions: ['5-55555555'],
  };
}

function openFake(host: FakeHost, pair: FakePair): DeployHost {
  const gone = () => host.refusal ?? new HostError('unreachable', `${host.name} cannot be reached`, { retry: true });
  /** The host's own timer: it does not need anybody. */
  const settle = () => {
    if (
      host.firesAt !== undefined &&
      Date.now() >= host.firesAt &&
      (host.state === 'armed' || host.state === 'switched')
    )
      rollBack(host);
  };
  /** Answers whether its answer is lost on the way. */
  const change = (verb: string, args: readonly string[]): boolean => {
    const key = `${host.name} ${verb}`;
    const fault = pair.faults.get(key);
    pair.faults.delete(key);
    if (fault === 'away') host.isAway = true;
    if (fault === 'away' || fault === 'unsent')
      throw new HostError('connection-lost', 'the connection was lost', { retry: true });
    if (fault === 'refused')
      throw new HostError('command-failed', `${verb} failed: hunter2`, { exitCode: 13, stderr: 'words with hunter2' });
    if (verb === 'confirm' && host.edited !== undefined)
      throw new HostError('command-failed', 'the release is damaged', { exitCode: 11 });
    const finish = () => {
      apply(host, verb, args);
      pair.done.push(key);
      pair.onDone(key);
    };
    if (host.busy !== undefined) throw new HostError('guard-refused', 'another guard is at work', { exitCode: 10 });
    if (fault !== 'slow') finish();
    else {
      host.busy = verb;
      setTimeout(() => {
        host.busy = undefined;
        finish();
      }, SLOW_MS);
    }
    return fault === 'lost' || fault === 'slow';
  };
  const asked = () => {
    settle();
    pair.trips[host.name] = (pair.trips[host.name] ?? 0) + 1;
  };
  const sequence: DeployHost['sequence'] = async (calls, { onDone } = {}) => {
    asked();
    if (host.isAway) throw gone();
    let stdout = '';
    let isLost = false;
    for (const [verb, ...args] of calls) {
      if (verb === 'facts') stdout += factFrames(host);
      else if (verb === 'read') stdout += readFrames(host);
      else if (verb === 'delivery') stdout += deliveryFrames;
      else {
        isLost = change(verb, args) || isLost; // a host goes on without its console
        stdout += `${verb} ok\n`;
      }
      if (!isLost) onDone?.(verb);
    }
    if (isLost) throw new HostError('time-out', 'no answer', { retry: true });
    return { stdout, stderr: '' };
  };
  return {
    name: host.name,
    user: 'root',
    guard: (verb, args = []) => sequence([[verb, ...args]]),
    sequence,
    read: async (sections) => {
      asked();
      if (host.isAway) throw gone();
      return framesOf(host.name, readFrames(host), sections);
    },
    status: async () => {
      asked();
      if (host.isAway) throw gone();
      const secondsLeft =
        host.firesAt === undefined ? {} : { secondsLeft: Math.max(0, Math.round((host.firesAt - Date.now()) / 1000)) };
      return {
        version: host.guardVersion,
        step: '',
        busy: host.busy ?? '',
        state: host.state,
        transaction: transactionNow(host),
        generation: host.generation,
        live: host.live,
        confirmed: host.confirmed,
        bootId: 'b',
        ...secondsLeft,
      };
    },
    exec: async () => {
      if (host.isAway) throw gone();
      return { code: 0, stdout: 'local 192.168.0.0 dev lo\n', stderr: '' };
    },
    proveNewConnection: async () => {
      if (host.isAway) throw gone();
    },
  };
}

function rollBack(host: FakeHost): void {
  Object.assign(host, { state: 'rolled-back', live: host.confirmed, firesAt: undefined });
}

function apply(host: FakeHost, verb: string, args: readonly string[]): void {
  const next = NEXT[verb];
  if (!next) return;
  if (host.leftOver !== undefined && verb !== 'abort')
    throw new HostError('guard-refused', 'a transaction is open', { exitCode: 10 });
  host.leftOver = undefined;
  if (!next.from.includes(host.state))
    throw new HostError('guard-refused', `${verb} in state ${host.state}`, { exitCode: 10 });
  if (verb === 'rollback') return rollBack(host);
  host.state = next.to;
  if (verb === 'stage') host.generation = Number(args[1]);
  if (verb === 'arm') host.firesAt = Date.now() + Number(args[2]) * 1_000;
  if (verb === 'switch') host.live = TRANSACTION;
  if (verb === 'confirm') Object.assign(host, { confirmed: TRANSACTION, firesAt: undefined });
}
