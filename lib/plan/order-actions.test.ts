import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import { orderSteps } from './order-actions';
import { changed, planChange } from './test-observed';

const two = changed((d) => {
  d.ranges.push({ name: 'more', addresses: '198.51.100.0/24' });
  d.groups.push({
    ...{ name: 'more', mark: 2, matches: [{ range: 'more', protocol: 'any' as const }] },
    ...{ scheduler: 'rr', pool: 'web' },
  });
});
const kindsOf = (plan: ReturnType<typeof planChange>, host = 0) =>
  plan.hosts[host]!.actions.map(({ kind, change }) => `${kind} ${change}`).filter(
    (each, index, all) => all.indexOf(each) === index,
  );

describe('a plan names what the guard does in the order in which it does it', () => {
  it('what a group needs before its rules', () => {
    expect(kindsOf(planChange(seedDocument(), two))).toEqual([
      ...['ipvs add', 'route add', 'policy-rule add', 'mark-rules add', 'daemon reload'],
    ]);
  });

  it('what a group had after its rules', () => {
    expect(kindsOf(planChange(two, seedDocument()))).toEqual([
      ...['policy-rule remove', 'route remove', 'mark-rules remove', 'daemon reload', 'ipvs remove'],
    ]);
  });

  it('what heartbeat makes at its start behind it', () => {
    expect(kindsOf(planChange(undefined, seedDocument()))).toEqual([
      ...['module add', 'sysctl edit', 'route add', 'policy-rule add', 'mark-rules add', 'nat-rules add'],
      ...['daemon start', 'ipvs add', 'sync-daemon add', 'virtual-address add'],
    ]);
  });

  it('addresses that no daemon moves before everything that is reached by them, and IPv4 before IPv6', () => {
    const steps = (
      [
        ['policy-rule', 'ip -6 rule add x'],
        ['route', 'ip -6 route add x'],
        ['route', 'ip route add x'],
        ['ipvs', 'ipvsadm -A -f 1'],
        ['virtual-address', 'ip addr add x'],
      ] as const
    ).map(([kind, command]) => ({ kind, command, change: 'add' }));
    const ordered = orderSteps(steps, { action: 'start-ldirectord', areFixed: true });
    expect(ordered.map(({ command }) => command)).toEqual([
      ...['ip addr add x', 'ipvsadm -A -f 1', 'ip route add x', 'ip -6 route add x', 'ip -6 rule add x'],
    ]);
  });
});
