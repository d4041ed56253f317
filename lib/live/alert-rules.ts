// Which alerts' conditions hold of a pair now, and of which nothing can be said. Pure; what lasts is track-alerts.ts.
import type { TopologyDocument } from '../core/document';
import type { IpvsService } from '../core/kernel-state';
import { COUNTED_AS_GONE_MS } from '../core/pair-drift';
import type { AlertRule, AlertSeverity } from '../core/views/alert';
import type { DeployState } from '../core/views/deploy';
import type { LiveHost, LivePair } from '../core/views/live';

export type AlertCondition = { rule: AlertRule; subject: string; severity: AlertSeverity; sentence: string };
/** `isUnknown`: what was true of it may still be, or not; it neither begins nor ends. */
export type AlertEvaluation = {
  holding: AlertCondition[];
  isUnknown: (condition: Pick<AlertCondition, 'rule' | 'subject'>) => boolean;
};
export type AlertInput = {
  pair: LivePair;
  /** Of the revision that runs; undefined before the first deploy: then nothing is missed. */
  document: TopologyDocument | undefined;
  /** The newest deploy that has ended. */
  lastDeploy: EndedDeploy | undefined;
  /** The newest one that failed, when none was verified since: attempts that came to nothing mend nothing. */
  failedDeploy: EndedDeploy | undefined;
};
type EndedDeploy = { number: number; state: DeployState; outcome?: string | undefined };

export function evaluateAlerts(input: AlertInput, now: number): AlertEvaluation {
  const { hosts, state } = input.pair;
  const read = new Set(hosts.filter((host) => isRead(host, now)).map(({ director }) => director));
  const compared = new Set(
    hosts
      .filter(({ director, drift }) => read.has(director) && ['none', 'drift'].includes(drift.state))
      .map(({ director }) => director),
  );
  const isUnknown: AlertEvaluation['isUnknown'] = ({ rule, subject }) => {
    if (rule === 'split-brain' || rule === 'no-active') return state === 'unknown' || read.size < hosts.length;
    if (rule === 'real-server-down' || rule === 'pool-empty') return state !== 'one-active';
    if (rule === 'drift') return !compared.has(subject);
    return rule === 'sync-daemon-silent' && !read.has(subject);
  };
  return {
    holding: [
      ...pairRules(input),
      ...deployRules(input, read),
      ...hosts.flatMap((host) => hostRules(input, host, read)),
      ...tableRules(input),
    ],
    isUnknown,
  };
}

export function isRead({ readAt, problem }: LiveHost, now: number): boolean {
  return problem === undefined && readAt !== undefined && now - Date.parse(readAt) < COUNTED_AS_GONE_MS;
}

function pairRules({ pair: { state, hosts }, document }: AlertInput): AlertCondition[] {
  const names = hosts.map(({ director }) => director).join(' and ');
  const found: AlertCondition[] = [];
  if (state === 'both-active')
    found.push({
      ...{ rule: 'split-brain', subject: '', severity: 'critical' },
      sentence: `${names} both hold the virtual addresses: clients reach either. Look at the network between them, then stop the daemon of one.`,
    });
  // Before its first deploy has ended a pair has nothing to lose; that deploy's own page says what it does.
  if (state === 'none-active' && document)
    found.push({
      ...{ rule: 'no-active', subject: '', severity: 'critical' },
      sentence: `Neither ${names} holds the virtual addresses: nothing is balanced. Look at the daemons of both.`,
    });
  return found;
}

/** A deploy that was rolled back is in force nowhere; one that failed may be on one director, and that is for the directors to say. */
function deployRules(
  { pair: { hosts }, lastDeploy, failedDeploy }: AlertInput,
  read: ReadonlySet<string>,
): AlertCondition[] {
  const found: AlertCondition[] = [];
  if (lastDeploy?.state === 'rolled-back')
    found.push({
      ...{ rule: 'deploy-rolled-back', subject: `deploy ${lastDeploy.number}`, severity: 'warning' },
      sentence: `Deploy ${lastDeploy.number} was rolled back. ${lastDeploy.outcome ?? ''}`.trim(),
    });
  const releases = new Set(hosts.map(({ director, release }) => (read.has(director) ? release.confirmed : undefined)));
  const isWhole = releases.size === 1 && !releases.has(undefined);
  if (failedDeploy && (failedDeploy.number === lastDeploy?.number || !isWhole))
    found.push({
      ...{
        rule: 'deploy-failed',
        subject: `deploy ${failedDeploy.number}`,
        severity: isWhole ? 'warning' : 'critical',
      },
      sentence: `Deploy ${failedDeploy.number} failed. ${failedDeploy.outcome ?? ''} ${releaseWords(hosts, read)}`,
    });
  return found;
}

