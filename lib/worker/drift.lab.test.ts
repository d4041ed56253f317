// Drift on real directors: what hands change is told within one poll and undone by the same revision; what health checks change is not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stack, TopologyDocument } from '../core/document';
import { composePairDrift } from '../core/pair-drift';
import type { DriftItem } from '../core/views/drift';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import { openLab, type Lab } from '../lab/lab';
import { callWorker } from './client';
import {
  insertDeploy,
  labDocument,
  openTestConsole,
  printDeploy,
  requestDeploy,
  saveDocument,
  trustDirectors,
  until,
  untilEnded,
  type TestConsole,
} from './test-console';

const PORT_BASE = 2500;
const DIRECTORS = ['director1', 'director2'];
/** Rules, what is edited in the table, and files are compared at every poll, which is one in about 1.2 s: they were seen after 1.0 to 2.5 s. */
const AT_ONCE_MS = 6_000;
/**
 * Routes and settings are read at every fourth poll. What is added to the table or taken from it may be a daemon at work: a second look
 * decides, and nothing of the kind is told for 20 s after a change of roles.
 */
const SOON_MS = 20_000;

let lab: Lab;
let test: TestConsole;
let topologyId: string;

beforeAll(async () => {
  test = await openTestConsole();
  await test.startWorker();
  const { authorizedKey } = await callWorker('consoleKey', {});
  lab = await openLab({ name: 'lvsdrift', portBase: PORT_BASE, authorizedKeys: [authorizedKey] });
});
afterAll(async () => {
  await test?.close();
  await lab?.down();
});

const say = (line: string) => process.stdout.write(`${line}\n`);

async function run(host: string, argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.exec(host, argv);
  if (code !== 0) throw new Error(`${host}: ${argv.join(' ')}: exit ${code}: ${stderr}${stdout}`);
  return stdout;
}
const sh = (host: string, script: string) => run(host, ['sh', '-c', script]);

async function liveFrames(): Promise<LiveHost[]> {
  const rows = await test.db.liveFrame.findMany({ orderBy: { director: { name: 'asc' } } });
  return rows.map(({ frame }) => liveHostSchema.parse(frame));
}

const pairDrift = async () => composePairDrift(topologyId, await liveFrames(), Date.now());

/** From frames that were read after now. */
async function untilNone(timeoutMs = 60_000): Promise<void> {
  const since = Date.now();
  await until(
    'no drift',
    async () => {
      const { state, hosts } = await pairDrift();
      return state === 'none' && hosts.every(({ readAt = '' }) => Date.parse(readAt) > since) ? true : undefined;
    },
    timeoutMs,
  ).catch(async (cause: unknown) => {
    throw new Error(`drift is left: ${JSON.stringify(await pairDrift(), undefined, 1)}`, { cause });
  });
}

async function roles(): Promise<{ active: string; standby: string }> {
  const frames = await liveFrames();
  const active = frames.find(({ role }) => role === 'active')?.director ?? '';
  return { active, standby: DIRECTORS.find((name) => name !== active) ?? '' };
}

async function untilItem(
  director: string,
  matches: (item: DriftItem) => boolean,
  withinMs = SOON_MS,
): Promise<{ item: DriftItem; ms: number }> {
  const started = Date.now();
  const item = await until(
    'drift',
    async () => (await liveFrames()).find((frame) => frame.director === director)?.drift.items.find(matches),
    withinMs,
  ).catch(async (cause: unknown) => {
    throw new Error(`not seen: ${JSON.stringify((await liveFrames()).map(({ drift }) => drift))}`, { cause });
  });
  return { item, ms: Date.now() - started };
}

function documentOf(stack: Stack): TopologyDocument {
  const document = labDocument(PORT_BASE, `drift-${stack}`);
  const pools = document.pools.map((pool) => ({
    ...pool,
    healthCheck: { ...pool.healthCheck, intervalSeconds: 2, timeoutSeconds: 2 },
  }));
  return { ...document, stack, pools };
}

