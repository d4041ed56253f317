'use client';
// What concerns the whole topology: name, stack, firewall, where rules live, VRRP, FTP, forwarded log.
import { useState } from 'react';
import dynamic from 'next/dynamic';
import { Wand2 } from 'lucide-react';
import type { Stack, TopologyDocument } from '@/lib/core/document';
import { Button } from '@/components/ui/button';
import { useEditor } from '../editor-context';
import { CheckboxField, SelectField, TextField } from './document-fields';
import { DirectorsSection } from './directors-section';
import { ObjectForm } from './object-form';
import { VrrpFields } from './vrrp-fields';

const FtpWizard = dynamic(() => import('../ftp/ftp-wizard').then((file) => file.FtpWizard), { ssr: false });

const stacks = [
  { value: 'heartbeat', label: 'heartbeat: heartbeat and ldirectord' },
  { value: 'keepalived', label: 'keepalived: VRRP and its own checks' },
  { value: 'single', label: 'single: one director, no failover' },
];
const firewalls = [
  { value: 'iptables', label: 'iptables: own chains, sets from 30 rules up' },
  { value: 'nftables', label: 'nftables: one own table, maps from 30 rules up' },
];
const homes = [
  { value: 'systemd', label: 'systemd unit of the console' },
  { value: 'ifupdown', label: 'ifupdown (Debian if-pre-up.d)' },
  { value: 'redhat', label: '/etc/sysconfig/iptables' },
];

/** What only the other stack has goes with it; undo brings it back. */
function withStack({ vrrp, ...document }: TopologyDocument, stack: Stack): TopologyDocument {
  return stack === 'keepalived' && vrrp ? { ...document, vrrp, stack } : { ...document, stack };
}

export function GeneralForm() {
  const { document, replace } = useEditor();
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
        onCommit={(stack) => replace(withStack(document, stack as Stack))}
        help="What holds the floating addresses and checks the real servers."
      />
      <DirectorsSection />
      <VrrpFields />
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
      <FtpField />
      <CheckboxField
        path={['logForwarded']}
        label="Log forwarded packets"
        help="Logs what is not marked and would be forwarded, rate limited. Default: off."
      />
    </ObjectForm>
  );
}

function FtpField() {
  const { isReadOnly } = useEditor();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex flex-col items-start gap-1.5">
      <CheckboxField
        path={['ftp']}
        label="FTP"
        help="Loads ip_vs_ftp and turns net.ipv4.vs.conntrack on; helps masq only. Default: off."
      />
      {!isReadOnly && (
        <Button size="small" className="ml-6" onClick={() => setOpen(true)}>
          <Wand2 /> Set up FTP
        </Button>
      )}
      {isOpen && <FtpWizard onClose={() => setOpen(false)} />}
    </div>
  );
}
