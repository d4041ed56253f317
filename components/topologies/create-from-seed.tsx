'use client';
// A new topology from the seed's example, under a name of its own.
import { useState } from 'react';
import { useRouter } from 'next/navigation';
import { Failure } from '@/components/data/failure';
import { useCreateTopology } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

export function CreateFromSeed({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState('fwmark-seed');
  const create = useCreateTopology();
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title="New topology from the seed"
      description="Two directors, 192.168.0.0/24 marked 1, two real servers under masq. Everything can be changed afterwards; nothing is sent to a director."
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { seed: true, name },
            { onSuccess: ({ topologyId }) => router.push(`/topologies/${topologyId}`) },
          );
        }}
      >
        <Field label="Name" help="How the pair is called everywhere.">
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              maxLength={63}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {create.isError && <Failure error={create.error} what="The topology was not created" />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={create.isPending || create.isSuccess}>
            Create topology
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
