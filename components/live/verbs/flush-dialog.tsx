'use client';
// Flushing the persistence of one client: what the kernel cannot do, who is bound, and what ends a binding.
import { Failure } from '@/components/data/failure';
import { useHolders } from '@/components/data/verb-queries';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { HolderList } from './holder-list';
import { useVerbUrl } from './verb-url';

export function FlushDialog({ topologyId }: { topologyId: string }) {
  const { server, askServer, close } = useVerbUrl();
  const { address, port, pool } = server;
  const holders = useHolders(topologyId, { address, pool, ...(port !== undefined && { port }) }, true);
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && close()}
      title={`Flush the persistence of a client of ${address}`}
    >
      <Notice title="The kernel cannot forget one client.">
        IPVS has no command that removes one entry of its connection table, and neither ipvsadm nor the netlink
        interface offers one, so the console does not pretend to. A binding (persistence template) ends by itself when
        its time is over and the client has no connection left. While this real server is drained, each of its bound
        clients gets another one with its next connection, and is bound there; connections that exist stay. A client
        that does not come back before “Back online” is still bound here.
      </Notice>
      {holders.isError && (
        <Failure error={holders.error} what="Who is bound could not be read" onRetry={() => void holders.refetch()} />
      )}
      {holders.isPending && <SkeletonRows label="Reading the bound clients" />}
      {holders.data?.problem !== undefined && (
        <Notice tone="warn" title="Who is bound is not known.">
          {holders.data.problem}
        </Notice>
      )}
      {holders.data && holders.data.problem === undefined && <HolderList holders={holders.data} />}
      <DialogActions>
        <Button onClick={close}>Close</Button>
        <Button onClick={() => askServer('drain', server)}>Forecast a drain of {address}</Button>
      </DialogActions>
    </Dialog>
  );
}
