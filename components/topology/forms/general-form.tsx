'use client';
// What concerns the whole topology: name, high-availability stack, where rules live, FTP, forwarded log.
import { CheckboxField, SelectField, TextField } from './document-fields';
import { ObjectForm } from './object-form';

const stacks = [
  { value: 'heartbeat', label: 'heartbeat: heartbeat and ldirectord' },
  { value: 'keepalived', label: 'keepalived: VRRP and its own checks' },
  { value: 'single', label: 'single: one director, no failover' },
];
const firewalls = [
  { value: 'iptables', label: 'iptables' },
  { value: 'nftables', label: 'nftables' },
];
const homes = [
  { value: 'systemd', label: 'systemd unit of the console' },
  { value: 'ifupdown', label: 'ifupdown (Debian if-pre-up.d)' },
  { value: 'redhat', label: '/etc/sysconfig/iptables' },
];

export function GeneralForm() {
  return (
    <ObjectForm lead="What concerns the pair as a whole.">
      <TextField
        path={['name']}
        label="Name"
        help="Name of the topology in lists, generated files and the audit trail."
      />
      <SelectField
        path={['stack']}
        label="Stack"
        options={stacks}
        help="What holds the floating addresses and checks the real servers."
      />
      <SelectField
        path={['firewall']}
        label="Firewall"
        options={firewalls}
        help="What sets the marks: own chains or an own table, never a flush."
      />
      <SelectField
        path={['rulesHome']}
        label="Rules are loaded by"
        options={homes}
        help="What puts the mark rules back after a reboot."
      />
      <CheckboxField
        path={['ftp']}
        label="FTP"
        help="Loads ip_vs_ftp and turns net.ipv4.vs.conntrack on; helps masq only. Default: off."
      />
      <CheckboxField
        path={['logForwarded']}
        label="Log forwarded packets"
        help="Logs what is not marked and would be forwarded, rate limited. Default: off."
      />
    </ObjectForm>
  );
}
