// The rules of alerts in words, and the next step of who reads one.
import type { AlertMute, AlertRule } from '@/lib/core/views/alert';

const WORDS: Record<AlertRule, { title: string; next: string }> = {
  'split-brain': {
    title: 'Split brain',
    next: 'Both directors hold the virtual addresses. Look at the link between them; stop the daemon of one of them when it is not the network.',
  },
  'no-active': {
    title: 'No director is active',
    next: 'Nobody holds the virtual addresses. Look at heartbeat or keepalived on both directors, and at their logs.',
  },
  'director-unreachable': {
    title: 'Director unreachable',
    next: 'Test the connection on the Directors page: it says which step fails. Traffic may well go on.',
  },
  'real-server-down': {
    title: 'Real server down',
    next: 'Its health check fails. Look at the service there; drain it when it is down for longer.',
  },
  'pool-empty': {
    title: 'Pool empty',
    next: 'No real server of the pool serves, so that its groups are answered by the fallback or by nobody.',
  },
  drift: {
    title: 'Drift',
    next: 'A director is not as it was deployed. The live page shows the difference: adopt it as a revision, or deploy again.',
  },
  'deploy-rolled-back': {
    title: 'Deploy rolled back',
    next: 'The deploy page says which step failed and why. Nothing of it is in force.',
  },
  'deploy-failed': {
    title: 'Deploy failed',
    next: 'One director may run it, the other one not. The deploy page says how it ended on each: look there before you deploy again.',
  },
  'sync-daemon-silent': {
    title: 'Sync daemon silent',
    next: 'The standby does not get the connections: a failover would cut them. Look at the sync daemons in the live page.',
  },
};

export function titleOf(rule: AlertMute['rule']): string {
  return rule === '*' ? 'Every rule' : WORDS[rule].title;
}

export function nextStepOf(rule: AlertRule): string {
  return WORDS[rule].next;
}
