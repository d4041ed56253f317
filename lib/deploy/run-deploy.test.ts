import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HostError } from '../core/errors';
import { timersOf } from './deploy-run';
import { ended, expectWhole } from './test-ends';
import { BASE, fakePair, restarted, TRANSACTION, type FakePair, type Fault } from './test-pair';
import { runDeploy } from './run-deploy';

const LEFT = { key: 'fwm:1', mark: 1, family: 4 as const, scheduler: 'rr', flags: [], realServers: [] };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('order', () => {
  it('takes the standby through verify before it touches the active one, and confirms the active one first', async () => {
    const pair = fakePair();
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    const order = pair.done.filter((verb) => !/stage|check|status/.test(verb));
    expect(order).toEqual([
      ...['director2 arm', 'director2 switch', 'director1 arm', 'director1 switch'],
      ...['director1 confirm', 'director2 confirm'],
    ]);
    expectWhole(pair, 'verified');
  });

  it('arms both before either is switched when heartbeat starts', async () => {
    const pair = fakePair('together');
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    const order = pair.done.filter((verb) => /arm|switch/.test(verb)).map((verb) => verb.split(' ')[1]);
    expect(order).toEqual(['arm', 'arm', 'switch', 'switch']);
  });

  it.each([
    [17_000, 'rolled-back'],
    [10_000, 'verified'],
  ] as const)('after a verification of %i ms with timers of 20 s is %s, never split', async (milliseconds, wanted) => {
    const pair = fakePair();
    pair.run.deploy.timerSeconds = { active: 20, standby: 20 };
    pair.run.hosts['director1']!.proveNewConnection = () => new Promise((resolve) => setTimeout(resolve, milliseconds));
    expect(await ended(runDeploy(pair.run))).toBe(wanted);
    expect(pair.done.filter((verb) => verb.endsWith('confirm'))).toHaveLength(wanted === 'verified' ? 2 : 0);
    if (wanted === 'rolled-back') expect(pair.journal.ended?.outcome).toContain('s left until it rolls back by itself');
    expectWhole(pair, wanted);
  });

  it('changes the other director first when the standby has become active after the checks', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => {
      if (verb !== 'director2 arm') return;
      pair.hosts['director1']!.isActive = false;
      pair.hosts['director2']!.isActive = true;
    };
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    const switches = pair.done.filter((verb) => /switch|confirm/.test(verb));
    expect(switches).toEqual(['director1 switch', 'director2 switch', 'director2 confirm', 'director1 confirm']);
    expectWhole(pair, 'verified');
  });

  /** heartbeat of the active one stops: the standby takes over. */
  const takeOver = (pair: FakePair) => {
    pair.hosts['director1']!.isActive = false;
    pair.hosts['director2']!.isActive = true;
  };

  it('restarts heartbeat on the standby first, then on the active one, which hands over; confirms by the roles seen after', async () => {
    const pair = fakePair('rolling-restart');
    pair.onDone = (verb) => verb === 'director1 switch' && takeOver(pair);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.done.filter((verb) => !/stage|check|status/.test(verb))).toEqual([
      ...['director2 arm', 'director2 switch', 'director1 arm', 'director1 switch'],
      ...['director2 confirm', 'director1 confirm'],
    ]);
    expectWhole(pair, 'verified');
  });

  it('arms and switches the active one only when the two heartbeats have found each other', async () => {
    const pair = fakePair('rolling-restart');
    let restsAt = Infinity;
    pair.onDone = (verb) => {
      if (verb === 'director2 switch') {
        pair.hosts['director2']!.held = 'transition';
        setTimeout(() => {
          restsAt = Date.now();
          pair.hosts['director2']!.held = undefined;
        }, 40_000);
      }
      if (verb === 'director1 arm') expect(Date.now()).toBeGreaterThanOrEqual(restsAt);
      if (verb === 'director1 switch') takeOver(pair);
    };
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.done).toContain('director1 arm');
  });

  it.each([
    ['hears nobody and takes everything', 'all'],
    ['does not come to rest', 'transition'],
  ])('leaves the active one alone when the restarted standby %s', async (_what, held) => {
    const pair = fakePair('rolling-restart');
    pair.onDone = (verb) => void (verb === 'director2 switch' && (pair.hosts['director2']!.held = held));
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.done).not.toContain('director1 arm');
    expect(pair.journal.ended?.outcome).toContain(`resources held: director1: all, director2: ${held}`);
    expectWhole(pair, 'rolled-back');
  });

  it('goes by the addresses of the release before where the virtual addresses change', async () => {
    const pair = fakePair('rolling-restart');
    takeOver(pair);
    const { topology, hosts } = pair.run.deploy;
    const { external, internal } = topology.virtualAddresses;
    const elsewhere = (held: typeof external) => held && { ...held, address: { ...held.address, text: '192.0.2.1' } };
    pair.run.deploy.topology = {
      ...topology,
      virtualAddresses: { ...topology.virtualAddresses, external: elsewhere(external), internal: elsewhere(internal) },
    };
    expect(hosts.every(({ previous }) => previous)).toBe(true);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.done.filter((verb) => verb.endsWith('switch'))).toEqual(['director1 switch', 'director2 switch']);
  });

  it.each([
    ['serves after a while', 40_000, 'rolled-back', 'Both directors are as they were before.'],
    ['never serves again', Infinity, 'failed', 'and the other none (director1: standby, director2: standby)'],
  ])('says that a pair is back only when one director %s', async (_what, afterMs, state, words) => {
    const pair = fakePair('together');
    const setActive = (isActive: boolean) => Object.assign(pair.hosts['director1']!, { isActive });
    let servesAt = Infinity;
    pair.onDone = (verb) => {
      if (verb === 'director2 switch') pair.hosts['director2']!.differs = true;
      if (verb !== 'director2 rollback') return;
      pair.hosts['director2']!.differs = false;
      setActive(false);
      if (afterMs === Infinity) return;
      servesAt = Date.now() + afterMs;
      setTimeout(() => setActive(true), afterMs);
    };
    expect(await ended(runDeploy(pair.run))).toBe(state);
    expect(pair.journal.ended?.outcome).toContain(words);
    if (state === 'rolled-back') expect(Date.now()).toBeGreaterThanOrEqual(servesAt);
  });

  /** Whose new logins were proven, among what the directors did. */
  const watchLogins = (pair: FakePair) => {
    for (const [name, host] of Object.entries(pair.run.hosts)) {
      const { proveNewConnection } = host;
      host.proveNewConnection = async () => {
        await proveNewConnection();
        pair.done.push(`${name} login`);
      };
    }
  };
  const fromFirstSwitch = ({ done }: FakePair) => done.slice(done.findIndex((verb) => verb.endsWith(' switch')));

  it('proves a new login to the standby before it arms the active one, and confirms each over its new connection', async () => {
    const pair = fakePair();
    watchLogins(pair);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(fromFirstSwitch(pair)).toEqual([
      ...['director2 switch', 'director2 login', 'director1 arm', 'director1 switch', 'director1 login'],
      ...['director1 confirm', 'director2 confirm'],
    ]);
    const logins = pair.journal.rows.filter(({ name }) => name === 'new-connection');
    expect(logins.map(({ director, state }) => [director, state])).toEqual([
      ['director2', 'done'],
      ['director1', 'done'],
    ]);
  });

  it('leaves the active director alone when nobody can log in to the standby any more', async () => {
    const pair = fakePair();
    pair.run.hosts['director2']!.proveNewConnection = async () => {
      throw new HostError('unreachable', 'director2 lets nobody in', { retry: true });
    };
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.done.filter((verb) => /director1 (arm|switch)/.test(verb))).toEqual([]);
    expectWhole(pair, 'rolled-back');
  });

  it('proves the login to the first director once more when it has become active since', async () => {
    const pair = fakePair('rolling-restart');
    watchLogins(pair);
    pair.onDone = (verb) => verb === 'director1 switch' && takeOver(pair);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    const logins = pair.done.filter((verb) => verb.endsWith('login'));
    expect(logins[0]).toBe('director2 login');
    expect(logins.slice(1).toSorted()).toEqual(['director1 login', 'director2 login']);
  });

  it('proves both logins again after the worker died between the two', async () => {
    const pair = fakePair();
    watchLogins(pair);
    pair.onDone = (verb) => void (verb === 'director1 switch' && (pair.journal.writesLeft = 0));
    await ended(runDeploy(pair.run)).catch(() => undefined);
    const before = pair.done.length;
    expect(await ended(runDeploy(restarted(pair)))).toBe('verified');
    expect(pair.done.slice(before).toSorted()).toEqual([
      ...['director1 confirm', 'director1 login', 'director2 confirm', 'director2 login'],
    ]);
    expectWhole(pair, 'verified');
  });

  it('proves no login before both directors are verified where both are switched together', async () => {
    const pair = fakePair('together');
    pair.onDone = (verb) => {
      if (verb === 'director2 switch') Object.assign(pair.hosts['director2']!, { differs: true });
    };
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    const reads = pair.journal.rows.filter(({ name }) => name === 'new-connection');
    expect(reads).toEqual([]); // no login is proven for what was not verified
  });

  it('reads both directors again after both were switched together: what the first one said is old by then', async () => {
    const pair = fakePair('together');
    pair.onDone = (verb) => {
      if (verb === 'director2 switch') pair.hosts['director1']!.differs = true;
    };
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.done.filter((verb) => verb.endsWith('confirm'))).toEqual([]);
  });

  it('confirms by the roles of that moment after a failover between the halves', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => {
      if (verb !== 'director2 switch') return;
      pair.hosts['director1']!.isActive = false;
      pair.hosts['director2']!.isActive = true;
    };
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.done.slice(-2)).toEqual(['director2 confirm', 'director1 confirm']);
    expect(pair.journal.ended?.proof[0]).toContain('The roles changed');
  });

  it('tells a failover between the halves also when it rolls back', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => void (verb === 'director2 switch' && takeOver(pair));
    pair.faults.set('director1 switch', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.journal.ended?.outcome).toContain('The roles changed while the deploy ran: director2 became active.');
  });

  it('tells a failover between the halves also when it is ended from a confirmation whose answer was lost', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => void (verb === 'director2 switch' && takeOver(pair));
    pair.faults.set('director1 confirm', 'away');
    setTimeout(() => (pair.hosts['director1']!.isAway = false), 30_000);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.journal.ended?.proof[0]).toContain('director2 became active.');
  });

  it('gives the standby 120 s more than the active one, which decides first', async () => {
    const pair = fakePair();
    pair.run.deploy.timerSeconds = timersOf(60);
    const seconds: Record<string, number> = {};
    pair.onDone = (verb) => {
      const name = verb.replace(' arm', '');
      const firesAt = pair.hosts[name]?.firesAt;
      if (firesAt !== undefined) seconds[name] = (firesAt - Date.now()) / 1_000;
    };
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(seconds).toEqual({ director1: 60, director2: 180 });
  });
});