type Break = {
  name: string;
  at: 'active' | 'standby';
  script: string;
  area: DriftItem['area'];
  what: RegExp;
  observed: RegExp;
  withinMs: number;
};
const CONF: Partial<Record<Stack, string>> = {
  heartbeat: '/etc/ha.d/ldirectord.cf',
  keepalived: '/etc/keepalived/keepalived.conf',
};

function breaksOf(stack: Stack): Break[] {
  const conf = CONF[stack] ?? '';
  const server = (last: number) => new RegExp(`^Real server 192\\.168\\.6\\.${last}:0 of fwm:1$`);
  return [
    {
      ...{ name: 'ipvsadm -e (weight)', at: 'active', script: 'ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 7' },
      ...{ area: 'real-server', what: server(2), observed: /^masq weight 7$/, withinMs: AT_ONCE_MS },
    },
    {
      ...{ name: 'ipvsadm -e (forwarding)', at: 'active', script: 'ipvsadm -e -f 1 -r 192.168.6.3:0 -i -w 1' },
      ...{ area: 'real-server', what: server(3), observed: /^ipip weight 1$/, withinMs: AT_ONCE_MS },
    },
    {
      ...{
        name: 'ipvsadm -a (another real server)',
        at: 'active',
        script: 'ipvsadm -a -f 1 -r 192.168.6.77:0 -m -w 1',
      },
      ...{ area: 'real-server', what: server(77), observed: /^masq weight 1$/, withinMs: SOON_MS },
    },
    {
      ...{ name: 'ipvsadm -E (scheduler, persistence)', at: 'active', script: 'ipvsadm -E -f 1 -s wlc -p 300' },
      ...{ area: 'ipvs-service', what: /fwm:1/, observed: /-s wlc -p 300/, withinMs: AT_ONCE_MS },
    },
    {
      ...{ name: 'flushed chain', at: 'active', script: 'iptables -t mangle -F LVS-CONSOLE' },
      ...{ area: 'mark-rules', what: /LVS-CONSOLE/, observed: /not there/, withinMs: AT_ONCE_MS },
    },
    {
      ...{ name: 'rule added', at: 'standby', script: 'iptables -t nat -I LVS-CONSOLE-NAT -d 192.0.2.9/32 -j RETURN' },
      ...{ area: 'nat-rules', what: /LVS-CONSOLE-NAT/, observed: /192\.0\.2\.9/, withinMs: AT_ONCE_MS },
    },
    {
      ...{ name: 'route removed', at: 'standby', script: 'ip route flush table 100' },
      ...{ area: 'delivery', what: /table 100/, observed: /not there/, withinMs: SOON_MS },
    },
    {
      ...{ name: 'sysctl', at: 'standby', script: 'sysctl -qw net.ipv4.ip_forward=0' },
      ...{ area: 'sysctl', what: /ip_forward/, observed: /^0$/, withinMs: SOON_MS },
    },
    {
      ...{ name: 'file changed in place', at: 'active', script: `echo '# by hand' >> ${conf}` },
      ...{ area: 'file', what: new RegExp(conf), observed: /other content/, withinMs: AT_ONCE_MS },
    },
    {
      ...{ name: 'file replaced (sed -i)', at: 'standby', script: `sed -i 's/192.168.6.3/192.168.6.33/' ${conf}` },
      ...{ area: 'file', what: new RegExp(conf), observed: /not the link/, withinMs: AT_ONCE_MS },
    },
  ];
}

