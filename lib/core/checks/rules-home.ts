// Where rules live across reboots: homes that cannot hold the rules of the chosen firewall.
import { error, info } from '../diagnostic';
import type { Check } from './check';

export const checkRulesHome: Check = ({ document: { rulesHome, firewall } }) => {
  if (rulesHome !== 'redhat' || firewall !== 'nftables') return [];
  const message =
    'rulesHome "redhat" is /etc/sysconfig/iptables, which holds rules of iptables, but the firewall is nftables.';
  return [error('rules-home.no-nftables', ['rulesHome'], message, 'Use rulesHome: systemd, or firewall: iptables.')];
};

/** lvs.md 7.3: heartbeat is gone from Red Hat's packages, ldirectord is in few of them. */
export const checkPackaged: Check = ({ document: { rulesHome, stack } }) => {
  if (rulesHome !== 'redhat' || stack === 'keepalived') return [];
  const what = stack === 'heartbeat' ? 'heartbeat and ldirectord' : 'ldirectord';
  const message = `Red Hat does not package ${what} any more; keepalived it does.`;
  return [info('stack.not-packaged', ['stack'], message, 'Use stack: keepalived, or install it from elsewhere.')];
};