function releaseWords(hosts: readonly LiveHost[], read: ReadonlySet<string>): string {
  const words = hosts.map(({ director, release }) =>
    read.has(director) ? `${director} has confirmed ${release.confirmed || 'nothing'}` : `${director} cannot be read`,
  );
  return `${words.join(', ')}.`;
}

function hostRules({ document }: AlertInput, host: LiveHost, read: ReadonlySet<string>): AlertCondition[] {
  const { director, role, drift, syncDaemon, problem, readAt } = host;
  if (!read.has(director)) {
    // One that nobody has accepted, that has no guard yet, or that was never read: nothing was lost.
    if (readAt === undefined || problem?.code === 'untrusted') return [];
    const why = problem?.message ?? 'No newer reading has arrived from the worker.';
    return [
      {
        rule: 'director-unreachable',
        subject: director,
        severity: 'critical',
        sentence: `${director} cannot be read: ${why}`,
      },
    ];
  }
  const found: AlertCondition[] = [];
  if (drift.state === 'drift')
    found.push({
      ...{ rule: 'drift', subject: director, severity: 'warning' },
      sentence:
        `${director} differs from its release in ${places(drift.items.length + drift.more)}: ${drift.items[0]?.sentence ?? ''}`.trim(),
    });
  const wanted = role === 'active' ? 'master' : 'backup';
  const hasPeer = document !== undefined && document.stack !== 'single' && document.directors.length > 1;
  if (hasPeer && role !== 'unknown' && !syncDaemon.some((each) => each.role === wanted))
    found.push({
      ...{ rule: 'sync-daemon-silent', subject: director, severity: 'warning' },
      sentence:
        role === 'active'
          ? `${director} is active and has no sync daemon as master: a takeover would lose the connections.`
          : `${director} is standby and has no sync daemon as backup: it does not learn the connections.`,
    });
  return found;
}

const places = (count: number) => (count === 1 ? '1 place' : `${count} places`);

/** Health checks take a real server out of the table, or set its weight to 0; both are told of the active director only. */
function tableRules({ pair, document }: AlertInput): AlertCondition[] {
  const active = pair.state === 'one-active' ? pair.hosts.find(({ director }) => director === pair.active) : undefined;
  if (!active || !document) return [];
  const found = new Map<string, AlertCondition>();
  for (const group of document.groups) {
    const pool = document.pools.find(({ name }) => name === group.pool);
    const wanted = pool?.realServers.filter(({ weight }) => weight > 0) ?? [];
    if (!pool || wanted.length === 0) continue;
    const services = active.services.filter(({ mark }) => mark === group.mark);
    const down = wanted.filter(({ address }) => !services.some((service) => hasWeight(service, address)));
    for (const { address } of down)
      found.set(`${pool.name} ${address}`, {
        ...{ rule: 'real-server-down', subject: `${pool.name} ${address}`, severity: 'warning' },
        sentence: `Real server ${address} of pool ${pool.name} gets no connections: ${active.director} has it out of the table or at weight 0.`,
      });
    if (down.length === wanted.length)
      found.set(`group ${group.name}`, {
        ...{ rule: 'pool-empty', subject: group.name, severity: 'critical' },
        sentence: `Group ${group.name} (mark ${group.mark}) has no real server left: every one of pool ${pool.name} is down${pool.fallback ? '; the fallback answers' : ''}.`,
      });
  }
  return [...found.values()];
}

function hasWeight({ realServers }: IpvsService, address: string): boolean {
  return realServers.some((each) => each.weight > 0 && each.address === address);
}