describe('round trips', () => {
  it('asks no director more than six times when nothing has to be waited for', async () => {
    const pair = fakePair();
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(Math.max(...Object.values(pair.trips))).toBeLessThanOrEqual(6);
  });

  it('tells stage from check although both go to the director in one message', async () => {
    const pair = fakePair();
    pair.faults.set('director2 check', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    const states = pair.journal.rows
      .filter(({ name, director }) => director === 'director2' && (name === 'stage' || name === 'check'))
      .map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(['stage done', 'check failed']);
  });

  it('ends the row of stage when the journal could not be written in between', async () => {
    const pair = fakePair();
    const { end } = pair.journal;
    let isLost = false;
    pair.journal.end = async (sequence, result) => {
      const isStage = pair.journal.rows[sequence - 1]?.name === 'stage';
      if (isStage && !isLost) {
        isLost = true;
        throw new Error('the database is away');
      }
      await end(sequence, result);
    };
    await expect(ended(runDeploy(pair.run))).rejects.toThrow('the database is away');
    expect(await ended(runDeploy(restarted(pair)))).toBe('verified');
    expectWhole(pair, 'verified');
  });

  it('refuses a guard that is too old for what is asked of it', async () => {
    const pair = fakePair();
    pair.hosts['director1']!.guardVersion = '2.5.0+0123abcd';
    expect(await ended(runDeploy(pair.run))).toBe('refused');
    expect(pair.journal.ended?.outcome).toContain('director1 has guard 2.5.0+0123abcd');
    expect(pair.done).toEqual([]);
  });
});

describe('faults', () => {
  const verbs = ['stage', 'check', 'arm', 'switch', 'confirm'];
  const directors = ['director1', 'director2'];
  const each = (fault: Fault) => verbs.flatMap((verb) => directors.map((director) => [director, verb, fault] as const));

  // The last verb of its call each: what stands behind a slow one is not begun by these hosts.
  const slow = each('slow').filter(([, verb]) => verb !== 'stage');
  it.each([...each('lost'), ...each('unsent'), ...slow])(
    '%s %s whose answer is %s is asked for and goes on, done once',
    async (director, verb, fault) => {
      const pair = fakePair();
      pair.faults.set(`${director} ${verb}`, fault);
      expect(await ended(runDeploy(pair.run))).toBe('verified');
      expect(pair.done.filter((each) => each === `${director} ${verb}`)).toHaveLength(1);
      expectWhole(pair, 'verified');
    },
  );

  it.each(each('refused').filter(([, verb]) => verb !== 'confirm'))(
    '%s %s that is %s leaves both directors as they were',
    async (director, verb, fault) => {
      const pair = fakePair();
      pair.faults.set(`${director} ${verb}`, fault);
      const end = await ended(runDeploy(pair.run));
      const wasArmed = pair.done.some((each) => each.endsWith(' arm'));
      expect(end).toBe(wasArmed ? 'rolled-back' : 'failed');
      expectWhole(pair, end);
    },
  );

  it('keeps secrets out of steps and outcome when a tool quotes one', async () => {
    const pair = fakePair();
    pair.faults.set('director2 switch', 'refused');
    await ended(runDeploy(pair.run));
    expect(JSON.stringify([pair.journal.rows, pair.journal.ended])).not.toContain('hunter2');
    expect(JSON.stringify(pair.journal.rows)).toContain('(secret)');
  });

  it.each(directors)('a kernel of %s that differs from the release is never confirmed', async (director) => {
    const pair = fakePair();
    pair.hosts[director]!.differs = true;
    const end = await ended(runDeploy(pair.run));
    expect(end).toBe('rolled-back');
    expect(pair.done.some((verb) => verb.endsWith('confirm'))).toBe(false);
    expectWhole(pair, end);
  });

  it.each(['arm', 'switch'])(
    'a director that goes away at %s has rolled back by itself; the page is told to count down',
    async (verb) => {
      const pair = fakePair();
      pair.faults.set(`director2 ${verb}`, 'away');
      const end = await ended(runDeploy(pair.run));
      expect(end).toBe('failed');
      expect(pair.journal.ended?.outcome).toContain('director2');
      expect(pair.journal.rows.find(({ name }) => name === 'rollback' && name)?.state).toBeDefined();
      expect(pair.hosts['director1']!.live).toBe(BASE);
    },
  );

  it('a director that comes back in time is rolled back and proven', async () => {
    const pair = fakePair();
    pair.faults.set('director2 switch', 'away');
    setTimeout(() => (pair.hosts['director2']!.isAway = false), 60_000);
    const end = await ended(runDeploy(pair.run));
    expect(end).toBe('rolled-back');
    expectWhole(pair, end);
  });

  it('confirms nothing when hands have changed a file of one director since its switch', async () => {
    const pair = fakePair();
    pair.onDone = (verb) => void (verb === 'director1 switch' && (pair.hosts['director2']!.edited = '/etc/ha.d/ha.cf'));
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.journal.ended?.outcome).toContain('/etc/ha.d/ha.cf was changed by hand since the switch.');
    expectWhole(pair, 'rolled-back');
  });

  it('asks once for a confirmation of a release that is damaged, then waits for the timer', async () => {
    const pair = fakePair();
    pair.onDone = (verb) =>
      void (verb === 'director1 confirm' && (pair.hosts['director2']!.edited = '/etc/ha.d/ha.cf'));
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    const asked = pair.journal.rows.filter(({ name, director }) => name === 'confirm' && director === 'director2');
    expect(asked.map(({ state }) => state)).toEqual(['failed', 'failed']); // on the way forward, and while the rest is confirmed
    expect(pair.hosts['director2']!.state).toBe('rolled-back');
    expect(pair.journal.ended?.outcome).toContain('rolls director2 forward');
  });

  it('tells a split pair when the standby cannot be confirmed before its timer fires, and the active one keeps the release', async () => {
    const pair = fakePair();
    pair.faults.set('director2 confirm', 'away');
    setTimeout(() => (pair.hosts['director2']!.isAway = false), 400_000);
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    expect(pair.hosts['director1']!.confirmed).toBe(TRANSACTION);
    expect(pair.journal.ended?.outcome).toContain('rolls director2 forward');
  });

  it('does not split the pair by itself when the director that has confirmed is away while the other one is confirmed', async () => {
    const pair = fakePair();
    const { director1, director2 } = pair.hosts;
    pair.onDone = (verb) => {
      if (verb !== 'director1 confirm') return;
      // The console's own line: neither can be reached for a while.
      setTimeout(() => [director1!, director2!].forEach((host) => (host.isAway = true)), 1);
      setTimeout(() => [director1!, director2!].forEach((host) => (host.isAway = false)), 60_000);
    };
    pair.faults.set('director2 confirm', 'away');
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expectWhole(pair, 'verified');
  });

  it('says what is not known of a director that stays away after its confirmation was sent, and asks for more', async () => {
    const pair = fakePair();
    pair.faults.set('director1 confirm', 'lost');
    pair.onDone = (verb) => void (verb === 'director1 confirm' && (pair.hosts['director1']!.isAway = true));
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    const row = pair.journal.rows.find(({ name, director }) => name === 'rollback' && director === 'director1');
    expect(row).toMatchObject({ state: 'unknown' });
    expect(row?.message).toContain('if the confirmation came to it');
  });

  it('one reading that is lost while the line is silent is no difference', async () => {
    const pair = fakePair();
    const host = pair.run.hosts['director2']!;
    const { sequence } = host;
    let isLost = false;
    host.sequence = async (calls, options) => {
      const isFirstReading = calls[0]?.[0] === 'read' && pair.done.includes('director2 switch');
      if (!isFirstReading || isLost) return sequence(calls, options);
      isLost = true;
      await new Promise((resolve) => setTimeout(resolve, 14_000));
      throw new HostError('connection-lost', 'Keepalive timeout', { retry: true });
    };
    pair.faults.set('director2 switch', 'lost'); // so that it is read again
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(isLost).toBe(true);
    expectWhole(pair, 'verified');
  });

  it.each(['director1', 'director2'])(
    '%s that rolls back by itself is never taken for verified, though the kernels are equal',
    async (name) => {
      const pair = fakePair();
      const host = pair.hosts[name]!;
      pair.onDone = (verb) =>
        void (
          verb === 'director1 switch' && Object.assign(host, { state: 'rolled-back', live: BASE, firesAt: undefined })
        );
      expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
      expect(pair.journal.ended?.outcome).toContain(`${name}: Release ${BASE} is live, not ${TRANSACTION}`);
      expect(pair.done.filter((verb) => verb.endsWith('confirm'))).toEqual([]);
      expectWhole(pair, 'rolled-back');
    },
  );

  it.each([
    [1, 'verified'],
    [3, 'rolled-back'],
  ] as const)('a login that is lost %i times ends %s', async (times, wanted) => {
    const pair = fakePair();
    let left = times;
    pair.run.hosts['director1']!.proveNewConnection = async () => {
      left -= 1;
      if (left >= 0) throw new HostError('time-out', 'no answer to the login', { retry: true });
    };
    expect(await ended(runDeploy(pair.run))).toBe(wanted);
    expectWhole(pair, wanted);
  });

  it.each([
    [
      'as before',
      false,
      false,
      'rolled-back',
      'Both directors are as they were before.',
      `Rolled back. The kernel equals release ${BASE}.`,
    ],
    ['different from before', false, true, 'failed', 'director1 rolled back, yet differs from before', 'still differs'],
    [
      'as different from its release as somebody had made it before',
      ...([true, true, 'rolled-back', 'Both directors are as they were before.'] as const),
      `The kernel equals release ${BASE} but for what differed before the deploy: heartbeat does not run.`,
    ],
    [
      'without what somebody had made different before',
      ...([true, false, 'rolled-back', 'What differed from its release before is so no more on director1'] as const),
      `The kernel equals release ${BASE}. It differed before the deploy, and does not any more: heartbeat does not run.`,
    ],
  ])('a director that is back and is %s is called so', async (_what, before, after, wanted, outcome, message) => {
    const pair = fakePair();
    const { previous } = pair.run.deploy.hosts[0]!;
    pair.run.deploy.hosts[0]!.previous = { ...previous!, daemons: ['heartbeat'] };
    pair.hosts['director1']!.isHeartbeatStopped = before;
    pair.onDone = (verb) =>
      void (verb === 'director1 rollback' && (pair.hosts['director1']!.isHeartbeatStopped = after));
    pair.faults.set('director1 switch', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe(wanted);
    expect(pair.journal.ended?.outcome).toContain(outcome);
    const row = pair.journal.rows.find(({ name, director }) => name === 'rollback' && director === 'director1');
    expect(row?.message).toContain(message);
    expectWhole(pair, wanted as 'failed');
  });

  it('a director that is back with a service of the release that was undone is not as before', async () => {
    const pair = fakePair();
    const expected = structuredClone(pair.run.deploy.hosts[0]!.expected);
    expected.intent.active.ipvs.push(LEFT);
    pair.run.deploy.hosts[0]!.expected = expected;
    const host = pair.hosts['director1']!;
    pair.onDone = (verb) => void (verb === 'director1 rollback' && (host.ipvs = '-A -f 1 -s rr\n'));
    pair.faults.set('director1 switch', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe('failed');
    expect(pair.journal.ended?.outcome).toContain('director1 rolled back, yet differs from before');
  });

  it('says so when nobody knows what was there before', async () => {
    const pair = fakePair();
    delete pair.run.deploy.hosts[0]!.previous;
    pair.faults.set('director1 switch', 'refused');
    expect(await ended(runDeploy(pair.run))).toBe('rolled-back');
    expect(pair.journal.ended?.outcome).toContain('director1 could not be compared');
  });

  it('confirms the standby that comes back before its timer fires', async () => {
    const pair = fakePair();
    pair.faults.set('director2 confirm', 'away');
    setTimeout(() => (pair.hosts['director2']!.isAway = false), 60_000);
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expectWhole(pair, 'verified');
  });
});

describe('preflight', () => {
  it.each([
    [
      'another release is confirmed',
      (pair: FakePair) => Object.assign(pair.hosts['director2']!, { confirmed: '9-99999999', live: '9-99999999' }),
      'drifted',
    ],
    [
      'a transaction of somebody else is open',
      (pair: FakePair) => Object.assign(pair.hosts['director1']!, { state: 'armed' }),
      'open transaction',
    ],
    [
      'both are active',
      (pair: FakePair) => Object.assign(pair.hosts['director2']!, { isActive: true }),
      'Both directors',
    ],
    ['none is active', (pair: FakePair) => Object.assign(pair.hosts['director1']!, { isActive: false }), 'No director'],
    [
      'the rules of the pair do not let it begin any more',
      (pair: FakePair) => Object.assign(pair.journal, { refusalNow: 'Deploys of this pair are frozen: Year end.' }),
      'Nothing was changed. Deploys of this pair are frozen: Year end.',
    ],
    ['one is away', (pair: FakePair) => Object.assign(pair.hosts['director2']!, { isAway: true }), 'cannot be reached'],
  ])('refuses and changes nothing when %s', async (_what, prepare, words) => {
    const pair = fakePair();
    prepare(pair);
    expect(await ended(runDeploy(pair.run))).toBe('refused');
    expect(pair.journal.ended?.outcome).toContain(words);
    expect(pair.done).toEqual([]);
  });

  it.each([
    ['comes from there', '198.51.100.7 50123 192.0.2.1 22'],
    ['ends there', '192.0.2.9 50123 198.51.100.7 22'],
  ])('refuses rules that mark the connection that the deploy goes over when it %s', async (_what, connection) => {
    const pair = fakePair();
    const rule = '-A LVS-CONSOLE -d 198.51.100.0/24 -i eth0 -j MARK --set-xmark 0x1/0xffffffff';
    const expected = structuredClone(pair.run.deploy.hosts[1]!.expected);
    expected.intent.always.chains[0]!.rules.push(rule);
    pair.run.deploy.hosts[1]!.expected = expected;
    pair.hosts['director2']!.connection = connection;
    expect(await ended(runDeploy(pair.run))).toBe('refused');
    const [client, clientPort, server, serverPort] = connection.split(' ');
    const ends = `(${client} port ${clientPort} to ${server} port ${serverPort})`;
    expect(pair.journal.ended?.outcome).toBe(
      `Nothing was changed. Rule "${rule}" of chain LVS-CONSOLE takes 198.51.100.0/24, and with it the console's own connection to director2 ${ends} at 198.51.100.7: management would be cut off.`,
    );
    expect(pair.done).toEqual([]);
  });

  it('says whose connection it was not told', async () => {
    const pair = fakePair();
    pair.hosts['director2']!.connection = '';
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.journal.rows.find(({ name, director }) => name === 'preflight' && !director)?.message).toBe(
      'Both directors are as the plan found them, and management cannot be cut off. director2 does not tell by which connection it is reached: only its addresses are proven.',
    );
  });

  it('removes what an ended deploy of its own left staged, and nothing else', async () => {
    const pair = fakePair();
    Object.assign(pair.hosts['director2']!, { state: 'checked', leftOver: '5-55555555' });
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expectWhole(pair, 'verified');
    const other = fakePair();
    Object.assign(other.hosts['director2']!, { state: 'checked', leftOver: '4-44444444' });
    expect(await ended(runDeploy(other.run))).toBe('refused');
  });

  it('takes a generation above any that the directors have seen', async () => {
    const pair = fakePair();
    pair.hosts['director1']!.generation = 41;
    expect(await ended(runDeploy(pair.run))).toBe('verified');
    expect(pair.hosts['director2']!.generation).toBe(42);
  });
});
