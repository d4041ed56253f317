'use client';
// The host key: scanned, compared by a person, accepted by an administrator; a changed one is a hard stop.
import type { DirectorView, HostKeyScan } from '@/lib/core/views/director';
import { useForgetHostKey, useScanHostKey, useTrustHostKey } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';
import { useCanEdit, useIsAdmin } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Facts, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { ForgetHostKey } from './forget-host-key';

export function HostKeyPanel({ director }: { director: DirectorView }) {
  const canEdit = useCanEdit();
  const isAdmin = useIsAdmin();
  const scan = useScanHostKey(director.id);
  const trust = useTrustHostKey(director.id);
  const forget = useForgetHostKey(director.id);
  return (
    <Panel title="Host key">
      {director.trust === 'changed' && <ChangedKey director={director} />}
      {director.trust === 'trusted' && <AcceptedKey director={director} />}
      {director.trust === 'untrusted' && !scan.data && (
        <p className="text-muted-foreground">
          No key was accepted: the console sends nothing to this host. Scan the key, compare its fingerprint with what
          the host itself shows, then accept it.
        </p>
      )}
      {scan.isError && <Failure error={scan.error} what="The host key could not be scanned" />}
      {scan.data && !trust.isSuccess && (
        <ScannedKey
          scan={scan.data}
          accepted={director.fingerprint}
          canAccept={isAdmin && director.trust === 'untrusted'}
          isAdmin={isAdmin}
          isBusy={trust.isPending}
          onAccept={(fingerprint) => trust.mutate(fingerprint)}
        />
      )}
      {trust.isError && <Failure error={trust.error} what="The key was not accepted" />}
      {forget.isError && <Failure error={forget.error} what="The key was not removed" />}
      <div className="flex flex-wrap gap-2">
        {canEdit && (
          <Button disabled={scan.isPending} onClick={() => scan.mutate()}>
            {scan.isPending ? 'Scanning' : 'Scan host key'}
          </Button>
        )}
        {isAdmin && director.trust !== 'untrusted' && (
          <ForgetHostKey
            name={director.name}
            isBusy={forget.isPending}
            onForget={() => {
              trust.reset();
              forget.mutate();
            }}
          />
        )}
      </div>
    </Panel>
  );
}

function AcceptedKey({ director }: { director: DirectorView }) {
  return (
    <Facts
      rows={[
        ['Fingerprint', <Fingerprint key="f" text={director.fingerprint ?? ''} />],
        ['Accepted by', director.acceptedBy ?? 'unknown'],
        ['Accepted', director.acceptedAt ? <RelativeTime key="t" at={director.acceptedAt} /> : 'unknown'],
      ]}
    />
  );
}

function ChangedKey({ director }: { director: DirectorView }) {
  return (
    <Notice
      tone="down"
      title={`${director.name} offers another host key than the accepted one. The console has stopped all contact with it.`}
    >
      <p>
        Either the host was installed anew, or something stands between the console and it. Find out which before
        anything else: compare on the host’s own console with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`.
      </p>
      <div className="mt-2">
        <Facts
          rows={[
            ['Accepted', <Fingerprint key="a" text={director.fingerprint ?? 'unknown'} />],
            ['Offered now', <Fingerprint key="o" text={director.offeredFingerprint ?? 'unknown'} />],
            ['Accepted by', director.acceptedBy ?? 'unknown'],
          ]}
        />
      </div>
    </Notice>
  );
}

type ScannedKeyProps = {
  scan: HostKeyScan;
  accepted: string | undefined;
  canAccept: boolean;
  isAdmin: boolean;
  isBusy: boolean;
  onAccept: (fingerprint: string) => void;
};

function ScannedKey({ scan, accepted, canAccept, isAdmin, isBusy, onAccept }: ScannedKeyProps) {
  if (accepted !== undefined)
    return scan.fingerprint === accepted ? (
      <Notice tone="up" title="The host offers the accepted key." />
    ) : (
      <Notice tone="down" title="The host offers another key than the accepted one.">
        Offered now: <Fingerprint text={scan.fingerprint} />
      </Notice>
    );
  return (
    <Notice
      title={`${scan.address}:${scan.port} offers this ${scan.keyType} key`}
      actions={
        canAccept && (
          <Button variant="primary" disabled={isBusy} onClick={() => onAccept(scan.fingerprint)}>
            Accept this host key
          </Button>
        )
      }
    >
      <Fingerprint text={scan.fingerprint} />
      <p className="mt-1">
        Compare it with the host’s own:{' '}
        <code className="text-xs">
          ssh-keygen -lf /etc/ssh/ssh_host_{scan.keyType.replace(/^ssh-/, '').split('-')[0]}_key.pub
        </code>
      </p>
      {!isAdmin && <p className="mt-1 text-warn">An administrator accepts host keys.</p>}
    </Notice>
  );
}

function Fingerprint({ text }: { text: string }) {
  return <code className="text-xs [overflow-wrap:anywhere]">{text}</code>;
}