describe.each(['heartbeat', 'keepalived'] as const)('under %s', (stack) => {
  let revision = 0;

  it('a pair that was just deployed has no drift', async () => {
    const { count } = await test.db.topology.deleteMany({});
    if (count > 0) await Promise.all(DIRECTORS.map((name) => lab.factoryReset(name)));
    ({ topologyId, revision } = await saveDocument(test.db, documentOf(stack)));
    await trustDirectors(test.db, topologyId);
    const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
    expect(ended.state, printDeploy(ended)).toBe('verified');
    await untilNone();
  });

  it('tells each thing that was changed by hand, and the plan of the same revision undoes all of them', async () => {
    const at = await roles();
    for (const { name, at: place, script, ...wanted } of breaksOf(stack)) {
      const director = at[place];
      await sh(director, script);
      const { item, ms } = await untilItem(
        director,
        ({ area, what, observed }) => area === wanted.area && wanted.what.test(what) && wanted.observed.test(observed),
        wanted.withinMs,
      );
      say(`${stack}: ${name}: drift after ${ms} ms`);
      if (wanted.area === 'file') expect(item.diff).toMatch(/^[+-].*(by hand|192\.168\.6\.33)/m);
    }
    const plan = await callWorker('makePlan', { topologyId, revision, actor: 'test' });
    say(
      plan.hosts
        .map(
          ({ director, actions, daemonAction }) =>
            `${director}: ${daemonAction}\n${actions.map(({ command }) => `  ${command}`).join('\n')}`,
        )
        .join('\n'),
    );
    expect(plan.hosts.flatMap(({ files }) => files.filter(({ change }) => change === 'update'))).toHaveLength(2);
    const commands = plan.hosts.flatMap(({ actions }) => actions.map(({ command }) => command)).join('\n');
    expect(commands).toContain('ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 1');
    expect(commands).toContain('ipvsadm -d -f 1 -r 192.168.6.77:0');
    const ended = await untilEnded(test.db, await insertDeploy(test.db, plan));
    expect(ended.state, printDeploy(ended)).toBe('verified');
    say(printDeploy(ended));
    await untilNone();
  });

  it('mends the table alone, when no file was touched', async () => {
    const at = await roles();
    await sh(at.active, 'ipvsadm -e -f 1 -r 192.168.6.2:0 -m -w 9 && ipvsadm -a -f 1 -r 192.168.6.78:0 -m -w 1');
    await untilItem(at.active, ({ observed }) => observed === 'masq weight 9');
    const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
    expect(ended.state, printDeploy(ended)).toBe('verified');
    await untilNone();
  });

  it('mends a service that is gone, the sync daemon, and what somebody made on the standby', async () => {
    const at = await roles();
    await sh(at.active, 'ipvsadm -D -f 1');
    await untilItem(at.active, ({ area, observed }) => area === 'ipvs-service' && observed === 'not there');
    await sh(at.standby, 'ipvsadm --stop-daemon backup');
    await untilItem(at.standby, ({ what }) => what === 'Sync daemon');
    if (stack === 'heartbeat') {
      await sh(at.standby, 'ipvsadm -A -f 1 -s rr');
      await untilItem(at.standby, ({ area, expected }) => area === 'ipvs-service' && expected === 'not there');
    }
    const ended = await untilEnded(test.db, await requestDeploy(test.db, topologyId, revision));
    expect(ended.state, printDeploy(ended)).toBe('verified');
    await untilNone();
  });

  it('does not take for drift what health checks do', async () => {
    const { active } = await roles();
    const table = () => run(active, ['ipvsadm', '-Sn']);
    const before = await table();
    await lab.stopRealServer('rs1');
    await until('the health check notices', async () => ((await table()) === before ? undefined : true), 60_000);
    for (const deadline = Date.now() + 8_000; Date.now() < deadline;) {
      expect((await pairDrift()).state).toBe('none');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await lab.startRealServer('rs1');
    await until('the real server is back', async () => ((await table()) === before ? true : undefined), 60_000);
    expect((await pairDrift()).state).toBe('none');
  });

  it('says unknown, since when, of a director that lost its power, and none of it as drift', async () => {
    const { standby } = await roles();
    await lab.crash(standby);
    const unknown = await until(
      'unknown',
      async () => (await pairDrift()).hosts.find(({ director, state }) => director === standby && state === 'unknown'),
      60_000,
    );
    expect(Date.parse(unknown.unknown?.since ?? '')).toBeLessThan(Date.now());
    expect(unknown.items).toEqual([]);
    await lab.powerOn(standby);
    await untilNone(180_000);
  });
});
